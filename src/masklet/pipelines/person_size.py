"""How large people are in a picture, from boxes that were seen: the lower the feet, the larger the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.boxes import BoxXYXY

Anchor = Literal["foot", "centre", "top"]
"""Which point of a person a position is: the middle of the box's lower edge, of the box, of its upper edge."""
ANCHORS: tuple[Anchor, ...] = get_args(Anchor)

_SHARE_ABOVE = {"foot": 1.0, "centre": 0.5, "top": 0.0}
"""Of the height, how much lies above the anchor."""
_FEWEST = 8
_LEAST_RANGE = 40.0
"""Boxes, and pixels between their anchors, that a slope is told from."""


def anchors_of(boxes_N4: FloatArray, anchor: Anchor) -> FloatArray:
    """Return xy_N2 of the anchors of boxes.

    >>> anchors_of(np.array([[0.0, 0, 10, 30]]), "foot")
    array([[ 5., 30.]])
    """
    x1_N, y1_N, x2_N, y2_N = boxes_N4.T
    anchors_N2: FloatArray = np.stack([(x1_N + x2_N) / 2, y1_N + _SHARE_ABOVE[anchor] * (y2_N - y1_N)], axis=1)
    return anchors_N2


@dataclass(frozen=True, kw_only=True)
class PersonSize:
    """Height in pixels as a line over the anchor's row, width as a share of it."""

    anchor: Anchor
    offset: float
    slope: float
    aspect: float
    lowest: float
    highest: float
    """Heights seen; beyond half and one and a half of them nothing is believed."""

    @classmethod
    def of(cls, boxes_N4: FloatArray, anchor: Anchor) -> PersonSize:
        """Return the size of people in these boxes, at least one; few, or all in one row, give no slope."""
        row_N = anchors_of(boxes_N4, anchor)[:, 1]
        width_N, height_N = (boxes_N4[:, 2:] - boxes_N4[:, :2]).T
        offset, slope = _line(row_N, height_N)
        return cls(
            anchor=anchor,
            offset=offset,
            slope=slope,
            aspect=float(np.median(width_N / height_N)),
            lowest=float(height_N.min()),
            highest=float(height_N.max()),
        )

    def height_at(self, row: float) -> float:
        """Return the height in pixels of somebody whose anchor is in this row."""
        return float(np.clip(self.offset + self.slope * row, 0.5 * self.lowest, 1.5 * self.highest))

    def box_at(self, xy_2: FloatArray) -> BoxXYXY:
        """Return the box expected around a position."""
        x, y = (float(value) for value in xy_2)
        height = self.height_at(y)
        width, top = self.aspect * height, y - _SHARE_ABOVE[self.anchor] * height
        return (x - width / 2, top, x + width / 2, top + height)

    def boxes_at(self, points: Sequence[FloatArray]) -> FloatArray:
        """Return the boxes_N4 expected around positions."""
        return np.array([self.box_at(xy_2) for xy_2 in points], dtype=float).reshape(-1, 4)


def _line(row_N: FloatArray, height_N: FloatArray, rounds: int = 3) -> tuple[float, float]:
    """Return offset and slope of the height over the row; what lies far off is left out round by round."""
    kept_N = np.ones(len(row_N), dtype=bool)
    offset, slope = float(np.median(height_N)), 0.0
    for _ in range(rounds):
        if kept_N.sum() < _FEWEST or np.ptp(row_N[kept_N]) < _LEAST_RANGE:
            break
        slope, offset = (float(value) for value in np.polyfit(row_N[kept_N], height_N[kept_N], 1))
        off_N = np.abs(height_N - offset - slope * row_N)
        kept_N = off_N <= max(2.5 * float(np.median(off_N[kept_N])), 1.0)
    return offset, slope
