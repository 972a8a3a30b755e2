"""Follow the objects of DAVIS from their first masks; leaves label PNGs that `masklet evaluate davis` reads.

    python benchmarks/davis.py ../shared/data/DAVIS results
    masklet evaluate davis ../shared/data/DAVIS results --split val --year 2016

Settings of label propagation may be tried: `--set zoom=1 recent=5`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from masklet.core.values import FrameMasks, MaskPrompt
from masklet.datasets import Clip, Davis2016, Davis2017
from masklet.formats.davis import write_label_pngs
from masklet.masklets import Masklets
from masklet.models import MODELS, Tracker, label_propagation, load_tracker
from masklet.models.label_propagation import LabelPropagationConfig
from masklet.propagation import steps
from masklet.weights import resolve


def follow(clip: Clip[Masklets], tracker: Tracker, seconds: list[float]) -> Iterator[FrameMasks]:
    """Yield the masks of a clip, prompted by those of its first frame; add each step's time to `seconds`."""
    first = clip.truth.frame(0)
    prompts = [MaskPrompt(0, *given) for given in zip(first.object_ids, first.masks_NHW, strict=True)]
    for step in steps(clip.frames.read(), prompts, tracker.start()):
        seconds.append(step.seconds)
        yield step.masks


def tracker_of(name: str, weights: Path | None, settings: list[str], precision: str) -> Tracker:
    """Return a tracker; settings are NAME=VALUE of label propagation."""
    if not settings:
        return load_tracker(name, weights=weights, precision=precision)
    values = {key: float(value) for key, value in (setting.split("=") for setting in settings)}
    kinds = LabelPropagationConfig.__annotations__
    whole = {key: int(value) if kinds[key] == "int" else value for key, value in values.items()}
    path = resolve(MODELS["label-propagation"].weights, weights)
    return label_propagation.load(path, precision=precision, config=LabelPropagationConfig(**whole))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="label-propagation")
    parser.add_argument("--weights", type=Path, help="Weights of the tracker, a file of your own.")
    parser.add_argument("--year", type=int, choices=(2016, 2017), default=2016)
    parser.add_argument("--split", default="val")
    parser.add_argument("--sequences", nargs="+", help="Only these, whatever the split.")
    parser.add_argument("--set", nargs="+", default=[], dest="settings", metavar="NAME=VALUE")
    parser.add_argument("--precision", default="auto", choices=("auto", "f32", "bf16"))
    words = parser.parse_args()
    dataset = {2016: Davis2016, 2017: Davis2017}[words.year](words.root, words.split)
    tracker = tracker_of(words.model, words.weights, words.settings, words.precision)
    seconds: list[float] = []
    for name in words.sequences or dataset.names():
        clip = dataset.clip(name)
        frames = write_label_pngs(follow(clip, tracker, seconds), words.out / name, names=clip.frames.frame_name)
        print(f"{name}: {frames} frames", flush=True)
    print(f"median step {1000 * median(seconds):.0f} ms")


if __name__ == "__main__":
    main()
