"""Region similarity J: how much of predicted and true mask is shared (Perazzi et al., DAVIS, CVPR 2016)."""

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.shapes import require_same_shape


def jaccard(predicted_HW: BoolArray, truth_HW: BoolArray) -> float:
    """Return intersection over union of two masks of one frame; two empty masks score 1.

    Raise ShapeError for masks of different sizes.
    """
    require_same_shape(predicted=predicted_HW, truth=truth_HW)
    union = np.count_nonzero(predicted_HW | truth_HW)
    return np.count_nonzero(predicted_HW & truth_HW) / union if union else 1.0


def region_similarity(predicted_THW: BoolArray, truth_THW: BoolArray) -> FloatArray:
    """Return J_T, the Jaccard index of one object in each frame; two empty masks score 1.

    Raise ShapeError for videos of different shapes.

    >>> left = np.array([[[True, False]]])
    >>> region_similarity(left, np.ones_like(left))
    array([0.5])
    """
    require_same_shape(predicted=predicted_THW, truth=truth_THW)
    return np.array([jaccard(*frame) for frame in zip(predicted_THW, truth_THW, strict=True)])
