"""How much of a training is waiting for data: pictures at full size against the clip cache, workers against none.

    python benchmarks/data_loading.py ../shared/data/DAVIS2016-train --steps 30

Trains the recipe siamese-unet for some steps on pairs of frames from a few sequences, four times: with frames and
masks as large as they are, decoded whenever they are asked for (how P3 began), with workers; then from the cache
of small pictures that are kept once they are decoded, with and without workers. Share of waiting and seconds are
the training loop's own; the first steps, in which workers start, do not count. `sample_cpu_ms` is the processor
time that one sample takes, whatever else the machine does. The network is small, so that it
waits on a processor as a large one waits on a GPU: `--set network.width=1 rollout.size=256` makes it large.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

import torch

from masklet.datasets import Davis2016
from masklet.evaluation.speed import processor
from masklet.models.runtime import available_cores
from masklet.models.unet.config import NetworkConfig
from masklet.training.cache import Shrinking, build_cache
from masklet.training.cache_sources import DavisSource
from masklet.training.config import LoopConfig
from masklet.training.loop import train
from masklet.training.mask_rollout import Rollout
from masklet.training.recipes.siamese_unet import Data, Settings, build
from masklet.training.settings import make

FULL, SMALL = "full size", "cache"
ANY_SIZE = 1 << 16
"""A shorter side that no picture has: nothing is made smaller."""
WARM_UP = 5
"""Steps that do not count."""
SEEN, TIMED = 120, 40
"""Samples that are drawn before those whose time is taken."""
SETTINGS = Settings(
    data=Data(length=2, synthetic=0.0, pasted=0.0),
    network=NetworkConfig(width=0.125, dropout=0.0),
    rollout=Rollout(size=64),
    loop=LoopConfig(steps=1, batch_size=8, tensorboard=False),
)


def caches(root: Path, names: Sequence[str], folder: Path) -> dict[str, Path]:
    """Write the sequences into two caches, one of full size; return their paths."""
    others = tuple(name for name in Davis2016(root, "train").names() if name not in names)
    made = {}
    for title, short_side in ((FULL, ANY_SIZE), (SMALL, 288)):
        made[title] = folder / title.replace(" ", "-")
        build_cache(
            [DavisSource(root=root, exclude=others)], made[title], shrinking=Shrinking(short_side=short_side)
        )
    return made


def variants(settings: Settings, made: dict[str, Path], workers: int) -> Iterator[tuple[str, Settings]]:
    """Yield the four ways to load."""
    for title, cache in made.items():
        kept = 0 if title == FULL else settings.data.kept_megabytes
        data = replace(settings.data, cache=cache, kept_megabytes=kept)
        for count in (0, workers):
            loop = replace(settings.loop, workers=count)
            yield f"{title}, {count} workers", replace(settings, data=data, loop=loop)


def sample_seconds(settings: Settings) -> float:
    """Return the processor's seconds for a sample, once pictures that are kept are."""
    task = build(settings)
    for number in range(SEEN if settings.data.kept_megabytes else 0):
        task.sample(number)
    started = time.process_time()
    for number in range(SEEN, SEEN + TIMED):
        task.sample(number)
    return (time.process_time() - started) / TIMED


def measure(title: str, settings: Settings, folder: Path) -> dict[str, object]:
    """Train, and return a row."""
    out = folder / title.replace(" ", "-").replace(",", "")
    load = os.getloadavg()[0]
    train(build(settings), settings.loop, out)
    with (out / "losses.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[WARM_UP:]
    seconds = [float(row["seconds"]) for row in rows]
    waiting = [float(row["seconds"]) * float(row["waiting_share"]) for row in rows]
    return {
        "variant": title,
        "waiting_share": round(sum(waiting) / sum(seconds), 3),
        "samples_per_second": round(settings.loop.batch_size / mean(seconds), 2),
        "step_ms": round(1000 * mean(seconds)),
        "waiting_ms": round(1000 * mean(waiting)),
        "sample_cpu_ms": round(1000 * sample_seconds(settings), 1),
        "steps": len(rows),
        "cores": available_cores(),
        "load": round(load, 1),
        "processor": processor(),
        "torch": torch.__version__,
    }


def write(path: Path, rows: Sequence[dict[str, object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, help="DAVIS-2016")
    parser.add_argument("--sequences", nargs="+", default=["bear", "bus", "lucia", "tennis"])
    parser.add_argument("--steps", type=int, default=30, help=f"besides the first {WARM_UP}")
    parser.add_argument("--workers", type=int, default=max(available_cores() - 1, 1))
    parser.add_argument("--threads", type=int, default=1, help="of the network")
    parser.add_argument("--set", nargs="+", default=[], dest="settings", metavar="NAME=VALUE")
    parser.add_argument("--out", type=Path, help="CSV file for the rows")
    words = parser.parse_args()
    settings: Settings = make(Settings, words.settings, base=SETTINGS)
    loop = replace(
        settings.loop, steps=WARM_UP + words.steps, threads=words.threads, checkpoint_every_seconds=None
    )
    settings = replace(settings, loop=loop)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        made = caches(words.root, words.sequences, Path(name))
        for title, each in variants(settings, made, words.workers):
            rows.append(measure(title, each, Path(name)))
            print(
                "{variant}: {waiting_share:.0%} waiting for data, {samples_per_second} samples/s "
                "({waiting_ms} of {step_ms} ms a step), {sample_cpu_ms} ms of the processor a sample".format(
                    **rows[-1]
                ),
                flush=True,
            )
    if words.out:
        write(words.out, rows)


if __name__ == "__main__":
    main()
