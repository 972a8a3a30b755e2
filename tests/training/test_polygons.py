"""Polygons: which pixels they cover, and who hides whom."""

import numpy as np
import pytest

from masklet.training.polygons import polygon_labels, polygon_mask


def square(left, top, right, bottom):
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


@pytest.mark.parametrize(("xy_P2", "expected"), [
    pytest.param(square(1, 1, 3, 3), ["....", ".##.", ".##.", "...."], id="edges between pixels"),
    pytest.param(square(0.4, 0.4, 2.6, 1.6), ["###.", "###.", "....", "...."], id="a pixel belongs by its centre"),
    pytest.param(square(3, 3, 1, 1), ["....", ".##.", ".##.", "...."], id="the other way round"),
    pytest.param(square(-9, -9, 9, 1), ["####", "....", "....", "...."], id="beyond the picture"),
    pytest.param([[0, 0], [4.2, 0], [0, 4.2]], ["####", "###.", "##..", "#..."], id="a triangle"),
    pytest.param(
        [[0, 0], [1, 0], [1, 1], [3, 3], [4, 3], [4, 4], [3, 4], [3, 3], [1, 1], [0, 1]],
        ["#...", "....", "....", "...#"], id="a bridge there and back covers nothing",
    ),
])  # fmt: skip
def test_polygon_mask(xy_P2, expected):
    mask_HW = polygon_mask(np.array(xy_P2, float), (4, 4))
    assert ["".join(".#"[pixel] for pixel in row.astype(int)) for row in mask_HW] == expected


def test_a_circle_has_its_area():
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    mask_HW = polygon_mask(np.stack([50 + 30 * np.cos(angle), 40 + 30 * np.sin(angle)], axis=1), (80, 100))
    assert mask_HW.sum() == pytest.approx(np.pi * 900, rel=0.005)
    y, x = np.nonzero(mask_HW)
    assert np.hypot(x + 0.5 - 50, y + 0.5 - 40).max() <= 30


def test_a_smaller_object_hides_a_larger_one():
    small, large = np.array(square(0.25, 0.25, 0.5, 0.5)), np.array(square(0, 0, 1, 1))
    labels_HW = polygon_labels([small, large], (4, 4))
    assert labels_HW.tolist() == [[1, 1, 1, 1], [1, 2, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]
