"""Pairs of rows and columns, one to one, with the greatest sum of scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from masklet.core.arrays import BoolArray, FloatArray

_KEEP_BONUS = 1000.0
"""More than all scores of a frame together: who was together stays together before any score is weighed."""


def assigned(score_NM: FloatArray, *, at_least: float, kept_NM: BoolArray | None = None) -> list[tuple[int, int]]:
    """Return pairs (n, m), each row and column at most once, whose scores (0 to 1) reach `at_least`.

    Their sum is the greatest there is (Hungarian method), after as many pairs of `kept_NM` as are possible.

    >>> score_NM = np.array([[0.9, 0.8], [0.7, 0.1]])
    >>> assigned(score_NM, at_least=0.3)
    [(0, 1), (1, 0)]
    >>> assigned(score_NM, at_least=0.3, kept_NM=np.array([[True, False], [False, False]]))
    [(0, 0)]
    """
    possible_NM = score_NM >= at_least
    worth_NM = score_NM if kept_NM is None else score_NM + _KEEP_BONUS * kept_NM
    rows, columns = linear_sum_assignment(np.where(possible_NM, worth_NM, 0), maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if possible_NM[row, column]]


def together_before(before: Mapping[int, int], row_ids: Sequence[int], column_ids: Sequence[int]) -> BoolArray:
    """Return kept_NM: which pairs of ids `before` has."""
    return np.array(
        [[before.get(row_id) == column_id for column_id in column_ids] for row_id in row_ids], dtype=bool
    ).reshape(len(row_ids), len(column_ids))
