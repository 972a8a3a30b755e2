import numpy as np
import pytest

from masklet.core.errors import FormatError, ShapeError
from masklet.core.label_space import VOID
from masklet.metrics.classes import (
    class_accuracy,
    class_iou,
    class_precision,
    confusion_matrix,
    frequency_weighted_iou,
    mean_class_accuracy,
    mean_iou,
    pixel_accuracy,
)

COUNTS = np.array([[6, 2, 0, 0], [1, 3, 0, 1], [0, 0, 0, 0]])  # 3 classes; the third never occurs


def labels(*values):
    return np.array([values], dtype=np.uint8)


def test_counts_are_by_truth_and_prediction():
    counts = confusion_matrix(labels(0, 1, VOID, 1, 2, 0), labels(0, 0, 1, 1, VOID, 2), 3)
    assert counts.tolist() == [[1, 1, 0, 0], [0, 1, 0, 1], [1, 0, 0, 0]]


def test_void_truth_does_not_count():
    assert confusion_matrix(labels(0, 1), labels(VOID, VOID), 2).sum() == 0


def test_figures_are_those_of_the_sums():
    assert class_iou(COUNTS)[:2].tolist() == [6 / 9, 3 / 7]
    assert np.isnan(class_iou(COUNTS)[2])
    assert mean_iou(COUNTS) == pytest.approx((6 / 9 + 3 / 7) / 2)
    assert class_accuracy(COUNTS)[:2].tolist() == [6 / 8, 3 / 5]
    assert mean_class_accuracy(COUNTS) == pytest.approx((6 / 8 + 3 / 5) / 2)
    assert class_precision(COUNTS)[:2].tolist() == [6 / 7, 3 / 5]
    assert pixel_accuracy(COUNTS) == pytest.approx(9 / 13)
    assert frequency_weighted_iou(COUNTS) == pytest.approx((8 * 6 / 9 + 5 * 3 / 7) / 13)


def test_a_class_that_is_only_predicted_has_iou_0_and_no_accuracy():
    counts = confusion_matrix(labels(1, 0), labels(0, 0), 2)
    assert class_iou(counts).tolist() == [0.5, 0]
    assert mean_iou(counts) == 0.25
    assert mean_class_accuracy(counts) == 0.5


def test_nothing_has_no_figures():
    nothing = np.zeros((2, 3), dtype=np.int64)
    for figure in (mean_iou, mean_class_accuracy, pixel_accuracy, frequency_weighted_iou):
        assert np.isnan(figure(nothing))


def test_figures_equal_a_count_pixel_by_pixel():
    random = np.random.default_rng(0)
    truth_HW, predicted_HW = (random.choice([0, 1, 2, 3, VOID], (40, 50)).astype(np.uint8) for _ in range(2))
    counts = confusion_matrix(predicted_HW, truth_HW, 4)
    known_HW = truth_HW != VOID
    for value in range(4):
        here, there = (truth_HW == value) & known_HW, (predicted_HW == value) & known_HW
        assert class_iou(counts)[value] == pytest.approx((here & there).sum() / (here | there).sum())
    assert pixel_accuracy(counts) == pytest.approx((truth_HW == predicted_HW)[known_HW].mean())


@pytest.mark.parametrize(
    ("predicted", "truth", "reason"),
    [
        pytest.param(labels(5), labels(0), "or 255 in the prediction, got 5", id="prediction"),
        pytest.param(labels(0), labels(2), "classes 0 to 1 or 255 in the truth, got 2", id="truth"),
    ],
)
def test_values_that_are_no_classes_are_refused(predicted, truth, reason):
    with pytest.raises(FormatError, match=reason):
        confusion_matrix(predicted, truth, 2)


def test_other_sizes_are_refused():
    with pytest.raises(ShapeError):
        confusion_matrix(labels(0), labels(0, 0), 2)
