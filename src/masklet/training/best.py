"""Which validation was the best so far, and how long ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from masklet.training.errors import TrainingError


@dataclass(frozen=True)
class Best:
    """The best validation so far."""

    figure: str
    value: float
    step: int
    since: int
    """Validations after it."""


def best_so_far(
    before: Best | None,
    figures: Mapping[str, float],
    *,
    figure: str,
    step: int,
    best_is: Literal["highest", "lowest"],
) -> Best:
    """Return the best after one more validation; an equal figure is no better. NaN is never better.

    Raise TrainingError where the validation has no such figure.

    >>> best_so_far(Best("J", 0.6, 10, 0), {"J": 0.5}, figure="J", step=20, best_is="highest")
    Best(figure='J', value=0.6, step=10, since=1)
    """
    if figure not in figures:
        raise TrainingError(f"Expected the figure {figure!r} of keep_best, got {', '.join(figures) or 'none'}.")
    value = figures[figure]
    sign = 1 if best_is == "highest" else -1
    if before is None or sign * value > sign * before.value or before.value != before.value:
        return Best(figure, value, step, 0)
    return replace(before, since=before.since + 1)
