"""How fast XMem steps as it comes, with every frame looked at as a whole, and as plain f32, on a made-up scene.

    python benchmarks/xmem.py build/xmem-made-up.pth --objects 1,5 --frames 21

Writes a file of the released layout and size that nobody trained, whose masks follow the disks of the scene
(`models.xmem.made_up`), so that objects are as large as they seem. The variants take turns frame by frame, so that
what else the machine does hits all of them. Prints and writes a row for each variant and number of objects: the
median step, the mean over frames that are remembered and looked at as a whole as often as in a long video, by how
much the mean is below that of plain f32, and how alike the masks are to those by whole frames.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, median

import torch

from masklet.core.arrays import BoolArray
from masklet.core.masks import mask_iou
from masklet.core.values import MaskPrompt
from masklet.evaluation.speed import circling_disks, processor
from masklet.models.protocols import Tracker
from masklet.models.runtime import available_cores
from masklet.models.xmem.config import XMemConfig
from masklet.models.xmem.loading import load
from masklet.models.xmem.made_up import following_state

SIZE_HW = (480, 864)
WHOLE, PLAIN = "whole frames", "plain f32"


def variants(weights: Path) -> dict[str, Tracker]:
    """Return the tracker as it comes, the same by whole frames, and the latter in f32, objects one by one."""
    return {
        "as it comes": load(weights),
        WHOLE: load(weights, config=XMemConfig(whole_every=1)),
        PLAIN: load(weights, precision="f32", config=XMemConfig(whole_every=1, at_once=1)),
    }


def measure(trackers: Mapping[str, Tracker], objects: int, frames: int) -> list[dict[str, object]]:
    """Return a row for each tracker; the first frame, with the prompts, does not count."""
    scene = circling_disks(objects, SIZE_HW)
    frame, disks_NHW = scene(0)
    prompts = [MaskPrompt(0, number + 1, mask_HW) for number, mask_HW in enumerate(disks_NHW)]
    sessions = {name: tracker.start() for name, tracker in trackers.items()}
    for session in sessions.values():
        session.step(frame, prompts)
    seconds: dict[str, list[float]] = {name: [] for name in sessions}
    sizes: dict[str, list[float]] = {name: [] for name in sessions}
    alike: dict[str, list[float]] = {name: [] for name in sessions}
    for index in range(1, frames):
        frame, disks_NHW = scene(index)
        masks: dict[str, BoolArray] = {}
        for name, session in sessions.items():
            started = time.perf_counter()
            masks[name] = session.step(frame).masks_NHW
            seconds[name].append(time.perf_counter() - started)
        for name, masks_NHW in masks.items():
            sizes[name].append(float(masks_NHW.sum() / disks_NHW.sum()))
            alike[name].append(float(mask_iou(masks_NHW, masks[WHOLE]).diagonal().mean()))
    plain = mean(seconds[PLAIN])
    return [
        {
            "variant": name,
            "objects": objects,
            "frames": frames - 1,
            "median_ms": round(1000 * median(steps)),
            "mean_ms": round(1000 * mean(steps)),
            "median_frames_per_second": round(1 / median(steps), 2),
            "mean_frames_per_second": round(1 / mean(steps), 2),
            "times_plain": round(plain / mean(steps), 2),
            "area_to_disks": round(mean(sizes[name]), 2),
            "iou_with_whole": round(mean(alike[name]), 3),
            "cores": available_cores(),
            "load": round(os.getloadavg()[0], 1),
            "processor": processor(),
            "torch": torch.__version__,
        }
        for name, steps in seconds.items()
    ]


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, help="where to write the file")
    parser.add_argument("--objects", default="1,5")
    parser.add_argument("--frames", type=int, default=21, help="the prompted one among them")
    parser.add_argument("--out", type=Path, help="CSV file for the rows")
    words = parser.parse_args()
    words.weights.parent.mkdir(parents=True, exist_ok=True)
    torch.save(following_state(), words.weights)
    trackers = variants(words.weights)
    rows: list[dict[str, object]] = []
    for objects in words.objects.split(","):
        for row in measure(trackers, int(objects), words.frames):
            rows.append(row)
            print(
                "{variant}, {objects} objects: {median_ms} ms median, {mean_ms} ms mean "
                "({median_frames_per_second}, {mean_frames_per_second} frames/s), {times_plain} times plain f32, "
                "masks {area_to_disks} times the disks, IoU {iou_with_whole} with those by whole frames".format(
                    **row
                ),
                flush=True,
            )
    if words.out:
        write(words.out, rows)


if __name__ == "__main__":
    main()
