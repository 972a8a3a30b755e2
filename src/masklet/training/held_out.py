"""Which pictures a run learns from, which it validates on, which it leaves alone.

Their names decide, so that every run divides alike and anyone can tell afterwards.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from masklet.training.errors import TrainingError
from masklet.training.run_files import RunFiles

Part = Literal["learnt", "held out", "test"]


def part_of(name: str, *, held_out: float, test: float = 0.0) -> Part:
    """Return which part a picture belongs to; of many pictures those shares are held out and test."""
    drawn = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32
    if drawn < test:
        return "test"
    return "held out" if drawn < test + held_out else "learnt"


def left_out(run: Path, name: str) -> bool:
    """Return whether a run's figures may be measured on a picture: one of its test part, or, where it kept none,
    one that was held out. Raise TrainingError where the folder holds no run that divides pictures."""
    settings = RunFiles(run).settings
    try:
        told = json.loads(settings.read_text(encoding="utf-8"))["settings"]
        held_out, test = float(told["data.held_out"]), float(told.get("data.test", 0))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"Expected a run with a setting data.held_out in {settings}, got none.") from error
    return part_of(name, held_out=held_out, test=test) == ("test" if test else "held out")
