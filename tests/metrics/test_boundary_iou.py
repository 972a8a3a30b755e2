import cv2
import numpy as np
import pytest

from masklet.core.errors import ShapeError
from masklet.core.label_space import VOID
from masklet.metrics.boundary_iou import boundary_counts, boundary_distance, boundary_iou, boundary_iou_of


def square(top, left, side=20, size=60):
    mask_HW = np.zeros((size, size), dtype=bool)
    mask_HW[top : top + side, left : left + side] = True
    return mask_HW


def rim(mask_HW, distance):
    """As the paper defines it, one step at a time; beyond the picture is outside."""
    inner = np.pad(mask_HW, 1).astype(np.uint8)
    for _ in range(distance):
        inner = cv2.erode(inner, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return mask_HW & ~inner[1:-1, 1:-1].astype(bool)


@pytest.mark.parametrize("moved", [0, 1, 2, 5])
def test_rims_are_compared(moved):
    first, second = square(10, 10), square(10, 10 + moved)
    first_rim, second_rim = rim(first, 3), rim(second, 3)
    expected = (first_rim & second_rim).sum() / (first_rim | second_rim).sum()
    assert boundary_iou(second, first, distance=3) == pytest.approx(expected)


def test_a_small_error_costs_a_large_object_more_than_in_plain_iou():
    large, small = square(2, 2, side=50), square(2, 3, side=50)
    iou = (large & small).sum() / (large | small).sum()
    assert boundary_iou(small, large, distance=2) < iou - 0.2


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(square(0, 0) & False, square(0, 0) & False, 1.0, id="both empty"),
        pytest.param(square(0, 0), square(0, 0) & False, 0.0, id="one empty"),
        pytest.param(square(0, 0), square(30, 30), 0.0, id="apart"),
        pytest.param(square(0, 0, side=60), square(0, 0, side=60), 1.0, id="the whole picture, whose edge counts"),
    ],
)
def test_edge_cases(first, second, expected):
    assert boundary_iou(first, second, distance=2) == expected


def test_the_whole_picture_has_a_rim_along_its_edge():
    whole = np.ones((10, 10), dtype=bool)
    _, either_L = boundary_counts(whole.astype(np.uint8), whole.astype(np.uint8), 2, distance=2)
    assert either_L.tolist() == [0, 100 - 36]


def test_all_classes_at_once_equal_each_class_alone():
    random = np.random.default_rng(1)
    truth_HW, predicted_HW = (
        cv2.resize(random.integers(0, 4, (6, 8)).astype(np.uint8), (80, 60), interpolation=cv2.INTER_NEAREST)
        for _ in range(2)
    )
    predicted_HW[:30] = truth_HW[:30]
    shared_L, either_L = boundary_counts(predicted_HW, truth_HW, 4, distance=3)
    for value in range(4):
        true_rim, predicted_rim = rim(truth_HW == value, 3), rim(predicted_HW == value, 3)
        assert shared_L[value] == (true_rim & predicted_rim).sum()
        assert either_L[value] == (true_rim | predicted_rim).sum()


def test_void_is_in_no_rim_and_makes_none():
    truth_HW = np.zeros((20, 20), dtype=np.uint8)
    truth_HW[5:15, 5:15] = VOID
    predicted_HW = np.zeros((20, 20), dtype=np.uint8)
    predicted_HW[6:14, 6:14] = 1
    shared_L, either_L = boundary_counts(predicted_HW, truth_HW, 2, distance=2)
    assert shared_L.tolist() == either_L.tolist() == [20 * 20 - 16 * 16, 0]


def test_saying_nothing_is_an_error_like_any_other():
    truth_HW = np.zeros((20, 20), dtype=np.uint8)
    predicted_HW = truth_HW.copy()
    predicted_HW[8:12, 8:12] = VOID
    shared_L, either_L = boundary_counts(predicted_HW, truth_HW, 2, distance=1)
    assert (shared_L[0], either_L[0]) == (20 * 20 - 18 * 18, 20 * 20 - 18 * 18 + 6 * 6 - 4 * 4)


def test_classes_that_never_occur_have_no_figure():
    assert np.isnan(boundary_iou_of(np.array([1, 0]), np.array([2, 0]))).tolist() == [False, True]


def test_distance_is_two_percent_of_the_diagonal():
    assert [boundary_distance(size) for size in ((1024, 2048), (10, 10))] == [46, 1]
    with pytest.raises(ShapeError):
        boundary_iou(np.ones((2, 2), bool), np.ones((2, 3), bool))
