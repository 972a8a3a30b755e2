"""Studies: one recipe trained again and again, one setting at a time changed; a curve for each, a table of all.

As P0 compares sums of losses and optimisers (Fig. 5). What was finished before is not trained again, so a study
that was stopped goes on.

Shapes: V validations.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from masklet.core.files import write_whole
from masklet.training.errors import TrainingError
from masklet.training.progress import Progress, Silent
from masklet.training.recipe import run_recipe
from masklet.training.run_files import RunFiles

SUMS_OF = "sums-of:"
TABLE = "study.csv"


@dataclass(frozen=True)
class Family:
    """One setting and the values it takes in turn, all other settings as they are."""

    setting: str
    values: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Family:
        """Return the family of NAME=A,B,C; `sums-of:A,B` are A, B and A+B. Raise TrainingError for another text.

        >>> Family.parse("loss=sums-of:dice,bce").values
        ('dice', 'bce', 'dice+bce')
        """
        setting, equals, listed = text.partition("=")
        parts = tuple(part.strip() for part in listed.removeprefix(SUMS_OF).split(","))
        if not (setting and equals) or not all(parts) or len(set(parts)) < len(parts):
            raise TrainingError(
                f"Expected NAME=A,B,C with values that differ, or NAME={SUMS_OF}A,B,C, got {text!r}."
            )
        if listed.startswith(SUMS_OF):
            parts = tuple(
                "+".join(chosen) for size in range(1, len(parts) + 1) for chosen in combinations(parts, size)
            )
        return cls(setting.strip(), parts)


@dataclass(frozen=True)
class Curve:
    """A figure at each validation of one run."""

    setting: str
    value: str
    steps_V: tuple[int, ...]
    figures_V: tuple[float, ...]


def run_study(
    recipe: str,
    families: Sequence[Family],
    assignments: Sequence[str],
    out: Path,
    *,
    figure: str,
    progress: Progress | None = None,
) -> list[Curve]:
    """Train every value of every family into a folder of its own below `out`; return the curves.

    `figure` is a figure of the recipe's validation; study.csv has its values. Raise TrainingError where no run
    has it, and what `run_recipe` raises.
    """
    progress = progress or Silent()
    curves: list[Curve] = []
    for setting, value, folder in _runs(families, out):
        progress.say(f"{setting}={value} -> {folder}")
        result = run_recipe(
            recipe,
            [*assignments, f"{setting}={value}"],
            folder,
            resume=RunFiles(folder).last.exists(),
            progress=progress,
        )
        if result.ended == "stopped":
            break
        curves.append(_read(RunFiles(folder).validation, setting, value, figure))
        write_whole(out / TABLE, _table(curves, figure).encode())
    return curves


def plot_study(curves: Sequence[Curve], out: Path, *, figure: str) -> list[Path]:
    """Draw the curves of each family, the best last value first, into FAMILY.png; return the files.

    Raise MissingExtraError without matplotlib.
    """
    from masklet.render.plots import plot_lines

    paths = []
    for setting in dict.fromkeys(curve.setting for curve in curves):
        lines = {curve.value: (curve.steps_V, curve.figures_V) for curve in curves if curve.setting == setting}
        path = out / f"{_plain(setting)}.png"
        plot_lines(lines, path, title=setting, across="step", measure=figure)
        paths.append(path)
    return paths


def _runs(families: Sequence[Family], out: Path) -> Iterator[tuple[str, str, Path]]:
    for family in families:
        for value in family.values:
            yield family.setting, value, out / _plain(family.setting) / _plain(value)


def _plain(text: str) -> str:
    """Return a text as the name of a folder.

    >>> _plain("0.5*dice+bce"), _plain("loop.optimiser")
    ('0.5xdice+bce', 'loop.optimiser')
    """
    return re.sub(r"[^0-9A-Za-z_.+-]+", "-", text.replace("*", "x"))


def _read(path: Path, setting: str, value: str, figure: str) -> Curve:
    rows: list[Mapping[str, str]] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    if not rows or figure not in rows[0]:
        found = ", ".join(name for name in (rows[0] if rows else ()) if name != "step") or "none"
        raise TrainingError(
            f"Expected validations with a figure {figure!r} in {path}, got {found}; "
            "set loop.validate_every, and name one of the recipe's figures."
        )
    return Curve(
        setting, value, tuple(int(row["step"]) for row in rows), tuple(float(row[figure]) for row in rows)
    )


def _table(curves: Sequence[Curve], figure: str) -> str:
    """Return a row for each validation of each run."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["setting", "value", "step", figure])
    for curve in curves:
        for step, number in zip(curve.steps_V, curve.figures_V, strict=True):
            writer.writerow([curve.setting, curve.value, step, number])
    return text.getvalue()
