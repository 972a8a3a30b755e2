"""How fast J and F are computed, beside the package vos-benchmark on the same frames with as many processes.

    python benchmarks/evaluator.py ../shared/data/DAVIS ../shared/data/eval_fixtures/davis_binary/osvos

Both read the same files: the truth with object 1 in place of 255 (which vos-benchmark would take for another
object) and the results. Both run in turns, each time in a new process whose start and imports do not count;
the median of the runs does. OpenCV is kept to one thread in both, so that what works side by side is
what was asked for: processes there, threads here.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TextIO

import cv2
import numpy as np

from masklet.datasets import Davis2016
from masklet.evaluation import evaluate_davis
from masklet.formats.davis import label_pngs_in, read_label_png, write_label_png

TOOLS = ("masklet", "vos-benchmark")
Run = dict[str, float]


@dataclass(frozen=True)
class Row:
    tool: str
    version: str
    jobs: int
    frames: int
    seconds: float
    frames_per_second: float
    times_as_fast: float
    """As vos-benchmark with as many processes in the same run."""
    j_mean: float
    f_mean: float
    hardware: str
    python: str


def measure(root: Path, results: Path, *, jobs: tuple[int, ...] = (1, 2), repeats: int = 5) -> list[Row]:
    """Return two rows for each number of jobs; raise AssertionError where the figures of both differ."""
    with tempfile.TemporaryDirectory() as scratch:
        davis, predictions, frames = _same_files(root, results, Path(scratch))
        return [row for count in jobs for row in _compare(davis, predictions, frames, count, repeats)]


def _compare(davis: Path, predictions: Path, frames: int, jobs: int, repeats: int) -> list[Row]:
    runs: dict[str, list[Run]] = {tool: [] for tool in TOOLS}
    for _ in range(repeats):
        for tool, done in runs.items():
            done.append(_in_new_process(tool, davis, predictions, jobs))
    figures = {tool: (done[0]["j_mean"], done[0]["f_mean"]) for tool, done in runs.items()}
    np.testing.assert_allclose(figures["masklet"], figures["vos-benchmark"], atol=1e-9)
    seconds = {tool: median(run["seconds"] for run in done) for tool, done in runs.items()}
    return [
        Row(
            tool=tool,
            version=version(tool),
            jobs=jobs,
            frames=frames,
            seconds=round(seconds[tool], 3),
            frames_per_second=round(frames / seconds[tool], 1),
            times_as_fast=round(seconds["vos-benchmark"] / seconds[tool], 2),
            j_mean=round(figures[tool][0], 6),
            f_mean=round(figures[tool][1], 6),
            hardware=f"{os.cpu_count()} x {platform.machine()}",
            python=platform.python_version(),
        )
        for tool in TOOLS
    ]


def _same_files(root: Path, results: Path, scratch: Path) -> tuple[Path, Path, int]:
    """Return a DAVIS 2017 folder and a results folder that both tools read alike, and the frames that count."""
    dataset = Davis2016(root)
    frames = 0
    for name in dataset.names():
        folder = scratch / "Annotations/480p" / name
        folder.mkdir(parents=True)
        for path in label_pngs_in(dataset.truth_folder(name)):
            write_label_png(folder / path.name, read_label_png(path, binary=True))
            frames += 1
        (scratch / "results").mkdir(exist_ok=True)
        (scratch / "results" / name).symlink_to((results / name).resolve())
        frames -= 2
    (scratch / "ImageSets/2017").mkdir(parents=True)
    (scratch / "ImageSets/2017/val.txt").write_text("\n".join(dataset.names()))
    return scratch, scratch / "results", frames


def _in_new_process(tool: str, davis: Path, predictions: Path, jobs: int) -> Run:
    command = [sys.executable, __file__, str(davis), str(predictions), "--once", tool, "--jobs", str(jobs)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _once(tool: str, davis: Path, predictions: Path, jobs: int) -> Run:
    cv2.setNumThreads(1)
    if tool == "masklet":
        started = time.perf_counter()
        overall = evaluate_davis(davis, predictions, year=2017, jobs=jobs).overall
        j, f = overall["J-Mean"], overall["F-Mean"]
    else:
        from vos_benchmark.benchmark import benchmark

        truth = davis / "Annotations/480p"
        started = time.perf_counter()
        _, (j,), (f,), _ = benchmark([str(truth)], [str(predictions)], num_processes=jobs, verbose=False)
        j, f = j / 100, f / 100
    return {"seconds": time.perf_counter() - started, "j_mean": float(j), "f_mean": float(f)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of the evaluator beside vos-benchmark.")
    parser.add_argument("root", type=Path, help="DAVIS 2016.")
    parser.add_argument("results", type=Path, help="Folder with one folder of label PNGs for each sequence.")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, help="Append the rows to evaluator.csv in this folder.")
    parser.add_argument("--once", choices=TOOLS, help="Run one tool on files prepared for it; print JSON.")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.once:
        print(json.dumps(_once(arguments.once, arguments.root, arguments.results, arguments.jobs)))
        return
    rows = [asdict(row) for row in measure(arguments.root, arguments.results, repeats=arguments.repeats)]
    _write(rows, sys.stdout, header=True)
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        path = arguments.out / "evaluator.csv"
        is_new = not path.exists()
        with path.open("a", newline="") as file:
            _write(rows, file, header=is_new)


def _write(rows: list[dict[str, object]], file: TextIO, *, header: bool) -> None:
    writer = csv.DictWriter(file, fieldnames=list(rows[0]))
    if header:
        writer.writeheader()
    writer.writerows(rows)


if __name__ == "__main__":
    main()
