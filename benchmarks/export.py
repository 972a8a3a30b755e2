"""Hold the exported graphs of masklet-s to the network in torch, on real frames.

    python benchmarks/export.py ../shared/data/DAVIS
    python benchmarks/export.py ../shared/data/DAVIS --graphs graphs/mine.encode.onnx --torch graphs/mine.pt

Each frame is stepped from the same memory by both, the torch session's: so a frame's difference is that of one
step. The last column follows the clip with the graphs alone: differences add up as they do in use.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from masklet.core.masks import mask_iou
from masklet.core.values import FrameMasks, MaskPrompt
from masklet.datasets import Davis2016
from masklet.models.masklet_s.config import SessionConfig
from masklet.models.masklet_s.export import TorchGraphs
from masklet.models.masklet_s.graphs import load_graphs
from masklet.models.masklet_s.network import MaskletS
from masklet.models.masklet_s.tracker import MaskletSTracker
from masklet.training.checkpoint import load_weights
from masklet.weights import resolve


def same(first: FrameMasks, second: FrameMasks) -> float:
    """Return the mean IoU of the objects of two answers; 1 for objects that neither sees."""
    return float(
        np.mean(
            [
                mask_iou(a[None], b[None])[0, 0] if (a | b).any() else 1.0
                for a, b in zip(first.masks_NHW, second.masks_NHW, strict=True)
            ]
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--graphs", type=Path, help="NAME.encode.onnx; default: the shipped ones.")
    parser.add_argument("--torch", type=Path, help="NAME.pt of the same weights; default: the shipped one.")
    parser.add_argument("--sequences", nargs="+", default=["parkour"])
    words = parser.parse_args()
    graphs = resolve("masklet-s", words.graphs)
    network = MaskletS()
    load_weights(network, resolve("masklet-s-torch", words.torch))
    ours = MaskletSTracker(TorchGraphs(network.eval()), SessionConfig())
    dataset = Davis2016(words.root, "val")
    print("precision  sequence          frames  mean IoU  lowest  followed alone")
    for precision in ("f32", "auto"):
        exported = MaskletSTracker(load_graphs(graphs, precision=precision), SessionConfig())
        for name in words.sequences:
            clip = dataset.clip(name)
            first = clip.truth.frame(0)
            prompts = [MaskPrompt(0, *given) for given in zip(first.object_ids, first.masks_NHW, strict=True)]
            session, alone = ours.start(), exported.start()
            steps, free = [], []
            for frame in clip.frames.read():
                given = prompts if frame.index == 0 else []
                beside = exported.restore(session.state())
                expected = session.step(frame, given)
                steps.append(same(beside.step(frame, given), expected))
                free.append(same(alone.step(frame, given), expected))
            figures = f"{np.mean(steps):8.4f}  {min(steps):6.4f}  {np.mean(free):8.4f}"
            print(f"{precision:9}  {name:16}  {len(steps):6}  {figures}")


if __name__ == "__main__":
    main()
