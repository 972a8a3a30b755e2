"""Which detection belongs to which track: the assignment with the greatest sum of scores."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from masklet.core.arrays import FloatArray


def assign(score_NM: FloatArray, *, at_least: float) -> list[tuple[int, int]]:
    """Return pairs (n, m), each row and column at most once, whose scores reach `at_least` (Hungarian method).

    >>> assign(np.array([[0.9, 0.8], [0.7, 0.1]]), at_least=0.3)
    [(0, 1), (1, 0)]
    """
    allowed_NM = np.where(score_NM >= at_least, score_NM, 0.0)
    rows, columns = linear_sum_assignment(allowed_NM, maximize=True)
    return [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if score_NM[row, column] >= at_least
    ]
