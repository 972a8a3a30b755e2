"""How fast a tracker steps and how much memory it takes, against frames and objects, on a made-up scene.

Textured disks circle over a textured ground, the same in every run. A step's time leaves out making the frame;
frames per second are those of the median step. The mean has the steps in it that take longer, such as those in
which a tracker remembers. Each number of objects is measured in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from statistics import mean, median

import cv2
import numpy as np

from masklet.core import defaults
from masklet.core.arrays import BoolArray, UInt8Array
from masklet.core.values import Frame, MaskPrompt
from masklet.models import Precision, load_tracker
from masklet.models.runtime import available_cores

_WARM_UP = 5
Scene = Callable[[int], tuple[Frame, BoolArray]]
"""Returns, for an index, the frame and masks_NHW of its objects."""


@dataclass(frozen=True, kw_only=True)
class SpeedRow:
    """What was measured up to one frame."""

    model: str
    weights: str | None
    """Name of the file of own weights; none: the published ones."""
    height: int
    width: int
    objects: int
    frames: int
    step_ms: float
    """Median of the steps since the row before."""
    frames_per_second: float
    mean_step_ms: float
    """Mean of the same steps."""
    resident_mb: float
    """After this many frames."""
    cores: int
    load: float | None
    """Of the machine, in the minute before the end; above the number of cores, others worked on it too."""
    processor: str
    python: str
    openvino: str
    masklet: str


def measure_tracker(
    model: str = defaults.TRACKER,
    *,
    weights: Path | None = None,
    size_HW: tuple[int, int] = (480, 864),
    objects: Sequence[int] = (1, 5, 10),
    frames: Sequence[int] = (200,),
    threads: int | None = None,
    precision: Precision = "auto",
) -> list[SpeedRow]:
    """Return a row for each number of objects and each number of frames.

    `weights` is a file of your own instead of the published ones.
    """
    rows: list[SpeedRow] = []
    for count in objects:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
            job = fresh.submit(_run, model, weights, size_HW, count, tuple(sorted(frames)), threads, precision)
            rows += job.result()
    return rows


def _run(
    model: str,
    weights: Path | None,
    size_HW: tuple[int, int],
    objects: int,
    marks: Sequence[int],
    threads: int | None,
    precision: Precision,
) -> list[SpeedRow]:
    session = load_tracker(model, weights=weights, threads=threads, precision=precision).start()
    scene = circling_disks(objects, size_HW)
    frame, masks_NHW = scene(0)
    session.step(frame, [MaskPrompt(0, number + 1, mask_HW) for number, mask_HW in enumerate(masks_NHW)])
    rows: list[SpeedRow] = []
    seconds: list[float] = []
    for index in range(1, marks[-1]):
        frame, _ = scene(index)
        started = time.perf_counter()
        session.step(frame)
        if index > _WARM_UP or index + 1 in marks:
            seconds.append(time.perf_counter() - started)
        if index + 1 in marks:
            rows.append(_row(model, weights, size_HW, objects, index + 1, seconds))
            seconds.clear()
    return rows


def circling_disks(objects: int, size_HW: tuple[int, int]) -> Scene:
    """Return a scene of that many disks in two rows, each on a circle of its own."""
    height, width = size_HW
    radius = max(2, min(height // 9, width * 2 // (9 * max(objects, 2))))
    random = np.random.default_rng(0)
    ground_HW3 = _texture(random, size_HW)
    looks = [_texture(random, (2 * radius, 2 * radius)) for _ in range(objects)]
    disk_HW = np.hypot(*(np.mgrid[: 2 * radius, : 2 * radius] - radius + 0.5)) < radius
    columns = -(-objects // 2)
    centres = [
        (height * (0.25 + 0.5 * (number % 2)), width * (number // 2 + 0.5) / columns) for number in range(objects)
    ]

    def at(index: int) -> tuple[Frame, BoolArray]:
        image_HW3 = ground_HW3.copy()
        masks_NHW = np.zeros((objects, height, width), dtype=bool)
        for number, (y, x) in enumerate(centres):
            angle = index / 25 + number
            top = round(y + 0.6 * radius * np.sin(angle)) - radius
            left = round(x + 0.6 * radius * np.cos(angle)) - radius
            place = np.s_[top : top + 2 * radius, left : left + 2 * radius]
            image_HW3[place][disk_HW] = looks[number][disk_HW]
            masks_NHW[number][place] = disk_HW
        return Frame(index, index / 25, image_HW3), masks_NHW

    return at


def resident_mb() -> float:
    """Return the memory this process has resident, in MiB; the most it had where the system tells no more."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        pages = int(statm.read_text().split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)
    import resource

    unit = 1 if platform.system() == "Darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20, 1)


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _texture(random: np.random.Generator, size_HW: tuple[int, int]) -> UInt8Array:
    """Return soft spots of a random tint."""
    coarse_hw3 = random.normal(random.uniform(60, 200, 3), 40, (-(-size_HW[0] // 10), -(-size_HW[1] // 10), 3))
    smooth_HW3 = cv2.resize(coarse_hw3.astype(np.float32), size_HW[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth_HW3.clip(0, 255), dtype=np.uint8)


def _row(
    model: str, weights: Path | None, size_HW: tuple[int, int], objects: int, frames: int, seconds: Sequence[float]
) -> SpeedRow:
    return SpeedRow(
        model=model,
        weights=weights.name if weights else None,
        height=size_HW[0],
        width=size_HW[1],
        objects=objects,
        frames=frames,
        step_ms=round(1000 * median(seconds), 1),
        frames_per_second=round(1 / median(seconds), 2),
        mean_step_ms=round(1000 * mean(seconds), 1),
        resident_mb=resident_mb(),
        cores=available_cores(),
        load=round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        processor=processor(),
        python=platform.python_version(),
        openvino=metadata.version("openvino"),
        masklet=metadata.version("masklet"),
    )
