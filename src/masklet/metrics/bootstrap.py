"""How sure a mean is: percentile intervals by resampling (Efron and Tibshirani, 1993, chapter 13)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import ShapeError


def mean_interval(
    values_N: FloatArray, groups_N: Sequence[Hashable], *, share: float = 0.95, draws: int = 10_000, seed: int = 0
) -> tuple[float, float]:
    """Return the interval that holds that share of resampled means; whole groups are drawn, with replacement.

    What belongs to one group (the people of one picture) is alike, so values are not drawn one by one. For a
    paired comparison give the differences of pairs. One group alone gives its mean twice. Raise ShapeError where
    there is not one group for each value, or no value.

    >>> mean_interval(np.array([1.0, 1.0, 4.0]), ["a", "a", "b"])
    (1.0, 4.0)
    """
    if not len(values_N) or len(values_N) != len(groups_N):
        raise ShapeError(
            f"Expected a group for each value and at least one, got {len(groups_N)} and {len(values_N)}."
        )
    place_of = {group: place for place, group in enumerate(dict.fromkeys(groups_N))}
    group_N = np.array([place_of[group] for group in groups_N])
    count = len(place_of)
    sum_G, size_G = np.bincount(group_N, weights=values_N), np.bincount(group_N)
    drawn_DG = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=draws)
    mean_D = (drawn_DG @ sum_G) / (drawn_DG @ size_G)
    low, high = np.quantile(mean_D, [(1 - share) / 2, (1 + share) / 2]).tolist()
    return low, high
