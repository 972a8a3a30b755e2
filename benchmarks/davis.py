"""Follow the objects of DAVIS or YouTube-VOS from their first masks; leaves what `masklet evaluate` reads.

    python benchmarks/davis.py ../shared/data/DAVIS results
    masklet evaluate davis ../shared/data/DAVIS results --split val --year 2016

    python benchmarks/davis.py ../shared/data/YouTubeVOS-sample results --dataset youtube-vos --split valid
    masklet evaluate youtube-vos ../shared/data/YouTubeVOS-sample results

Settings of a tracker may be tried: `--set zoom=1 recent=5`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from masklet.core import defaults
from masklet.core.values import FrameMasks, MaskPrompt
from masklet.datasets import Clip, Davis2016, Davis2017, YoutubeVos
from masklet.formats.davis import write_label_pngs
from masklet.masklets import Masklets
from masklet.models import Tracker, config_class, load_tracker
from masklet.propagation import steps
from masklet.training.settings import make


def follow(clip: Clip[Masklets], tracker: Tracker, seconds: list[float]) -> Iterator[FrameMasks]:
    """Yield the masks of a clip, each object prompted where it comes; add each step's time to `seconds`."""
    known: set[int] = set()
    prompts: list[MaskPrompt] = []
    for index in range(len(clip.truth)):
        truth = clip.truth.frame(index)
        for object_id, mask_HW in zip(truth.object_ids, truth.masks_NHW, strict=True):
            if object_id not in known and mask_HW.any():
                known.add(object_id)
                prompts.append(MaskPrompt(index, object_id, mask_HW))
    for step in steps(clip.frames.read(), prompts, tracker.start()):
        seconds.append(step.seconds)
        yield step.masks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default=defaults.TRACKER)
    parser.add_argument("--weights", type=Path, help="Weights of the tracker, a file of your own.")
    parser.add_argument("--dataset", default="davis", choices=("davis", "youtube-vos"))
    parser.add_argument("--year", type=int, choices=(2016, 2017), default=2016)
    parser.add_argument("--split", default="val")
    parser.add_argument("--sequences", nargs="+", help="Only these, whatever the split.")
    parser.add_argument("--set", nargs="+", default=[], dest="settings", metavar="NAME=VALUE")
    parser.add_argument("--precision", default="auto", choices=("auto", "f32", "bf16"))
    words = parser.parse_args()
    kind = YoutubeVos if words.dataset == "youtube-vos" else {2016: Davis2016, 2017: Davis2017}[words.year]
    dataset = kind(words.root, words.split)
    config = make(config_class(words.model), words.settings) if words.settings else None
    tracker = load_tracker(words.model, weights=words.weights, precision=words.precision, config=config)
    seconds: list[float] = []
    for name in words.sequences or dataset.names():
        clip = dataset.clip(name)
        frames = write_label_pngs(follow(clip, tracker, seconds), words.out / name, names=clip.frames.frame_name)
        print(f"{name}: {frames} frames", flush=True)
    print(f"median step {1000 * median(seconds):.0f} ms")


if __name__ == "__main__":
    main()
