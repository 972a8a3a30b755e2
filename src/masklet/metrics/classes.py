"""Classes of pixels compared with the truth: one matrix of counts, and the figures that come of it.

Counts add up over pictures; the figures are of the sum, as the benchmarks of the field have them. Sources: Long et
al., Fully Convolutional Networks, CVPR 2015, section 5 (pixel accuracy, mean accuracy, mean IoU, frequency
weighted IoU). Shapes: H W pixels, L classes, M = L + 1.
"""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import FloatArray, IntArray, UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import VOID
from masklet.core.shapes import require_same_shape


def confusion_matrix(predicted_HW: UInt8Array, truth_HW: UInt8Array, classes: int) -> IntArray:
    """Return counts_LM: pixels of each true class by what they were predicted to be; the last column is nothing
    (VOID).

    Pixels whose truth is VOID do not count. Raise ShapeError for label maps of different sizes, FormatError for
    values that are neither below `classes` nor VOID.

    >>> truth = np.array([[0, 0, 1, 255]], dtype=np.uint8)
    >>> confusion_matrix(np.array([[0, 1, 1, 1]], dtype=np.uint8), truth, 2)
    array([[1, 1, 0],
           [0, 1, 0]])
    """
    require_same_shape(predicted=predicted_HW, truth=truth_HW)
    known_HW = truth_HW != VOID
    true_P, predicted_P = truth_HW[known_HW].astype(np.int64), predicted_HW[known_HW].astype(np.int64)
    predicted_P[predicted_P == VOID] = classes
    _require_values(true_P, classes - 1, "truth", classes)
    _require_values(predicted_P, classes, "prediction", classes)
    counts = np.bincount(true_P * (classes + 1) + predicted_P, minlength=classes * (classes + 1))
    return counts.reshape(classes, classes + 1)


def class_iou(counts_LM: IntArray) -> FloatArray:
    """Return iou_L of a confusion matrix; NaN of a class that is neither in the truth nor in the prediction."""
    right_L = np.diagonal(counts_LM)
    either_L = counts_LM.sum(axis=1) + counts_LM.sum(axis=0)[:-1] - right_L
    return _shares(right_L, either_L)


def mean_iou(counts_LM: IntArray) -> float:
    """Return the mean of the IoU of all classes that occur in truth or prediction; NaN where none does."""
    return _mean(class_iou(counts_LM))


def class_accuracy(counts_LM: IntArray) -> FloatArray:
    """Return the share of each true class's pixels that are right; NaN of a class that is not in the truth."""
    return _shares(np.diagonal(counts_LM), counts_LM.sum(axis=1))


def mean_class_accuracy(counts_LM: IntArray) -> float:
    """Return the mean of `class_accuracy` over the classes of the truth; NaN where there is none."""
    return _mean(class_accuracy(counts_LM))


def class_precision(counts_LM: IntArray) -> FloatArray:
    """Return the share of each predicted class's pixels that are right; NaN of a class that is never predicted."""
    return _shares(np.diagonal(counts_LM), counts_LM.sum(axis=0)[:-1])


def pixel_accuracy(counts_LM: IntArray) -> float:
    """Return the share of all pixels that are right; NaN where there is none."""
    total = int(counts_LM.sum())
    return float(np.trace(counts_LM)) / total if total else float("nan")


def frequency_weighted_iou(counts_LM: IntArray) -> float:
    """Return the mean IoU weighted by the pixels of each class in the truth; NaN where there is none.

    >>> frequency_weighted_iou(np.array([[3, 1, 0], [0, 4, 0]]))
    0.775
    """
    true_L = counts_LM.sum(axis=1)
    total = int(true_L.sum())
    return float((true_L * np.nan_to_num(class_iou(counts_LM))).sum() / total) if total else float("nan")


def _shares(part_L: IntArray, whole_L: IntArray) -> FloatArray:
    shares_L: FloatArray = np.divide(part_L, whole_L, out=np.full(len(whole_L), np.nan), where=whole_L > 0)
    return shares_L


def _mean(values_L: FloatArray) -> float:
    known = values_L[~np.isnan(values_L)]
    return float(known.mean()) if known.size else float("nan")


def _require_values(values_P: IntArray, highest: int, what: str, classes: int) -> None:
    wrong = values_P[(values_P < 0) | (values_P > highest)]
    if wrong.size:
        raise FormatError(f"Expected classes 0 to {classes - 1} or {VOID} in the {what}, got {wrong[0]}.")
