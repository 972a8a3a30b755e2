"""Masks: overlap, who owns a pixel, contour, size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays

from masklet.core.errors import ShapeError
from masklet.core.masks import (
    boundary,
    deepest_points,
    from_label_map,
    mask_iou,
    resize,
    resolve_overlaps,
    to_label_map,
    without_fragments,
)
from masklet.core.shapes import require_same_shape

LEFT = np.array([[True, True, False, False]])
MIDDLE = np.array([[False, True, True, False]])
NOTHING = np.zeros((1, 4), bool)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(LEFT, LEFT, 1.0, id="same"),
        pytest.param(LEFT, MIDDLE, 1 / 3, id="one pixel of three"),
        pytest.param(LEFT, ~LEFT, 0.0, id="apart"),
        pytest.param(NOTHING, NOTHING, 0.0, id="both empty"),
    ],
)
def test_mask_iou(first, second, expected):
    assert mask_iou(first[None], second[None]) == pytest.approx(np.array([[expected]]))


def test_no_masks_overlap_with_none():
    nobody = np.zeros((0, 1, 4), bool)
    assert mask_iou(nobody, LEFT[None]).shape == (0, 1)
    assert mask_iou(nobody, nobody).shape == (0, 0)


def test_masks_of_two_sizes_are_refused():
    with pytest.raises(ShapeError, match="one size"):
        mask_iou(LEFT[None], np.zeros((1, 2, 2), bool))
    with pytest.raises(ShapeError, match=r"predicted \(1, 4\), truth \(2, 2\)"):
        require_same_shape(predicted=LEFT, truth=np.zeros((2, 2)))


@pytest.mark.parametrize("scores", [(0.9, 0.5), (0.5, 0.9), (0.7, 0.7)], ids=["first", "second", "a tie"])
def test_the_better_score_owns_a_shared_pixel(scores):
    masks_NHW, scores_N = np.stack([LEFT, MIDDLE]), np.array(scores)
    winner = 0 if scores[0] >= scores[1] else 1
    resolved_NHW = resolve_overlaps(masks_NHW, scores_N)
    assert resolved_NHW[:, 0, 1].tolist() == [winner == 0, winner == 1]
    assert to_label_map(masks_NHW, (4, 9), scores_N).tolist() == [[4, (4, 9)[winner], 9, 0]]


@given(
    arrays(np.int32, array_shapes(min_dims=2, max_dims=2, max_side=8), elements={"min_value": 0, "max_value": 4})
)
def test_label_maps_come_back_as_they_went(label_map_HW):
    object_ids, masks_NHW = from_label_map(label_map_HW)
    assert (to_label_map(masks_NHW, object_ids, np.ones(len(object_ids))) == label_map_HW).all()


def test_an_absent_object_of_a_label_map_is_an_empty_mask():
    object_ids, masks_NHW = from_label_map(np.array([[0, 2]]), (1, 2))
    assert object_ids == (1, 2)
    assert masks_NHW.tolist() == [[[False, False]], [[False, True]]]


def test_the_contour_is_inside_and_ignores_the_picture_s_edge():
    mask_HW = np.zeros((5, 5), bool)
    mask_HW[:, :3] = True
    outline_HW = boundary(mask_HW)
    assert outline_HW[:, 2].all()
    assert not outline_HW[:, :2].any()


def test_resizing_doubles_every_pixel():
    assert resize(LEFT, (2, 8)).tolist() == [[True] * 4 + [False] * 4] * 2
    assert resize(LEFT, (1, 4)) is LEFT


SPECKS = np.array([[True, True, True, True, False, True, True, False, True]])


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        pytest.param(0.0, [4, 2, 1], id="all"),
        pytest.param(0.25, [4, 2, 1], id="just large enough"),
        pytest.param(0.5, [4, 2], id="half"),
        pytest.param(1.0, [4], id="the largest"),
    ],
)
def test_parts_of_a_share_of_the_largest_stay(share, expected):
    kept_HW = without_fragments(SPECKS, share)
    assert not kept_HW[~SPECKS].any()
    assert [int(kept_HW[0, place].sum()) for place in (slice(0, 4), slice(5, 7), slice(8, 9))] == (
        expected + [0] * (3 - len(expected))
    )


@pytest.mark.parametrize("mask_HW", [NOTHING, LEFT, ~NOTHING], ids=["empty", "one part", "full"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_mask_of_one_part_stays_as_it_is(mask_HW, share):
    assert np.array_equal(without_fragments(mask_HW, share), mask_HW)


def test_the_deepest_point_of_a_mask_that_fills_the_picture_is_its_middle():
    assert deepest_points(np.ones((5, 7), bool), 1) == pytest.approx(np.array([[3, 2]]), abs=1)


def test_deepest_points_lie_in_the_mask_apart_from_each_other():
    bar_HW = np.zeros((60, 80), bool)
    bar_HW[26:35, 6:75] = True
    points_P2 = deepest_points(bar_HW, 4)
    x_P, y_P = points_P2.astype(int).T
    assert bar_HW[y_P, x_P].all()
    apart_PP = np.linalg.norm(points_P2[:, None] - points_P2[None], axis=2)
    assert apart_PP[~np.eye(4, dtype=bool)].min() >= 5


def test_the_deepest_point_comes_first():
    squares_HW = np.zeros((40, 60), bool)
    squares_HW[5:14, 5:14] = squares_HW[10:31, 30:51] = True
    assert deepest_points(squares_HW, 2).tolist() == [[40, 20], [9, 9]]


def test_a_mask_without_room_has_fewer_points():
    assert len(deepest_points(np.pad(np.ones((3, 3), bool), 5), 5)) == 1
    assert deepest_points(NOTHING, 2).shape == (0, 2)
