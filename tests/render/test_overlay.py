"""Masks over their picture."""

import numpy as np
import pytest

from masklet.core.errors import ShapeError
from masklet.core.values import Box, FrameMasks, MaskPrompt, Points
from masklet.render import colour_of, cut_out, masks_only, overlay, side_by_side

GREY = np.full((60, 80, 3), 100, dtype=np.uint8)
PLAIN = {"contour": 0, "ids": False, "labels": False}


def frame_masks(*boxes, ids=None, scores=None, labels=()):
    """Masks of rectangles given as x1, y1, x2, y2."""
    masks_NHW = np.zeros((len(boxes), 60, 80), dtype=bool)
    for mask_HW, (x1, y1, x2, y2) in zip(masks_NHW, boxes, strict=True):
        mask_HW[y1:y2, x1:x2] = True
    ids = ids or tuple(range(1, len(boxes) + 1))
    return FrameMasks(0, ids, masks_NHW, np.array(scores or [1.0] * len(boxes)), labels)


def changed(drawn_HW3):
    return (drawn_HW3 != GREY).any(axis=2)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_an_object_is_mixed_with_its_colour_and_nothing_else_changes(alpha):
    masks = frame_masks((10, 20, 30, 40), ids=(7,))
    drawn_HW3 = overlay(GREY, masks, alpha=alpha, **PLAIN)
    expected = np.rint(np.array(colour_of(7)) * alpha + 100 * (1 - alpha))
    np.testing.assert_allclose(drawn_HW3[masks.masks_NHW[0]], np.broadcast_to(expected, (400, 3)), atol=1)
    assert not changed(drawn_HW3)[~masks.masks_NHW[0]].any()
    assert (GREY == 100).all()


def test_an_id_keeps_its_colour_whatever_else_is_in_the_frame():
    alone = overlay(GREY, frame_masks((10, 20, 30, 40), ids=(7,)), **PLAIN)
    among = overlay(GREY, frame_masks((50, 0, 60, 9), (10, 20, 30, 40), ids=(1, 7)), **PLAIN)
    np.testing.assert_array_equal(among[20:40, 10:30], alone[20:40, 10:30])


def test_the_better_score_lies_on_top():
    masks = frame_masks((0, 0, 80, 60), (10, 10, 20, 20), (15, 15, 25, 25), scores=[0.9, 0.95, 0.5])
    drawn_HW3 = overlay(GREY, masks, alpha=1, **PLAIN)
    assert [tuple(drawn_HW3[y, x].tolist()) for y, x in ((0, 0), (12, 12), (22, 22))] == [
        colour_of(1),
        colour_of(2),
        colour_of(1),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"contour": 2}, id="contour"),
        pytest.param({"boxes": True}, id="box"),
        pytest.param({"ids": True}, id="id"),
        pytest.param({"labels": True}, id="label"),
        pytest.param({"scores": True}, id="score"),
        pytest.param({"prompts": [Points(0, 1, np.array([[40.0, 30]]), np.array([1]))]}, id="positive point"),
        pytest.param({"prompts": [Points(0, 1, np.array([[40.0, 30]]), np.array([0]))]}, id="negative point"),
        pytest.param({"prompts": [Box(0, 1, (5, 5, 70, 50))]}, id="box prompt"),
        pytest.param({"prompts": [MaskPrompt(0, 1, frame_masks((40, 5, 70, 50)).masks_NHW[0])]}, id="mask prompt"),
    ],
)
def test_what_is_asked_for_is_drawn(asked):
    masks = frame_masks((10, 25, 30, 45), labels=("cat",))
    without = overlay(GREY, masks, alpha=0, **PLAIN)
    assert not changed(without).any()
    assert changed(overlay(GREY, masks, alpha=0, **(PLAIN | asked))).any()


def test_a_positive_point_is_green_and_a_negative_one_red():
    def disk(label):
        points = Points(0, 1, np.array([[40.0, 30]]), np.array([label]))
        drawn_HW3 = overlay(GREY, FrameMasks.empty(0, (60, 80)), prompts=[points])
        return drawn_HW3[changed(drawn_HW3)].mean(axis=0)

    assert disk(1).argmax() == 1
    assert disk(0).argmax() == 0


@pytest.mark.parametrize("box", [(0, 0, 5, 5), (75, 55, 80, 60), (0, 0, 80, 60), (3, 3, 4, 4)], ids=str)
def test_names_fit_into_the_picture_wherever_the_object_is(box):
    overlay(GREY, frame_masks(box, labels=("a very long name of a class that is wider than the picture",)))


@pytest.mark.parametrize("size_HW", [(1, 1), (1, 300), (300, 1)], ids=str)
def test_pictures_of_a_pixel_can_be_drawn_on(size_HW):
    masks = FrameMasks(0, (1,), np.ones((1, *size_HW), dtype=bool), np.ones(1), ("cat",))
    assert overlay(np.zeros((*size_HW, 3), np.uint8), masks, boxes=True).shape == (*size_HW, 3)


def test_an_empty_mask_is_not_drawn():
    assert not changed(overlay(GREY, frame_masks((5, 5, 5, 5)))).any()


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.zeros((60, 81, 3), np.uint8), id="wider"),
        pytest.param(np.zeros((60, 80), np.uint8), id="grey"),
        pytest.param(np.zeros((60, 80, 3)), id="float"),
    ],
)
@pytest.mark.parametrize("draw", [overlay, masks_only, cut_out])
def test_images_of_another_size_or_kind_are_refused(draw, image):
    with pytest.raises(ShapeError, match="80x60"):
        draw(image, frame_masks((5, 5, 9, 9)))


def test_masks_alone_are_flat_on_black():
    drawn_HW3 = masks_only(GREY, frame_masks((10, 20, 30, 40), ids=(7,)))
    assert set(map(tuple, drawn_HW3.reshape(-1, 3).tolist())) == {(0, 0, 0), colour_of(7)}


def test_a_cut_out_keeps_the_pixels_of_the_object():
    image_HW3 = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    masks = frame_masks((10, 20, 30, 40))
    drawn_HW3 = cut_out(image_HW3, masks, background=(1, 2, 3))
    np.testing.assert_array_equal(drawn_HW3[masks.masks_NHW[0]], image_HW3[masks.masks_NHW[0]])
    assert (drawn_HW3[~masks.masks_NHW[0]] == (1, 2, 3)).all()


def test_two_pictures_stand_beside_each_other():
    both = side_by_side(GREY, GREY[:, :50] + 1)
    assert both.shape == (60, 134, 3)
    assert (both[:, :80] == 100).all()
    assert (both[:, -50:] == 101).all()
    with pytest.raises(ShapeError, match="60 and 59"):
        side_by_side(GREY, GREY[1:])
