"""Studies: one recipe trained again and again, one setting at a time changed; a curve for each, a table of all.

As P0 compares sums of losses and optimisers (Fig. 5). What was finished before is not trained again, so a study
that was stopped goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from masklet.core.files import write_whole
from masklet.training.errors import TrainingError
from masklet.training.progress import Progress, Silent
from masklet.training.trials import Validations, csv_text, run_trial

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
    """The validations of one run."""

    setting: str
    value: str
    validations: Validations


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

    study.csv has all figures of the recipe's validations, among which `figure` must be. Raise TrainingError where
    it is not, and what `run_recipe` raises.
    """
    progress = progress or Silent()
    curves: list[Curve] = []
    for setting, value, folder in _runs(families, out):
        progress.say(f"{setting}={value} -> {folder}")
        told = [*assignments, f"{setting}={value}"]
        validations = run_trial(recipe, told, folder, figure=figure, progress=progress)
        if validations is None:
            break
        curves.append(Curve(setting, value, validations))
        write_whole(out / TABLE, _table(curves))
    return curves


def plot_study(curves: Sequence[Curve], out: Path, *, figure: str) -> list[Path]:
    """Draw a figure of each family's curves into FAMILY-FIGURE.png; return the files.

    Raise MissingExtraError without matplotlib.
    """
    from masklet.render.plots import plot_lines

    paths = []
    for setting in dict.fromkeys(curve.setting for curve in curves):
        lines = {
            curve.value: (curve.validations.steps_V, curve.validations.figures[figure])
            for curve in curves
            if curve.setting == setting
        }
        path = out / f"{_plain(setting)}-{_plain(figure)}.png"
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


def _table(curves: Sequence[Curve]) -> bytes:
    """Return a row for each validation of each run."""
    names = list(dict.fromkeys(name for curve in curves for name in curve.validations.figures))
    rows = (
        [curve.setting, curve.value, step, *(numbers[place] for numbers in _in_order(curve, names))]
        for curve in curves
        for place, step in enumerate(curve.validations.steps_V)
    )
    return csv_text(["setting", "value", "step", *names], rows)


def _in_order(curve: Curve, names: Sequence[str]) -> list[tuple[float, ...]]:
    return [curve.validations.figures[name] for name in names]
