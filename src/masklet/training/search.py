"""Random searches: a recipe trained with settings that are drawn, and a table of what came out, the best first.

Each run's draw comes from the seed and its own number: a search that was stopped goes on, and one that is asked
for more runs keeps those it has. Source: Bergstra and Bengio, JMLR 2012.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from masklet.core.files import write_whole
from masklet.training.errors import TrainingError
from masklet.training.progress import Progress, Silent
from masklet.training.trials import Validations, csv_text, run_trial

TABLE = "search.csv"
LOGARITHMIC = "log:"
Sample = Callable[[np.random.Generator], str]


@dataclass(frozen=True)
class Drawn:
    """One setting and how its values are drawn."""

    setting: str
    parts: tuple[Sample, ...]
    """Of a value with commas, each part."""

    @classmethod
    def parse(cls, text: str) -> Drawn:
        """Return what NAME=VALUE says. A value, or each of its parts between commas, is A|B|C (one of them), A..B
        (anything between) or log:A..B (anything between, evenly in its logarithm). Raise TrainingError for another
        text.

        >>> drawn = Drawn.parse("loop.betas=0.8..0.9,0.99|0.999")
        >>> drawn.setting, drawn.value(np.random.default_rng(0))
        ('loop.betas', '0.8637,0.999')
        """
        setting, equals, value = text.partition("=")
        if not (setting and equals):
            raise _refusal(text)
        return cls(setting.strip(), tuple(_sample(part.strip(), text) for part in value.split(",")))

    def value(self, rng: np.random.Generator) -> str:
        """Return a value as --set takes it."""
        return ",".join(sample(rng) for sample in self.parts)


@dataclass(frozen=True)
class Found:
    """One run of a search: its number, its draws by setting, its validations."""

    number: int
    values: dict[str, str]
    validations: Validations

    def last(self, figure: str) -> float:
        """Return a figure of the last validation."""
        return self.validations.figures[figure][-1]


def run_search(
    recipe: str,
    drawn: Sequence[Drawn],
    assignments: Sequence[str],
    out: Path,
    *,
    runs: int,
    figure: str,
    best_is: Literal["highest", "lowest"] = "highest",
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Found]:
    """Train with drawn settings into folders 000, 001, ... below `out`; return the runs, the best first.

    They are compared by a figure of their last validation; search.csv has all figures. Raise TrainingError where
    there is no such figure, and what `run_recipe` raises.
    """
    progress = progress or Silent()
    found: list[Found] = []
    for number in range(runs):
        rng = np.random.default_rng((seed, number))
        values = {one.setting: one.value(rng) for one in drawn}
        told = [f"{setting}={value}" for setting, value in values.items()]
        folder = out / f"{number:03d}"
        progress.say(f"{' '.join(told)} -> {folder}")
        validations = run_trial(recipe, [*assignments, *told], folder, figure=figure, progress=progress)
        if validations is None:
            break
        found.append(Found(number, values, validations))
        found.sort(key=lambda run: _rank(run.last(figure), best_is))
        write_whole(out / TABLE, _table(found))
    return found


def _rank(value: float, best_is: str) -> float:
    """Return what sorts the best first and what is no number last."""
    if math.isnan(value):
        return math.inf
    return -value if best_is == "highest" else value


def _table(found: Sequence[Found]) -> bytes:
    settings, names = list(found[0].values), list(found[0].validations.figures)
    rows = (
        [run.number, *run.values.values(), run.validations.steps_V[-1], *map(run.last, names)] for run in found
    )
    return csv_text(["run", *settings, "step", *names], rows)


def _sample(part: str, text: str) -> Sample:
    low_text, dots, high_text = part.removeprefix(LOGARITHMIC).partition("..")
    if not dots:
        choices = [choice.strip() for choice in part.split("|")]
        if not all(choices):
            raise _refusal(text)
        return lambda rng: choices[int(rng.integers(len(choices)))]
    try:
        low, high = float(low_text), float(high_text)
    except ValueError:
        raise _refusal(text) from None
    logarithmic = part.startswith(LOGARITHMIC)
    if not low < high or (logarithmic and low <= 0):
        raise _refusal(text)
    if logarithmic:
        return lambda rng: f"{math.exp(rng.uniform(math.log(low), math.log(high))):.4g}"
    return lambda rng: f"{rng.uniform(low, high):.4g}"


def _refusal(text: str) -> TrainingError:
    return TrainingError(f"Expected NAME=A..B, NAME=log:A..B (A above 0, B above A) or NAME=A|B|C, got {text!r}.")
