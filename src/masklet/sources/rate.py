"""How many frames a second, from their times."""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import FloatArray


def average_rate(seconds_T: FloatArray, declared: float) -> float:
    """Return frames per second: the declared rate where the times agree with it, else the measured one.

    Times are often rounded to milliseconds, so a declared 29.97 is more exact than what they say.

    >>> average_rate(np.array([0.0, 0.033, 0.067]), 29.97), average_rate(np.array([0.0, 0.1, 0.4]), 25.0)
    (29.97, 5.0)
    """
    if len(seconds_T) < 2 or seconds_T[-1] <= seconds_T[0]:
        return declared
    measured = (len(seconds_T) - 1) / float(seconds_T[-1] - seconds_T[0])
    return declared if abs(measured - declared) <= 0.01 * declared else measured


def is_variable(seconds_T: FloatArray) -> bool:
    """Return whether frames come at uneven times, beyond what rounding to milliseconds does.

    >>> is_variable(np.array([0.0, 0.033, 0.067])), is_variable(np.array([0.0, 0.1, 0.4]))
    (False, True)
    """
    steps = np.diff(seconds_T)
    return bool(len(steps) and np.ptp(steps) > max(0.0025, 0.1 * float(np.median(steps))))
