"""Fixations found by their dispersion (I-DT).

Source: Salvucci and Goldberg, "Identifying fixations and saccades in eye-tracking protocols", ETRA 2000: while a
window of the least duration spreads no further than a threshold, it is a fixation and grows until it does; else
its first sample is left behind. The spread is the sum of the ranges of x and y.

Shapes: S samples, F fixations.
"""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray
from masklet.prompts.gaze import Fixations

LONGEST_GAP = 0.075
"""Seconds without a sample that a fixation outlasts."""
_FIRST_STEP = 64
"""Samples that a fixation is tried to grow by at first."""


def detect_fixations(
    seconds_S: FloatArray,
    xy_S2: FloatArray,
    *,
    dispersion: float,
    duration: float = 0.1,
    longest_gap: float = LONGEST_GAP,
) -> Fixations:
    """Return the fixations among samples in order of time: spread at most `dispersion`, last at least `duration`.

    Samples that count for nothing (blinks) are left out before. A longer gap ends a fixation. A fixation lies at
    the mean of its samples. At fewer than three samples in `duration` nothing can be told from so few.
    """
    last_S = _ends_of_runs(seconds_S, longest_gap)
    window_S = np.searchsorted(seconds_S, seconds_S + duration - 1e-9)  # the first sample after so long
    begins_S = (window_S <= last_S) & (window_S >= np.arange(len(seconds_S)) + 2)
    begins_S[begins_S] = _spread(xy_S2, np.flatnonzero(begins_S), window_S[begins_S]) <= dispersion
    starts, ends = _grow(xy_S2, np.flatnonzero(begins_S), window_S, last_S, dispersion)
    centre_F2 = np.array([xy_S2[first : last + 1].mean(axis=0) for first, last in zip(starts, ends, strict=True)])
    return Fixations(seconds_S[starts], seconds_S[ends], centre_F2.reshape(-1, 2))


def _ends_of_runs(seconds_S: FloatArray, longest_gap: float) -> IntArray:
    """Return, for each sample, the last one that is reached without a longer gap."""
    run_S = np.concatenate([[0], np.cumsum(np.diff(seconds_S) > longest_gap)])[: len(seconds_S)]
    last_S: IntArray = np.searchsorted(run_S, run_S, side="right") - 1
    return last_S


def _spread(xy_S2: FloatArray, first_K: IntArray, last_K: IntArray) -> FloatArray:
    """Return the dispersion of the samples from first to last (both in it), for many windows.

    Extremes of windows of 1, 2, 4, ... samples are kept; any window is covered by two of these.
    """
    spread_K = np.zeros(len(first_K))
    level_K = np.log2(np.maximum(last_K - first_K + 1, 1)).astype(np.int64)
    low_S2, high_S2 = xy_S2, xy_S2
    for level in range(int(level_K.max(initial=0)) + 1):
        if level:
            half = 2 ** (level - 1)
            low_S2 = np.minimum(low_S2[:-half], low_S2[half:])
            high_S2 = np.maximum(high_S2[:-half], high_S2[half:])
        chosen_K = level_K == level
        first, second = first_K[chosen_K], last_K[chosen_K] - 2**level + 1
        range_2 = np.maximum(high_S2[first], high_S2[second]) - np.minimum(low_S2[first], low_S2[second])
        spread_K[chosen_K] = range_2.sum(axis=1)
    return spread_K


def _grow(
    xy_S2: FloatArray, begins_K: IntArray, window_S: IntArray, last_S: IntArray, dispersion: float
) -> tuple[list[int], list[int]]:
    """Return first and last sample of each fixation; the next one begins after it."""
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    while place < len(begins_K):
        first = int(begins_K[place])
        end = _grown(xy_S2, first, int(window_S[first]), int(last_S[first]), dispersion)
        starts.append(first)
        ends.append(end)
        place = int(np.searchsorted(begins_K, end + 1))
    return starts, ends


def _grown(xy_S2: FloatArray, first: int, end: int, last: int, dispersion: float) -> int:
    """Return the last sample up to which the window from `first` to `end` can grow, `last` at most."""
    low_2, high_2 = xy_S2[first : end + 1].min(axis=0), xy_S2[first : end + 1].max(axis=0)
    step = _FIRST_STEP
    while end < last:
        more_K2 = xy_S2[end + 1 : min(end + step, last) + 1]
        low_K2 = np.minimum(np.minimum.accumulate(more_K2), low_2)
        high_K2 = np.maximum(np.maximum.accumulate(more_K2), high_2)
        too_far_K: BoolArray = (high_K2 - low_K2).sum(axis=1) > dispersion
        if too_far_K.any():
            return end + int(too_far_K.argmax())
        low_2, high_2 = low_K2[-1], high_K2[-1]
        end += len(more_K2)
        step *= 2
    return end
