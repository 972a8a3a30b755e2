"""Which pixels of a mask can be a person's, by where the person and everybody else should be.

What D9 asks for ("segments other persons too"): the mask is held against the trajectories, frame by frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY, grown, mask_of_box
from masklet.core.masks import without_fragments

_SPECK = 0.2
"""Connected parts below this share of the largest are dropped."""


@dataclass(frozen=True, kw_only=True)
class CheckConfig:
    """How far a mask may stray from the box expected at a person's position."""

    room: float = 0.25
    """Share of the expected box on each side that the mask may reach beyond it."""
    margin: float = 0.2
    """By how much nearer to somebody in front a pixel has to be to be theirs; half a box is 1."""
    reach: float = 0.4
    """Largest distance from the annotated point to the mask, in heights of the person."""
    least_filled: float = 0.08
    """Least share of the expected box that a mask fills, else the person counts as unseen."""
    alike: float = 0.5
    """Least likeness of the mask's colours to those of the examples (Bhattacharyya coefficient, 0 to 1)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Expected:
    """Where a person should be in one frame, and everybody else whose trajectory is known."""

    xy_2: FloatArray
    box: BoxXYXY
    others: Sequence[BoxXYXY] = ()


def of_person(mask_HW: BoolArray, expected: Expected, config: CheckConfig) -> BoolArray:
    """Return the part of a mask that can be the person's, an empty mask where what is left is none.

    Kept is what lies in the expected box with some room and is not nearer to somebody else, as far as it is
    connected to something inside the box itself. Distances are in half widths and half heights of each one's box.

    >>> mask_HW = np.zeros((10, 30), dtype=bool)
    >>> mask_HW[:, 2:8] = mask_HW[:, 20:28] = True
    >>> expected = Expected(xy_2=np.array([5.0, 10]), box=(1.0, 0, 9, 10), others=[(19.0, 0, 29, 10)])
    >>> np.flatnonzero(of_person(mask_HW, expected, CheckConfig()).any(axis=0)).tolist()
    [2, 3, 4, 5, 6, 7]
    """
    size_HW = (mask_HW.shape[0], mask_HW.shape[1])
    near_HW = mask_HW & mask_of_box(grown(expected.box, config.room), size_HW)
    near_HW &= ~_of_others(expected, size_HW, config.margin)
    own_HW = without_fragments(_connected(near_HW, mask_of_box(expected.box, size_HW)), _SPECK)
    x1, y1, x2, y2 = expected.box
    is_large = own_HW.sum() >= config.least_filled * (x2 - x1) * (y2 - y1)
    is_near = _distance(own_HW, expected.xy_2) <= config.reach * (y2 - y1)
    return own_HW if is_large and is_near else np.zeros_like(mask_HW)


def _of_others(expected: Expected, size_HW: tuple[int, int], margin: float) -> BoolArray:
    """Return the pixels that are rather somebody else's.

    Of those in front that is wherever they are nearer, of those behind only outside the person's own box.
    """
    others_HW = np.zeros(size_HW, dtype=bool)
    if not expected.others:
        return others_HW
    own_HW = _box_distance(expected.box, size_HW)
    for box in expected.others:
        other_HW = _box_distance(box, size_HW)
        is_in_front = box[3] > expected.box[3]
        theirs_HW = other_HW + margin < own_HW if is_in_front else (own_HW > 1) & (other_HW < own_HW)
        others_HW |= theirs_HW
    return others_HW


def _box_distance(box: BoxXYXY, size_HW: tuple[int, int]) -> FloatArray:
    """Return distance_HW of pixels from a box's middle: 1 on its edge."""
    x1, y1, x2, y2 = box
    height, width = size_HW
    across_W = np.abs(np.arange(width) + 0.5 - (x1 + x2) / 2) / ((x2 - x1) / 2)
    down_H = np.abs(np.arange(height) + 0.5 - (y1 + y2) / 2) / ((y2 - y1) / 2)
    distance_HW: FloatArray = np.maximum(across_W[None], down_H[:, None])
    return distance_HW


def _connected(mask_HW: BoolArray, seed_HW: BoolArray) -> BoolArray:
    """Return the connected parts of a mask that have a pixel among the seeds."""
    _, parts_HW = cv2.connectedComponents(mask_HW.astype(np.uint8), connectivity=8)
    kept = np.unique(parts_HW[seed_HW & mask_HW])
    connected_HW: BoolArray = np.isin(parts_HW, kept[kept > 0])
    return connected_HW


def _distance(mask_HW: BoolArray, xy_2: FloatArray) -> float:
    """Return the distance in pixels from a point to the nearest pixel of a mask, infinite of an empty one."""
    ys, xs = np.nonzero(mask_HW)
    if not len(xs):
        return float("inf")
    return float(np.hypot(xs + 0.5 - xy_2[0], ys + 0.5 - xy_2[1]).min())
