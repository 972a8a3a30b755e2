"""How far labels of a first frame can be carried, on CamVid at one frame a second.

    python benchmarks/carry.py ../shared/data/CamVid --sequences 0001TP,0006R0 --length 10

Every sequence is cut into parts. True labels of a part's first frame are carried through the frames after it, and
measured against their truth: all parts together, by sequence. Beside it stand the same masks with unclaimed pixels
going to the nearest class, masks as they are (unclaimed pixels are wrong), and the first labels copied.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np

from masklet.core.label_space import VOID, LabelSpace, label_space
from masklet.core.values import Frame, FrameMasks, MaskPrompt
from masklet.evaluation.carried_labels import class_iou, confusion_of
from masklet.formats.davis import read_label_png
from masklet.models import load_tracker
from masklet.models.protocols import Tracker
from masklet.pipelines.every_pixel import every_pixel
from masklet.sources.images import read_image

NAMES = (
    *("Sky", "Building", "Pole", "Road", "Pavement", "Tree"),
    *("SignSymbol", "Fence", "Car", "Pedestrian", "Bicyclist"),
)
SPACE: LabelSpace = label_space("camvid", [(name, (0, 0, 0)) for name in NAMES])
SECOND = 30
"""Frames of the videos between two labelled ones."""
WAYS = ("shares", "nearest", "masks alone", "copied")


def labelled_frames(root: Path, sequence: str) -> list[tuple[int, Path, Path]]:
    """Number, picture and labels of a sequence's frames, in order."""
    found = []
    for split in ("train", "val", "test"):
        for picture in (root / split).glob(f"{sequence}_*.jpg"):
            number = int(picture.stem.rpartition("_")[2].lstrip("f"))
            found.append((number, picture, root / f"{split}annot" / f"{picture.stem}.png"))
    return sorted(found)


def parts_of(frames: list[tuple[int, Path, Path]], length: int) -> list[list[tuple[int, Path, Path]]]:
    """Parts of a first frame and `length` more, a second from each other (one in thirty may be a frame off)."""
    runs: list[list[tuple[int, Path, Path]]] = [[frames[0]]]
    for before, after in pairwise(frames):
        if abs(after[0] - before[0] - SECOND) > 1:
            runs.append([])
        runs[-1].append(after)
    return [run[start : start + length + 1] for run in runs for start in range(0, len(run) - length, length + 1)]


def truth_of(path: Path) -> np.ndarray:
    labels_HW = read_label_png(path, binary=False)
    return np.where(labels_HW < len(NAMES), labels_HW, VOID).astype(np.uint8)


def carried(part: list[tuple[int, Path, Path]], tracker: Tracker) -> dict[str, np.ndarray]:
    """Confusions of a part, by way."""
    session = tracker.start()
    sums = {way: np.zeros((len(NAMES), len(NAMES) + 1), dtype=np.int64) for way in WAYS}
    first_HW = truth_of(part[0][2])
    for index, (_, picture, labels) in enumerate(part):
        prompts = []
        if not index:
            present = [value for value in np.unique(first_HW).tolist() if value != VOID]
            prompts = [MaskPrompt(0, value + 1, first_HW == value) for value in present]
        masks = session.step(Frame(index, float(index), read_image(picture)), prompts)
        if index:
            truth_HW = truth_of(labels)
            found = {
                "shares": as_labels(every_pixel(masks, (), session)),
                "nearest": as_labels(every_pixel(masks, (), _Closed())),
                "masks alone": as_labels(masks),
                "copied": first_HW,
            }
            for way, labels_HW in found.items():
                sums[way] += confusion_of(labels_HW, truth_HW, len(NAMES))
    return sums


class _Closed:
    """In place of a session: it shares nothing."""


def as_labels(masks: FrameMasks) -> np.ndarray:
    ids_HW = masks.label_map()
    return np.where(ids_HW > 0, ids_HW - 1, VOID).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description="Labels carried through CamVid.")
    parser.add_argument("root", type=Path)
    parser.add_argument("--sequences", default="0001TP,0006R0,0016E5")
    parser.add_argument("--length", type=int, default=10, help="Frames that labels are carried to.")
    parser.add_argument("--parts", type=int, help="So many parts of each sequence at most.")
    parser.add_argument("--model", default="masklet-s")
    words = parser.parse_args()
    tracker = load_tracker(words.model, threads=1)
    print(f"| sequence | frames | {' | '.join(f'{way} mIoU, pixels' for way in WAYS)} |", flush=True)
    for sequence in words.sequences.split(","):
        parts = parts_of(labelled_frames(words.root, sequence), words.length)[: words.parts]
        done = [carried(part, tracker) for part in parts]
        cells = []
        for way in WAYS:
            confusion = sum(sums[way] for sums in done)
            iou_L = class_iou(confusion)
            cells.append(f"{100 * np.nanmean(iou_L):.1f}, {100 * np.diag(confusion).sum() / confusion.sum():.1f}")
        print(f"| {sequence} | {len(parts) * words.length} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
