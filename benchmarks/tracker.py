"""Frames per second and resident memory of a tracker, against frames and objects, at 480x864.

    python benchmarks/tracker.py --objects 1 --frames 200 2000

Each number of objects runs in a new process: textured disks that circle over a textured ground, the same in
every run. A step's time leaves out making the frame; frames per second are those of the median step.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import psutil

import masklet
from masklet.core.values import Frame, MaskPrompt
from masklet.models.runtime import available_cores

HEIGHT, WIDTH, RADIUS = 480, 864, 50
WARM_UP = 5


@dataclass(frozen=True)
class Row:
    model: str
    height: int
    width: int
    objects: int
    frames: int
    step_ms: float
    """Median since the row before."""
    frames_per_second: float
    resident_mb: float
    """After this many frames."""
    cores: int
    load: float
    """Of the machine, in the minute before the end; above the number of cores, others worked on it too."""
    hardware: str
    python: str
    openvino: str


def measure(
    model: str = "label-propagation",
    *,
    objects: Sequence[int] = (1, 5, 10),
    frames: Sequence[int] = (200, 2000),
    several_frames: Sequence[int] = (200,),
) -> list[Row]:
    """Return a row for each number of objects and of frames; `several_frames` are those of several objects."""
    rows: list[Row] = []
    for count in objects:
        marks = tuple(sorted(frames if count == 1 else several_frames))
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
            rows += fresh.submit(_run, model, count, marks).result()
    return rows


def _run(model: str, objects: int, marks: Sequence[int]) -> list[Row]:
    session = masklet.load_model(model).start()
    scene = _scene(objects)
    frame, masks_NHW = scene(0)
    session.step(frame, [MaskPrompt(0, number + 1, mask_HW) for number, mask_HW in enumerate(masks_NHW)])
    rows: list[Row] = []
    seconds: list[float] = []
    for index in range(1, marks[-1]):
        frame, _ = scene(index)
        started = time.perf_counter()
        session.step(frame)
        if index > WARM_UP:
            seconds.append(time.perf_counter() - started)
        if index + 1 in marks:
            rows.append(_row(model, objects, index + 1, median(seconds)))
            seconds.clear()
    return rows


def _scene(objects: int) -> Callable[[int], tuple[Frame, np.ndarray]]:
    """Return what gives a frame of the scene, and masks_NHW of its objects."""
    random = np.random.default_rng(0)
    ground_HW3 = _texture(random, (HEIGHT, WIDTH))
    looks = [_texture(random, (2 * RADIUS, 2 * RADIUS)) for _ in range(objects)]
    disk_HW = np.hypot(*(np.mgrid[: 2 * RADIUS, : 2 * RADIUS] - RADIUS + 0.5)) < RADIUS
    centres = [
        (HEIGHT * (0.25 + 0.5 * (number % 2)), WIDTH * (number // 2 + 0.5) / -(-objects // 2))
        for number in range(objects)
    ]

    def at(index: int) -> tuple[Frame, np.ndarray]:
        image_HW3 = ground_HW3.copy()
        masks_NHW = np.zeros((objects, HEIGHT, WIDTH), dtype=bool)
        for number, (y, x) in enumerate(centres):
            angle = index / 25 + number
            top, left = round(y + 30 * np.sin(angle)) - RADIUS, round(x + 30 * np.cos(angle)) - RADIUS
            place = np.s_[top : top + 2 * RADIUS, left : left + 2 * RADIUS]
            image_HW3[place][disk_HW] = looks[number][disk_HW]
            masks_NHW[number][place] = disk_HW
        return Frame(index, index / 25, image_HW3), masks_NHW

    return at


def _texture(random: np.random.Generator, size_HW: tuple[int, int]) -> np.ndarray:
    """Return soft spots of a random tint."""
    coarse = random.normal(random.uniform(60, 200, 3), 40, (size_HW[0] // 10, size_HW[1] // 10, 3))
    smooth = cv2.resize(coarse.astype(np.float32), size_HW[::-1], interpolation=cv2.INTER_CUBIC)
    return smooth.clip(0, 255).astype(np.uint8)


def _row(model: str, objects: int, frames: int, seconds: float) -> Row:
    import openvino

    return Row(
        model=model,
        height=HEIGHT,
        width=WIDTH,
        objects=objects,
        frames=frames,
        step_ms=round(1000 * seconds, 1),
        frames_per_second=round(1 / seconds, 2),
        resident_mb=round(psutil.Process().memory_info().rss / 2**20, 1),
        cores=available_cores(),
        load=round(os.getloadavg()[0], 1),
        hardware=_hardware(),
        python=platform.python_version(),
        openvino=openvino.__version__.split("-")[0],
    )


def _hardware() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names: Iterator[str] = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="label-propagation")
    parser.add_argument("--objects", type=int, nargs="+", default=[1, 5, 10])
    parser.add_argument("--frames", type=int, nargs="+", default=[200, 2000])
    words = parser.parse_args()
    rows = measure(words.model, objects=words.objects, frames=words.frames)
    writer = csv.DictWriter(sys.stdout, list(asdict(rows[0])))
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)


if __name__ == "__main__":
    main()
