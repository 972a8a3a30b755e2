"""LabelMe: polygons, rectangles and masks; objects by group_id or by label."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import FormatError
from masklet.formats.labelme import read_labelme

SQUARE = [[1, 1], [3, 1], [3, 3], [1, 3]]


def png(values):
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, format="PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def save(folder, name, *shapes, size=(6, 8)):
    document = {"shapes": list(shapes), "imageHeight": size[0], "imageWidth": size[1]}
    (folder / f"{name}.json").write_text(json.dumps(document))


def shape(points=SQUARE, *, label="car", kind="polygon", group_id=None, **rest):
    return {"label": label, "points": points, "shape_type": kind, "group_id": group_id, **rest}


def test_polygons_with_one_group_are_one_object(tmp_path):
    save(tmp_path, "a", shape(group_id=4), shape([[5, 1], [7, 1], [7, 3], [5, 3]], group_id=4))
    masklets = read_labelme(tmp_path)
    assert masklets.labels == {4: "car"}
    assert masklets.masklet(4).rles[0].area == 8


def test_without_groups_a_label_is_one_object_in_all_frames(tmp_path):
    save(tmp_path, "a", shape(label="dog"), shape(group_id=2))
    save(tmp_path, "b", shape(label="cat"), shape(label="dog"))
    masklets = read_labelme(tmp_path)
    assert masklets.labels == {2: "car", 3: "cat", 4: "dog"}
    assert masklets.masklet(4).frame_indices == (0, 1)


def test_rectangles_are_filled_and_lines_left_out(tmp_path):
    save(tmp_path, "a", shape([[1, 1], [3, 3]], kind="rectangle"), shape([[0, 0], [5, 5]], label="l", kind="line"))
    assert [item.rle.area for item in read_labelme(tmp_path).objects(0)] == [4]


def test_masks_lie_at_their_upper_left_corner(tmp_path):
    inside = np.array([[1, 0], [1, 1]], dtype=np.uint8)
    save(tmp_path, "a", shape([[2, 3], [3, 4]], kind="mask", mask=png(inside)))
    assert np.argwhere(read_labelme(tmp_path).frame(0).masks_NHW[0]).tolist() == [[3, 2], [4, 2], [4, 3]]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param(
            shape([[1, 1], [2, 2]]), r"3 points.* in shapes\[0\].points of .*a\.json", id="half a polygon"
        ),
        pytest.param(shape(kind="mask", mask="no picture"), r"base64 in shapes\[0\].mask", id="no mask"),
        pytest.param(shape(kind="mask"), r"'mask' in shapes\[0\]", id="missing mask"),
        pytest.param(
            shape([[7, 5]], kind="mask", mask=png(np.ones((3, 3), np.uint8))), r"3x3 mask inside 8x6", id="outside"
        ),
        pytest.param(shape(group_id=0), r"positive object id", id="object 0"),
        pytest.param({"points": SQUARE}, r"'label' in shapes\[0\]", id="no label"),
    ],
)
def test_wrong_shapes_are_named(tmp_path, wrong, reason):
    save(tmp_path, "a", wrong)
    with pytest.raises(FormatError, match=reason):
        list(read_labelme(tmp_path))


def test_a_frame_of_another_size_is_named(tmp_path):
    save(tmp_path, "a", shape())
    save(tmp_path, "b", shape(), size=(6, 9))
    with pytest.raises(FormatError, match=r"\(6, 8\).*b\.json, got \(6, 9\)"):
        list(read_labelme(tmp_path))
