import numpy as np
import pytest

from labelled_samples import SPACE, painted, street
from masklet.core.errors import ShapeError
from masklet.core.label_space import VOID
from masklet.core.label_spaces import ADE20K, CAMVID
from masklet.core.panoptic import merge_panoptic
from masklet.render.confusion import confusion_picture
from masklet.render.label_crops import failure_tile
from masklet.render.label_sheet import LabelRow, label_sheet, labels_beside
from masklet.render.labels import classes_in, legend, overlay_labels, paint_labels, paint_panoptic, with_legend

GREY = np.full((24, 32, 3), 100, np.uint8)


def colours_of(image_HW3):
    return {tuple(colour) for colour in image_HW3.reshape(-1, 3).tolist()}


def test_label_maps_are_painted_in_the_colours_of_their_classes():
    label_map_HW = np.array([[0, 2, VOID]], dtype=np.uint8)
    assert paint_labels(label_map_HW, SPACE).tolist() == [[[0, 160, 0], [200, 40, 40], [0, 0, 0]]]


def test_an_overlay_tints_all_but_void_and_leaves_the_picture_as_it_was():
    label_map_HW = street()
    label_map_HW[:3] = VOID
    before = GREY.copy()
    drawn_HW3 = overlay_labels(GREY, label_map_HW, SPACE, alpha=0.5, contour=0)
    assert drawn_HW3[0, 0].tolist() == [100, 100, 100]
    assert drawn_HW3[5, 0].tolist() == [50, 130, 50]
    assert drawn_HW3[15, 6].tolist() == [150, 70, 70]
    assert np.array_equal(GREY, before)
    assert (255, 255, 255) in colours_of(overlay_labels(GREY, label_map_HW, SPACE))
    with pytest.raises(ShapeError, match="labels of 32x24, as their picture, got 3x1"):
        overlay_labels(GREY, np.zeros((1, 3), np.uint8), SPACE)


def test_objects_of_a_panoptic_map_have_shades_of_their_own():
    carts_NHW = np.zeros((2, 24, 32), dtype=bool)
    carts_NHW[0, 14:20, 4:12] = carts_NHW[1, 14:20, 20:28] = True
    label_map_HW = np.where(carts_NHW.any(axis=0), 2, street(cart=False)).astype(np.uint8)
    drawn_HW3 = paint_panoptic(merge_panoptic(label_map_HW, SPACE, carts_NHW, [2, 2], np.array([0.9, 0.8])))
    assert drawn_HW3[0, 0].tolist() == [0, 160, 0]
    assert drawn_HW3[14, 4].tolist() == [255, 255, 255]
    assert drawn_HW3[16, 8].tolist() != drawn_HW3[16, 24].tolist()


def test_classes_that_occur_come_by_their_pixels():
    assert classes_in([street(), np.full((2, 2), VOID, np.uint8)]) == (0, 1, 2)
    assert classes_in([street(cart=False)]) == (0, 1)
    assert classes_in([]) == ()


def test_a_legend_has_a_swatch_for_each_class_and_breaks_lines():
    wide, narrow = legend(SPACE, (0, 1, 2), 400), legend(SPACE, (0, 1, 2), 110)
    assert {(0, 160, 0), (90, 90, 90), (200, 40, 40)} <= colours_of(wide)
    assert narrow.shape[0] == 3 * wide.shape[0]
    assert legend(SPACE, (), 100).shape == (0, 100, 3)
    assert with_legend(GREY, SPACE, ()).shape == GREY.shape
    assert np.array_equal(with_legend(GREY, SPACE, (0, 1))[:24], GREY)


def test_a_confusion_matrix_is_blue_where_right_and_red_where_wrong():
    counts_LM = np.array([[90, 10, 0, 0], [0, 0, 0, 0], [0, 50, 50, 0]])
    drawn_HW3 = confusion_picture(counts_LM, SPACE)
    said = colours_of(drawn_HW3)
    assert any(blue > red + 100 for red, _, blue in said)
    assert any(red > blue + 60 for red, _, blue in said)
    many = np.diag([1] * 11)
    without, with_nothing = (
        confusion_picture(np.pad(many, ((0, 0), (0, 1)), constant_values=n), CAMVID) for n in (0, 1)
    )
    assert with_nothing.shape[1] == without.shape[1] + 44
    with pytest.raises(ShapeError, match=r"counts of 3 classes \(3, 4\)"):
        confusion_picture(counts_LM[:, :3], SPACE)


def test_many_classes_fit_in_a_picture():
    assert max(confusion_picture(np.zeros((150, 151), int), ADE20K).shape) < 4000


def row(**label_maps):
    return LabelRow("1.00 s", painted(street()), label_maps)


def test_a_sheet_has_a_row_for_each_time_and_a_column_for_each_model():
    one = label_sheet([row(a=street(), b=None)], SPACE, tile_width=120)
    two = label_sheet([row(a=street(), b=None)] * 2, SPACE, tile_width=120)
    assert two.shape[1] == one.shape[1] == 8 + 3 * 128
    assert two.shape[0] - one.shape[0] == 90 + 8
    assert label_sheet([row(a=street())], SPACE, tile_width=120, picture=False).shape[1] == 8 + 128
    with pytest.raises(ShapeError, match="the same models"):
        label_sheet([row(a=street()), row(b=street())], SPACE)


def test_a_frame_of_a_video_shows_models_side_by_side():
    both = labels_beside(GREY, {"a": street(), "b": None}, SPACE)
    assert both.shape == (24, 2 * 32 + 4, 3)
    assert labels_beside(GREY, {"a": street()}, SPACE).shape == GREY.shape
    assert labels_beside(GREY, {}, SPACE) is GREY


@pytest.mark.parametrize("box", [(0, 0, 4, 4), (28, 20, 32, 24), (0, 0, 32, 24)])
def test_a_failure_is_shown_with_what_is_around_it(box):
    tile_HW3 = failure_tile(painted(street()), street(), street(cart=False), SPACE, box)
    assert tile_HW3.shape[1:] == (3 * 223, 3)
    assert 155 <= tile_HW3.shape[0] <= 165
    assert any(red > 180 and green > 150 and blue < 80 for red, green, blue in colours_of(tile_HW3))
