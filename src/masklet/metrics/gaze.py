"""What somebody looked at, in numbers: visits, dwell times, transitions from one thing to the next.

Shapes: E events (fixations) in order of time, V visits, N targets, S samples. A target is a number from 0;
NOTHING is a look at none of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import FloatArray, IntArray

NOTHING = -1


@dataclass(frozen=True, eq=False)
class Visits:
    """Times during which the look stayed on one target, through one or several events."""

    target_V: IntArray
    start_V: FloatArray
    end_V: FloatArray
    """Of the first and the last event, in seconds."""
    first_V: IntArray
    """The first event."""
    events_V: IntArray
    """How many events."""

    def __len__(self) -> int:
        return len(self.target_V)


def visits_of(target_E: IntArray, start_E: FloatArray, end_E: FloatArray) -> Visits:
    """Return the visits: events in a row with the same target are one.

    >>> visits_of(np.array([2, 2, 0]), np.array([0.0, 1, 2]), np.array([0.5, 1.5, 3])).events_V.tolist()
    [2, 1]
    """
    changes_E = np.concatenate([[True], target_E[1:] != target_E[:-1]])[: len(target_E)]
    first_V = np.flatnonzero(changes_E)
    last_V = np.append(first_V[1:], len(target_E)) - 1
    last_V = last_V[: len(first_V)]
    return Visits(
        target_V=target_E[first_V],
        start_V=start_E[first_V],
        end_V=end_E[last_V],
        first_V=first_V,
        events_V=last_V - first_V + 1,
    )


def transition_counts(target_V: IntArray, targets: int) -> IntArray:
    """Return count_NN, how often the look went from one target (row) to another (column); NOTHING comes last.

    >>> transition_counts(np.array([0, 1, 0, NOTHING]), 2).tolist()
    [[0, 1, 1], [1, 0, 0], [0, 0, 0]]
    """
    place_V = np.where(target_V == NOTHING, targets, target_V)
    counts = np.zeros((targets + 1, targets + 1), dtype=np.int64)
    np.add.at(counts, (place_V[:-1], place_V[1:]), 1)
    return counts


def sample_durations(seconds_S: FloatArray, most: float = 2.0) -> FloatArray:
    """Return how long each sample stands for: until the next one, `most` times the usual interval at the longest.

    The last one, and the only one, stands for the usual interval (of one sample nothing is known: 0).

    >>> sample_durations(np.array([0.0, 0.1, 0.2, 5.0])).round(2).tolist()
    [0.1, 0.1, 0.2, 0.1]
    """
    if len(seconds_S) < 2:
        return np.zeros(len(seconds_S))
    interval_S = np.diff(seconds_S)
    usual = float(np.median(interval_S))
    return np.append(np.minimum(interval_S, most * usual), usual)


def total_by_target(target_K: IntArray, value_K: FloatArray, targets: int) -> FloatArray:
    """Return the sum of values for each target; that of NOTHING comes last.

    >>> total_by_target(np.array([0, NOTHING, 0]), np.array([1.0, 2, 3]), 2).tolist()
    [4.0, 0.0, 2.0]
    """
    place_K = np.where(target_K == NOTHING, targets, target_K)
    total_N1: FloatArray = np.bincount(place_K, weights=value_K, minlength=targets + 1).astype(np.float64)
    return total_N1
