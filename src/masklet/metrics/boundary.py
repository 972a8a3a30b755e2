"""Boundary measure F: how well the outlines of predicted and true mask meet within a tolerance.

The measure of DAVIS (Perazzi et al., CVPR 2016): precision is the share of the predicted outline that lies
within the tolerance of the true one, recall the share of the true outline that lies within the tolerance of
the predicted one, F their harmonic mean. Distances are Euclidean, between pixel centres.
"""

from functools import cache
from math import ceil, hypot, isqrt

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray, UInt8Array
from masklet.core.shapes import require_same_shape

MOST_LOOKUPS = 1_000_000
"""Beyond it, measuring the distance of every pixel takes less time and memory."""


def boundary_tolerance(size_HW: tuple[int, int], share: float = 0.008) -> int:
    """Return the tolerance in pixels: a share of the picture's diagonal, rounded up.

    >>> boundary_tolerance((480, 854))
    8
    """
    return ceil(share * hypot(*size_HW))


def boundary_map(mask_HW: BoolArray) -> BoolArray:
    """Return the outline, moved by half a pixel to the top left so that it falls on pixels.

    A pixel is on it if it differs from its right, lower or lower right neighbour; beyond the picture the
    last row and column go on. So the outline of a mask that touches the picture's edge is open there.

    >>> boundary_map(np.array([[False, False, False], [False, True, False], [False, False, False]])).astype(int)
    array([[1, 1, 0],
           [1, 1, 0],
           [0, 0, 0]])
    """
    return _outline(mask_HW.astype(np.uint8)).view(np.bool_)


def boundary_f(predicted_HW: BoolArray, truth_HW: BoolArray, *, tolerance: int) -> float:
    """Return F of two masks of one frame; 1 if neither has an outline, 0 if only one has.

    `tolerance` is in pixels. Raise ShapeError for masks of different sizes.
    """
    require_same_shape(predicted=predicted_HW, truth=truth_HW)
    predicted = _with_margin(_outline(predicted_HW.astype(np.uint8)), tolerance)
    truth = _with_margin(_outline(truth_HW.astype(np.uint8)), tolerance)
    predicted_count, truth_count = cv2.countNonZero(predicted), cv2.countNonZero(truth)
    if not predicted_count or not truth_count:
        return float(predicted_count == truth_count)
    precision = _count_near(predicted, truth, tolerance) / predicted_count
    recall = _count_near(truth, predicted, tolerance) / truth_count
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def boundary_similarity(
    predicted_THW: BoolArray, truth_THW: BoolArray, *, tolerance: int | None = None
) -> FloatArray:
    """Return F_T, the boundary measure of one object in each frame; two masks without outline score 1.

    `tolerance` is in pixels, None: `boundary_tolerance` of the picture. Raise ShapeError for videos of
    different shapes.
    """
    require_same_shape(predicted=predicted_THW, truth=truth_THW)
    if tolerance is None:
        tolerance = boundary_tolerance((predicted_THW.shape[1], predicted_THW.shape[2]))
    pairs = zip(predicted_THW, truth_THW, strict=True)
    return np.array([boundary_f(predicted, truth, tolerance=tolerance) for predicted, truth in pairs])


def _outline(mask_HW: UInt8Array) -> UInt8Array:
    """Return 1 where a 2x2 window, the pixel at its top left, is not all one value."""
    window = np.ones((2, 2), np.uint8)
    highest = cv2.dilate(mask_HW, window, anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
    lowest = cv2.erode(mask_HW, window, anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(highest - lowest)


def _with_margin(map_HW: UInt8Array, margin: int) -> UInt8Array:
    return np.asarray(cv2.copyMakeBorder(map_HW, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0))


def _count_near(outline: UInt8Array, other: UInt8Array, radius: int) -> int:
    """Return how many pixels of an outline have a pixel of the other within the radius.

    Both have a margin of the radius without outline. A square inside the disk decides for most pixels and is
    cheap. For those it leaves open, the rest of the disk is looked up pixel by pixel, or, where these are many,
    the distance of every pixel is measured.
    """
    side = 2 * _half_square(radius) + 1
    near_square = cv2.dilate(other, np.ones((side, side), np.uint8))
    open_P = np.flatnonzero(cv2.subtract(outline, near_square).view(np.bool_))
    ring_K = _ring(radius, row_length=outline.shape[1])
    if len(open_P) * len(ring_K) > MOST_LOOKUPS:
        distance = cv2.distanceTransform(1 - other, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        near_P = distance.ravel()[open_P] <= radius
    else:
        near_P = other.ravel()[open_P[:, None] + ring_K].any(axis=1)
    return int(cv2.countNonZero(outline) - len(open_P) + np.count_nonzero(near_P))


def _half_square(radius: int) -> int:
    """Return the largest half side of a square of pixels inside the disk."""
    return isqrt(radius * radius // 2)


@cache
def _ring(radius: int, row_length: int) -> IntArray:
    """Return the disk without the square inside it, as steps in an array of this row length."""
    dy, dx = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    in_disk = dy * dy + dx * dx <= radius * radius
    in_square = np.maximum(abs(dy), abs(dx)) <= _half_square(radius)
    ring = in_disk & ~in_square
    return np.asarray(dy[ring] * row_length + dx[ring])
