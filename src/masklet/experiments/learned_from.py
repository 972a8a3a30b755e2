"""What is known of a training run by its folder: how long weights learned, and from what."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class LearnedFrom:
    """A run of `masklet train`, in figures."""

    steps: int
    batch_size: int
    hours: float
    """Of all steps, without validations."""
    data: str
    """Clips by where they come from."""

    def in_words(self) -> str:
        """Return what a reader of a table wants to know.

        >>> LearnedFrom(steps=900, batch_size=4, hours=0.5, data="26 of DAVIS").in_words()
        '900 steps of 4 clips, 0.50 h, from 26 of DAVIS'
        """
        return f"{self.steps} steps of {self.batch_size} clips, {self.hours:.2f} h, from {self.data}"


def learned_from(weights: Path) -> LearnedFrom | None:
    """Return what the folder of a file of weights says of its run, None where it is no run's."""
    settings, losses = (weights.parent / name for name in ("settings.json", "losses.csv"))
    if not (settings.is_file() and losses.is_file()):
        return None
    with losses.open(newline="") as file:
        seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
    told = json.loads(settings.read_text())["settings"]
    return LearnedFrom(
        steps=len(seconds),
        batch_size=told["loop.batch_size"] * told["loop.accumulate"],
        hours=sum(seconds) / 3600,
        data=_data(told),
    )


def _data(told: Mapping[str, Any]) -> str:
    """Return clips by source, less those held back; the name of the cache where it is no longer there."""
    cache = Path(told.get("data.cache") or "an unknown cache")
    clips = cache / "clips.json"
    if not clips.is_file():
        return f"the clips in {cache.name}"
    held_back = told.get("data.validation") or ()
    used = [clip for clip in json.loads(clips.read_text())["clips"] if clip["name"] not in held_back]
    counts = Counter(clip["source"] for clip in used if any(clip["object_ids"]))
    return ", ".join(f"{count} of {source}" for source, count in counts.items())
