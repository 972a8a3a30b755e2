"""Numbers as reports write them."""

from __future__ import annotations

from math import isnan

from masklet.core.arrays import FloatArray

PER_FRAME_DIGITS = 6


def for_json(number: float) -> float | None:
    """Return the number, None (null in JSON) for what is not one."""
    return None if isnan(number) else number


def per_frame(values_T: FloatArray) -> list[float]:
    """Return values of single frames, rounded to 6 digits."""
    return [round(float(value), PER_FRAME_DIGITS) for value in values_T]
