"""How long an hour of gaze takes to be joined with the masks of a run.

    python benchmarks/gaze.py --minutes 60 --out benchmarks/results/gaze.csv

Masks are made up: outlines that drift and change from frame to frame, written as a run writes them. Gaze rests
on the objects and beside them in turns. Told apart are the join of every sample and its candidates, with masks
that are read from disk on the way and with masks at hand, and finding fixations; by the clock, and by what the
processor worked (cpu).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO, TypeVar

import cv2
import numpy as np

from masklet.core.values import FrameMasks
from masklet.masklets import Masklets, MaskletWriter, open_masklets
from masklet.pipelines.gaze.in_masks import find_in_masks
from masklet.pipelines.gaze.looks import Looks, looks_of
from masklet.prompts.fixations import detect_fixations

HEIGHT, WIDTH, RATE, HERTZ = 720, 1280, 30, 200
DRAWN = 240
"""Frames that are drawn; the video goes through them again and again."""
Result = TypeVar("Result")


@dataclass(frozen=True)
class Row:
    minutes: float
    samples: int
    frames: int
    objects: int
    radius: float
    megabytes: float
    """Of the file of masks."""
    join_from_disk_s: float
    join_s: float
    fixations_s: float
    join_from_disk_cpu_s: float
    join_cpu_s: float
    fixations_cpu_s: float
    candidates: int
    hardware: str
    python: str


def measure(folder: Path, *, minutes: float, objects: int, radius: float, seed: int = 0) -> Row:
    path = folder / "masklets.jsonl"
    frames = int(minutes * 60 * RATE)
    centres = write_masks(path, frames, objects)
    frame_S, xy_S2, seconds_S = gaze(centres, frames, np.random.default_rng(seed))
    pixel_S2 = np.floor(xy_S2).astype(np.int64)
    _, from_disk = timed(lambda: joined(open_masklets(path), frame_S, pixel_S2, radius))
    masklets = in_memory(path)
    looks, at_hand = timed(lambda: joined(masklets, frame_S, pixel_S2, radius))
    _, rested = timed(lambda: detect_fixations(seconds_S, xy_S2, dispersion=0.02 * WIDTH))
    return Row(
        minutes=minutes,
        samples=len(frame_S),
        frames=frames,
        objects=objects,
        radius=radius,
        megabytes=round(path.stat().st_size / 1e6, 1),
        join_from_disk_s=round(from_disk[0], 2),
        join_s=round(at_hand[0], 2),
        fixations_s=round(rested[0], 2),
        join_from_disk_cpu_s=round(from_disk[1], 2),
        join_cpu_s=round(at_hand[1], 2),
        fixations_cpu_s=round(rested[1], 2),
        candidates=len(looks.sample_P),
        hardware=f"{os.cpu_count()} x {platform.machine()}",
        python=platform.python_version(),
    )


def joined(masklets: Masklets, frame_S: np.ndarray, pixel_S2: np.ndarray, radius: float) -> Looks:
    found = find_in_masks(frame_S, pixel_S2, masklets, radius)
    return looks_of(len(frame_S), found, None, space=None)


def in_memory(path: Path) -> Masklets:
    """Return the masks of a file, every frame read once."""
    on_disk = open_masklets(path)
    return Masklets(on_disk.size_HW, {index: on_disk.objects(index) for index in on_disk.frame_indices})


def write_masks(path: Path, frames: int, objects: int) -> np.ndarray:
    """Write the masks and return the middles of the objects, centre_TN2, of the frames that are drawn."""
    drawn = path.with_name("drawn.jsonl")
    at_TN2 = np.zeros((DRAWN, objects, 2))
    with MaskletWriter(drawn) as writer:
        for frame in range(DRAWN):
            turn = 2 * np.pi * frame / DRAWN
            at_TN2[frame] = [
                (
                    WIDTH * (number + 0.5) / objects + 50 * np.sin(turn + number),
                    360 + 90 * np.cos(2 * turn + number),
                )
                for number in range(objects)
            ]
            masks_NHW = np.stack([blob(centre, turn + number) for number, centre in enumerate(at_TN2[frame])])
            masks = FrameMasks(frame, tuple(range(1, objects + 1)), masks_NHW, np.full(objects, 0.9))
            writer.append(masks, seconds=frame / RATE, name=f"{frame:05d}")
    lines = [json.loads(line) for line in drawn.read_text().splitlines()]
    with path.open("w") as file:
        for frame in range(frames):
            line = lines[frame % DRAWN] | {
                "frame": frame,
                "name": f"{frame:05d}",
                "seconds": round(frame / RATE, 6),
            }
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
    return at_TN2


def blob(centre: np.ndarray, turn: float) -> np.ndarray:
    """A lumpy outline about 160 pixels wide and 260 high."""
    angle = np.linspace(0, 2 * np.pi, 80)
    reach = 1 + 0.15 * np.sin(5 * angle + turn) + 0.05 * np.sin(13 * angle + 3 * turn)
    points = np.stack([centre[0] + 80 * reach * np.cos(angle), centre[1] + 130 * reach * np.sin(angle)], axis=1)
    mask_HW = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(mask_HW, [points.astype(np.int32)], 1)
    return mask_HW.astype(bool)


def gaze(
    at_TN2: np.ndarray, frames: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames, positions and times of samples that rest 0.3 s each: three of four times on an object."""
    count = int(frames / RATE * HERTZ)
    seconds_S = np.arange(count) / HERTZ
    frame_S = np.minimum((seconds_S * RATE).astype(np.int64), frames - 1)
    rest_S = np.arange(count) // 60
    whom = random.integers(at_TN2.shape[1], size=rest_S[-1] + 1)
    aside = np.where(random.random((rest_S[-1] + 1, 1)) < 0.25, 250.0, 40.0) * random.normal(
        0, 1, (rest_S[-1] + 1, 2)
    )
    xy_S2 = at_TN2[frame_S % DRAWN, whom[rest_S]] + aside[rest_S] + random.normal(0, 1.5, (count, 2))
    return frame_S, np.clip(xy_S2, 0, [WIDTH - 1, HEIGHT - 1]), seconds_S


def timed(work: Callable[[], Result]) -> tuple[Result, tuple[float, float]]:
    """Return what was made, and seconds by the clock and of the processor."""
    clock, worked = time.perf_counter(), time.process_time()
    made = work()
    return made, (time.perf_counter() - clock, time.process_time() - worked)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time of joining gaze with masks.")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--objects", type=int, default=5)
    parser.add_argument("--radius", type=float, default=30)
    parser.add_argument("--out", type=Path, help="Append the row to this CSV.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        row = asdict(
            measure(Path(scratch), minutes=arguments.minutes, objects=arguments.objects, radius=arguments.radius)
        )
    _write(row, sys.stdout, is_new=True)
    if arguments.out is not None:
        is_new = not arguments.out.exists()
        with arguments.out.open("a", newline="") as file:
            _write(row, file, is_new=is_new)


def _write(row: dict[str, object], file: TextIO, *, is_new: bool) -> None:
    writer = csv.DictWriter(file, fieldnames=list(row))
    if is_new:
        writer.writeheader()
    writer.writerow(row)


if __name__ == "__main__":
    main()
