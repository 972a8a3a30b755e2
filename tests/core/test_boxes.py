"""Boxes: area, overlap, the two ways to write them."""

import numpy as np
import pytest

from masklet.core.boxes import box_area, box_iou, box_of_mask, clip_boxes

UNIT = [0.0, 0.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(UNIT, 1.0, id="same"),
        pytest.param([1, 0, 3, 2], 1 / 3, id="half over"),
        pytest.param([2, 0, 4, 2], 0.0, id="side by side"),
        pytest.param([1, 1, 1, 1], 0.0, id="a point"),
    ],
)
def test_box_iou(other, expected):
    assert box_iou(np.array([UNIT]), np.array([other], float)) == pytest.approx(np.array([[expected]]))


def test_no_boxes_overlap_with_none():
    assert box_iou(np.zeros((0, 4)), np.array([UNIT])).shape == (0, 1)


def test_an_inside_out_box_has_no_area():
    assert box_area(np.array([[3.0, 3.0, 1.0, 5.0]])).tolist() == [0.0]


def test_boxes_are_cut_to_the_picture():
    assert clip_boxes(np.array([[-5.0, 2.0, 99.0, 99.0]]), (10, 20)).tolist() == [[0, 2, 20, 10]]


def test_an_empty_mask_has_no_box():
    assert box_of_mask(np.zeros((3, 3), bool)) is None
