"""How fast a whole `masklet track` is: decoding, the network, masks, tracks, overlay and sheet, on one video.

The command is run as its user runs it, in a process of its own. Frames per second are those from the first
frame's decoding to the last file; starting Python and loading the network is told beside them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from masklet.core import defaults
from masklet.core.errors import EvaluationError
from masklet.core.masks import to_label_map
from masklet.evaluation.speed import circling_disks, processor
from masklet.formats.davis import write_label_png
from masklet.models import Precision
from masklet.models.runtime import available_cores
from masklet.sources import write_video

RATE = 25.0


@dataclass(frozen=True, kw_only=True)
class Footage:
    """A video, and the label PNG of its first frame."""

    video: Path
    mask: Path


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """What one run took."""

    model: str
    weights: str | None
    """Name of the file of own weights; none: the published ones."""
    video: str
    height: int
    width: int
    objects: int
    frames: int
    frames_per_second: float
    """Of the whole job, loading left out."""
    step_ms: float
    """Median of the tracker's steps, beside which the rest was going on."""
    walk_seconds: float
    finish_seconds: float
    """For what is made of all masks at the end."""
    start_seconds: float
    """For Python, the networks and the video's index."""
    peak_mb: float | None
    cores: int
    load: float | None
    """Of the machine, in the minute before the end; above the number of cores, others worked on it too."""
    processor: str
    masklet: str


def measure_jobs(
    model: str = defaults.TRACKER,
    *,
    weights: Path | None = None,
    size_HW: tuple[int, int] = (480, 864),
    objects: Sequence[int] = (1, 5, 10),
    frames: Sequence[int] = (200,),
    footage: Footage | None = None,
    threads: int | None = None,
    precision: Precision = "auto",
) -> list[JobRow]:
    """Return a row for each number of objects and of frames of a made-up video, or one row for the footage.

    `weights` is a file of your own instead of the tracker's published ones.
    Raise EvaluationError, in the words of the run, where it fails.
    """
    options = ["--model", model, "--precision", precision]
    options += [] if weights is None else ["--weights", str(weights)]
    options += [] if threads is None else ["--threads", str(threads)]
    rows: list[JobRow] = []
    with tempfile.TemporaryDirectory() as folder:
        if footage is not None:
            return [_measure(footage, Path(folder) / "run", options)]
        for count in objects:
            for length in frames:
                at = Path(folder) / f"{count}-{length}"
                rows.append(_measure(made_up(at, count, length, size_HW), at / "run", options))
    return rows


def made_up(folder: Path, objects: int, frames: int, size_HW: tuple[int, int]) -> Footage:
    """Write a video of circling disks and the mask of its first frame."""
    folder.mkdir(parents=True)
    scene = circling_disks(objects, size_HW)
    footage = Footage(video=folder / "disks.mp4", mask=folder / "first.png")
    write_video(footage.video, (scene(index)[0].image_HW3 for index in range(frames)), frames_per_second=RATE)
    write_label_png(footage.mask, to_label_map(scene(0)[1], tuple(range(1, objects + 1)), np.ones(objects)))
    return footage


def _measure(footage: Footage, out: Path, options: Sequence[str]) -> JobRow:
    words = ["track", str(footage.video), "--mask", f"0:{footage.mask}", "-o", str(out), "--quiet", "--json"]
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "masklet", *words, *options], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().rpartition("masklet: ")[2]
        raise EvaluationError(said or f"Expected a run that ends well, got exit code {done.returncode}.")
    return _row(footage, json.loads(done.stdout), time.monotonic() - started)


def _row(footage: Footage, record: dict[str, Any], seconds: float) -> JobRow:
    height, width = record["input"]["size_HW"]
    job_seconds = record["seconds"] + record["finish_seconds"]
    return JobRow(
        model=record["model"],
        weights=next((given["name"] for given in record["weights"] if "path" in given), None),
        video=footage.video.name,
        height=height,
        width=width,
        objects=record["objects"],
        frames=record["frames"],
        frames_per_second=round(record["frames"] / job_seconds, 2),
        step_ms=record["step_ms"],
        walk_seconds=record["seconds"],
        finish_seconds=record["finish_seconds"],
        start_seconds=round(seconds - job_seconds, 3),
        peak_mb=record["peak_rss_mb"],
        cores=available_cores(),
        load=round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        processor=processor(),
        masklet=metadata.version("masklet"),
    )
