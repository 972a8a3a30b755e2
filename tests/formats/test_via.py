import numpy as np
import pytest

from labelled_samples import CIRCLE, ELLIPSE, POLYGON, RECT, region, write_via
from masklet.core.errors import FormatError
from masklet.formats.via import read_via


def filled(shape, tmp_path, size_HW=(11, 14)):
    (picture,) = read_via(write_via(tmp_path / "via.json", regions=[region(shape, kind="x")])).pictures
    return picture.regions[0].fill(size_HW)


def test_polygons_and_rectangles_are_filled(tmp_path):
    assert np.argwhere(filled(POLYGON, tmp_path)).tolist() == [[y, x] for y in (1, 2, 3) for x in (1, 2, 3, 4)]
    assert np.argwhere(filled(RECT, tmp_path)).tolist() == [[y, x] for y in (1, 2) for x in (6, 7, 8)]


def test_circles_and_ellipses_have_their_areas(tmp_path):
    big = {"name": "circle", "cx": 50, "cy": 50, "r": 30}
    assert filled(big, tmp_path, (100, 100)).sum() == pytest.approx(np.pi * 900, rel=0.005)
    ellipse = {"name": "ellipse", "cx": 50, "cy": 50, "rx": 40, "ry": 20, "theta": 0.4}
    assert filled(ellipse, tmp_path, (100, 100)).sum() == pytest.approx(np.pi * 800, rel=0.005)
    assert filled(CIRCLE, tmp_path)[7, 4]


def test_an_ellipse_is_turned_from_x_to_y(tmp_path):
    turned_HW = filled(ELLIPSE, tmp_path)  # a quarter turn: long in y
    ys, xs = np.nonzero(turned_HW)
    assert (ys.max() - ys.min(), xs.max() - xs.min()) == (5, 1)
    slanted = {"name": "ellipse", "cx": 7, "cy": 5, "rx": 5, "ry": 1, "theta": np.pi / 4}
    slanted_HW = filled(slanted, tmp_path)
    assert slanted_HW[7, 9]
    assert not slanted_HW[2, 9]


def test_an_ellipse_of_version_1_is_not_turned(tmp_path):
    plain = {key: value for key, value in ELLIPSE.items() if key != "theta"}
    ys, xs = np.nonzero(filled(plain, tmp_path))
    assert (ys.max() - ys.min(), xs.max() - xs.min()) == (1, 5)


def test_what_lies_beyond_the_picture_is_cut_off(tmp_path):
    assert filled({"name": "rect", "x": 12, "y": -3, "width": 9, "height": 5}, tmp_path).sum() == 4


@pytest.mark.parametrize("project", [True, False])
@pytest.mark.parametrize("numbered", [True, False])
def test_all_ways_to_save_are_read(tmp_path, project, numbered):
    file = read_via(write_via(tmp_path / "via.json", project=project, numbered=numbered))
    assert [picture.filename for picture in file.pictures] == ["a.png"]
    assert [each.is_area for each in file.pictures[0].regions] == [True, True, True, True, False, True]
    expected = ("soda", "bottle", "juice") if project else ("bottle", "juice", "soda")
    assert file.classes(file.class_attribute()) == expected


@pytest.mark.parametrize(
    ("attributes", "wanted", "expected"),
    [
        pytest.param({"what": "x"}, None, "what", id="the only one"),
        pytest.param({"colour": "red", "label": "x"}, None, "label", id="a usual one"),
        pytest.param({"colour": "red", "what": "x"}, "what", "what", id="the one that is named"),
    ],
)
def test_the_attribute_of_the_class_is_found(tmp_path, attributes, wanted, expected):
    file = read_via(write_via(tmp_path / "via.json", regions=[region(RECT, **attributes)]))
    assert file.class_attribute(wanted) == expected


@pytest.mark.parametrize(
    ("attributes", "wanted", "reason"),
    [
        pytest.param({"colour": "red", "what": "x"}, None, "colour, what in .*none that is usual", id="unclear"),
        pytest.param({"what": "x"}, "class", "among what in .*got no 'class'", id="missing"),
        pytest.param({}, None, "the class in .*got none", id="none at all"),
    ],
)
def test_an_unclear_attribute_is_refused(tmp_path, attributes, wanted, reason):
    file = read_via(write_via(tmp_path / "via.json", regions=[region(RECT, **attributes)]))
    with pytest.raises(FormatError, match=reason):
        file.class_attribute(wanted)


def test_of_boxes_to_tick_one_must_be_ticked(tmp_path):
    ticked = [region(RECT, type={"a": True}), region(RECT, type={"a": True, "b": True}), region(RECT, type={})]
    (picture,) = read_via(write_via(tmp_path / "via.json", regions=ticked)).pictures
    assert [each.attribute("type") for each in picture.regions] == ["a", None, None]


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        pytest.param({"name": "polygon", "all_points_x": [1, 2], "all_points_y": [1, 2]}, "3 points", id="line"),
        pytest.param({"name": "circle", "cx": 1, "cy": 1, "r": 0}, "radii above 0", id="no radius"),
        pytest.param({"name": "rect", "x": 1, "y": 1, "width": 1}, "key 'height'", id="no height"),
        pytest.param({"name": "polyline"}, r"an area \(polygon, .*got \"polyline\"", id="a line"),
    ],
)
def test_damaged_shapes_are_named(tmp_path, shape, reason):
    with pytest.raises(FormatError, match=reason):
        filled(shape, tmp_path)


@pytest.mark.parametrize("text", ["[]", "{}", '{"a": {"filename": "a.png"}}', '{"a": 3}'])
def test_what_is_no_via_is_named(tmp_path, text):
    (tmp_path / "via.json").write_text(text)
    with pytest.raises(FormatError, match=r"via\.json"):
        read_via(tmp_path / "via.json")
