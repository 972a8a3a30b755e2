"""J and F of all objects of one frame, from label maps, at the cost of the objects and not of the picture."""

from collections.abc import Sequence

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray
from masklet.core.shapes import require_same_shape
from masklet.metrics.boundary import boundary_f, boundary_tolerance
from masklet.metrics.region import jaccard

FIRST_VOID = 254
"""Labels from here on mark true pixels that belong to no object and count neither for nor against a prediction."""


def score_label_maps(
    predicted_HW: IntArray, truth_HW: IntArray, object_ids: Sequence[int]
) -> tuple[FloatArray, FloatArray]:
    """Return J_N and F_N of the objects; one that both label maps lack scores 1 in both.

    Void pixels of the truth are background in both. Raise ShapeError for label maps of different sizes.

    >>> truth = np.array([[1, 1, 0], [2, 2, 255]], np.uint8)
    >>> score_label_maps(np.array([[1, 1, 0], [2, 0, 2]], np.uint8), truth, (1, 2, 3))[0]
    array([1. , 0.5, 1. ])
    """
    require_same_shape(predicted=predicted_HW, truth=truth_HW)
    if truth_HW.size and truth_HW.max() >= FIRST_VOID:
        void_HW = truth_HW >= FIRST_VOID
        predicted_HW, truth_HW = np.where(void_HW, 0, predicted_HW), np.where(void_HW, 0, truth_HW)
    tolerance = boundary_tolerance((truth_HW.shape[0], truth_HW.shape[1]))
    scores = np.empty((2, len(object_ids)))
    for position, object_id in enumerate(object_ids):
        predicted, truth = _around_both(predicted_HW == object_id, truth_HW == object_id)
        scores[:, position] = jaccard(predicted, truth), boundary_f(predicted, truth, tolerance=tolerance)
    return scores[0], scores[1]


def _around_both(first_HW: BoolArray, second_HW: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Return both masks cut to their common box and one pixel more on each side.

    The outline lies between a mask and its neighbours, so that pixel is all that J and F can see of the rest;
    where the box meets the picture's edge there is no neighbour, and the outline is open as before.
    """
    left, top, width, height = cv2.boundingRect((first_HW | second_HW).view(np.uint8))
    rows = slice(max(top - 1, 0), top + height + 1)
    columns = slice(max(left - 1, 0), left + width + 1)
    return first_HW[rows, columns], second_HW[rows, columns]
