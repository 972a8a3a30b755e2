"""One run of a recipe among several that are compared: trained once, its validations read.

Shapes: V validations.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from masklet.training.errors import TrainingError
from masklet.training.progress import Progress
from masklet.training.recipe import run_recipe
from masklet.training.run_files import RunFiles


@dataclass(frozen=True)
class Validations:
    """All figures of a run's validations, by name."""

    steps_V: tuple[int, ...]
    figures: Mapping[str, tuple[float, ...]]


def run_trial(
    recipe: str, assignments: Sequence[str], folder: Path, *, figure: str, progress: Progress
) -> Validations | None:
    """Train a recipe into a folder, or go on with what lies there; return its validations, None where stopped.

    Raise TrainingError where they lack the figure, and what `run_recipe` raises.
    """
    files = RunFiles(folder)
    result = run_recipe(recipe, assignments, folder, resume=files.last.exists(), progress=progress)
    return None if result.ended == "stopped" else _read(files.validation, figure)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as the bytes of a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _read(path: Path, figure: str) -> Validations:
    rows: list[Mapping[str, str]] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    names = [name for name in (rows[0] if rows else ()) if name != "step"]
    if figure not in names:
        raise TrainingError(
            f"Expected validations with a figure {figure!r} in {path}, got {', '.join(names) or 'none'}; "
            "set loop.validate_every, and name one of the recipe's figures."
        )
    return Validations(
        steps_V=tuple(int(row["step"]) for row in rows),
        figures={name: tuple(float(row[name]) for row in rows) for name in names},
    )
