"""Boundary IoU: the IoU of the inner rims of predicted and true mask, which feels outlines on objects of any size.

    Boundary IoU(G, P) = |G_d and P_d| / |G_d or P_d|

where G_d are the pixels of G within distance d of its contour. As in the authors' own measure, distance counts
steps to any of 8 neighbours, d is 2 % of the picture's diagonal, and the edge of the picture is a contour. Source:
Cheng et al., Boundary IoU, CVPR 2021. Shapes: H W pixels, L classes.
"""

from __future__ import annotations

from math import hypot

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray, UInt8Array
from masklet.core.label_space import VOID
from masklet.core.shapes import require_same_shape

_OUTSIDE = 0
"""Beyond the picture, in label maps moved up by 1."""


def boundary_distance(size_HW: tuple[int, int], share: float = 0.02) -> int:
    """Return d in pixels: a share of the picture's diagonal, rounded, at least 1.

    >>> boundary_distance((360, 480))
    12
    """
    return max(1, round(share * hypot(*size_HW)))


def boundary_iou(predicted_HW: BoolArray, truth_HW: BoolArray, *, distance: int | None = None) -> float:
    """Return the boundary IoU of two masks; two empty masks score 1.

    `distance` is d in pixels, None: `boundary_distance` of the picture. Raise ShapeError for different sizes.
    """
    shared_L, either_L = boundary_counts(
        predicted_HW.astype(np.uint8), truth_HW.astype(np.uint8), 2, distance=distance
    )
    return float(shared_L[1] / either_L[1]) if either_L[1] else 1.0


def boundary_counts(
    predicted_HW: UInt8Array, truth_HW: UInt8Array, classes: int, *, distance: int | None = None
) -> tuple[IntArray, IntArray]:
    """Return shared_L and either_L: pixels in both rims of a class, and in one of them at least.

    They add up over pictures; `boundary_iou_of` takes the sums. Pixels whose truth is VOID are in no rim, and
    where a class borders on them there is no contour. A predicted VOID is nothing, and has a contour with every
    class. Raise ShapeError for label maps of different sizes.
    """
    require_same_shape(predicted=predicted_HW, truth=truth_HW)
    distance = boundary_distance((truth_HW.shape[0], truth_HW.shape[1])) if distance is None else distance
    void_HW = truth_HW == VOID
    true_rim_HW = _rims(truth_HW, void_HW, distance)
    predicted_rim_HW = _rims(np.where(predicted_HW == VOID, np.uint8(classes), predicted_HW), void_HW, distance)
    both_HW = true_rim_HW & predicted_rim_HW & (predicted_HW == truth_HW)
    shared_L, true_L, predicted_L = (
        np.bincount(values_HW[rim_HW], minlength=256)[:classes]
        for values_HW, rim_HW in (
            (truth_HW, both_HW),
            (truth_HW, true_rim_HW),
            (predicted_HW, predicted_rim_HW),
        )
    )
    return shared_L, true_L + predicted_L - shared_L


def boundary_iou_of(shared_L: IntArray, either_L: IntArray) -> FloatArray:
    """Return the boundary IoU of each class from sums of `boundary_counts`; NaN of a class that never occurs."""
    iou_L: FloatArray = np.divide(shared_L, either_L, out=np.full(len(either_L), np.nan), where=either_L > 0)
    return iou_L


def _rims(label_map_HW: UInt8Array, void_HW: BoolArray, distance: int) -> BoolArray:
    """Return rim_HW: pixels of any class that have, within the distance, one of another class or the picture's
    edge.

    The least and the greatest value around a pixel say so for all classes at once; void says nothing in either.
    """
    window = np.ones((2 * distance + 1, 2 * distance + 1), np.uint8)
    moved_HW = label_map_HW + np.uint8(1)
    lowest_HW = cv2.erode(
        np.where(void_HW, np.uint8(255), moved_HW), window, borderType=cv2.BORDER_CONSTANT, borderValue=_OUTSIDE
    )
    highest_HW = cv2.dilate(
        np.where(void_HW, np.uint8(0), moved_HW), window, borderType=cv2.BORDER_CONSTANT, borderValue=_OUTSIDE
    )
    rim_HW: BoolArray = ~void_HW & ((lowest_HW != moved_HW) | (highest_HW != moved_HW))
    return rim_HW
