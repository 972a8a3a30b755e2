"""Studies: one recipe trained again and again, one setting at a time changed; a curve for each, a table of all.

As P0 compares sums of losses and optimisers (Fig. 5). With several seeds every value is trained once with each,
and a summary says mean and spread. What was finished before is not trained again, so a study that was stopped goes
on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from masklet.core.files import write_whole
from masklet.training.errors import TrainingError
from masklet.training.progress import Progress, Silent
from masklet.training.trials import Validations, csv_text, run_trial

SUMS_OF = "sums-of:"
TABLE, SUMMARY = "study.csv", "summary.csv"


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
    seed: int | None = None
    """None where a study has one run of each value, with the seed that its settings say."""


@dataclass(frozen=True)
class Summary:
    """One value's figures after the last step, over its runs."""

    setting: str
    value: str
    runs: int
    mean: Mapping[str, float]
    spread: Mapping[str, float]
    """Standard deviation of a run (of the sample: divided by one run less); NaN of a single run."""


def run_study(
    recipe: str,
    families: Sequence[Family],
    assignments: Sequence[str],
    out: Path,
    *,
    figure: str,
    seeds: Sequence[int] = (),
    progress: Progress | None = None,
) -> list[Curve]:
    """Train every value of every family into a folder of its own below `out`; return the curves.

    With `seeds` each value has a run for each (`loop.seed`), in a folder seed-N. study.csv has all figures of the
    recipe's validations, among which `figure` must be, summary.csv mean and spread of the last ones. Raise
    TrainingError where it is not, and what `run_recipe` raises.
    """
    progress = progress or Silent()
    curves: list[Curve] = []
    for setting, value, seed, folder in _runs(families, seeds, out):
        progress.say(f"{setting}={value} -> {folder}")
        told = [*assignments, f"{setting}={value}", *([] if seed is None else [f"loop.seed={seed}"])]
        validations = run_trial(recipe, told, folder, figure=figure, progress=progress)
        if validations is None:
            break
        curves.append(Curve(setting, value, validations, seed))
        write_whole(out / TABLE, _table(curves))
        write_whole(out / SUMMARY, _summary_table(summarised(curves)))
    return curves


def summarised(curves: Sequence[Curve]) -> list[Summary]:
    """Return mean and spread of each value's last figures over its runs; of figures that all of them have."""
    grouped: dict[tuple[str, str], list[Curve]] = {}
    for curve in curves:
        grouped.setdefault((curve.setting, curve.value), []).append(curve)
    return [_summary(setting, value, of_value) for (setting, value), of_value in grouped.items()]


def _summary(setting: str, value: str, curves: Sequence[Curve]) -> Summary:
    last = [{name: numbers[-1] for name, numbers in curve.validations.figures.items()} for curve in curves]
    numbers = {name: [each[name] for each in last] for name in last[0] if all(name in each for each in last)}
    return Summary(
        setting,
        value,
        runs=len(curves),
        mean={name: float(np.mean(each)) for name, each in numbers.items()},
        spread={name: float(np.std(each, ddof=1)) if len(each) > 1 else np.nan for name, each in numbers.items()},
    )


def plot_study(curves: Sequence[Curve], out: Path, *, figure: str) -> list[Path]:
    """Draw a figure of each family's curves into FAMILY-FIGURE.png; return the files.

    Runs of several seeds are drawn as their mean.
    Raise MissingExtraError without matplotlib.
    """
    from masklet.render.plots import plot_lines

    paths = []
    for setting in dict.fromkeys(curve.setting for curve in curves):
        lines = {
            value: _mean_line([each for each in curves if (each.setting, each.value) == (setting, value)], figure)
            for value in dict.fromkeys(curve.value for curve in curves if curve.setting == setting)
        }
        path = out / f"{_plain(setting)}-{_plain(figure)}.png"
        plot_lines(lines, path, title=setting, across="step", measure=figure)
        paths.append(path)
    return paths


def _mean_line(curves: Sequence[Curve], figure: str) -> tuple[Sequence[int], Sequence[float]]:
    """Return the steps that all of the runs were validated after, and the figure's means."""
    by_step = [
        dict(zip(curve.validations.steps_V, curve.validations.figures[figure], strict=True)) for curve in curves
    ]
    steps = [step for step in by_step[0] if all(step in each for each in by_step)]
    return steps, [float(np.mean([each[step] for each in by_step])) for step in steps]


def _runs(
    families: Sequence[Family], seeds: Sequence[int], out: Path
) -> Iterator[tuple[str, str, int | None, Path]]:
    for family in families:
        for value in family.values:
            folder = out / _plain(family.setting) / _plain(value)
            if not seeds:
                yield family.setting, value, None, folder
            for seed in seeds:
                yield family.setting, value, seed, folder / f"seed-{seed}"


def _plain(text: str) -> str:
    """Return a text as the name of a folder.

    >>> _plain("0.5*dice+bce"), _plain("loop.optimiser")
    ('0.5xdice+bce', 'loop.optimiser')
    """
    return re.sub(r"[^0-9A-Za-z_.+-]+", "-", text.replace("*", "x"))


def _table(curves: Sequence[Curve]) -> bytes:
    """Return a row for each validation of each run; a figure that a run has not is empty."""
    names = list(dict.fromkeys(name for curve in curves for name in curve.validations.figures))
    seeded = any(curve.seed is not None for curve in curves)
    rows = (
        [
            *(curve.setting, curve.value, *([curve.seed] if seeded else []), step),
            *(figures[name][place] if name in figures else "" for name in names),
        ]
        for curve in curves
        for figures in [curve.validations.figures]
        for place, step in enumerate(curve.validations.steps_V)
    )
    return csv_text(["setting", "value", *(["seed"] if seeded else []), "step", *names], rows)


def _summary_table(summaries: Sequence[Summary]) -> bytes:
    rows = (
        [each.setting, each.value, each.runs, name, mean, each.spread[name]]
        for each in summaries
        for name, mean in each.mean.items()
    )
    return csv_text(["setting", "value", "runs", "figure", "mean", "spread"], rows)
