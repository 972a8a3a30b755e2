"""Prompts said in flags."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from masklet.core.errors import PromptError
from masklet.prompts import parse_box, parse_mask, parse_points, prompts_from_flags

LABEL_MAP = np.array([[0, 2, 2], [5, 5, 0]], dtype=np.uint8)


@pytest.mark.parametrize(
    ("text", "xy", "labels"),
    [
        pytest.param("3:2:320,180,+", [[320, 180]], [1], id="one on the object"),
        pytest.param("3:2:320,180,-", [[320, 180]], [0], id="one beside it"),
        pytest.param("3:2:320,180", [[320, 180]], [1], id="no sign means on it"),
        pytest.param("3:2:1.5,.5,+;2.,3,-", [[1.5, 0.5], [2, 3]], [1, 0], id="several, fractions"),
        pytest.param(" 3:2: 1, 2, + ; 4, 5 ", [[1, 2], [4, 5]], [1, 1], id="spaces"),
        pytest.param("3:2:-4,5,-", [[-4, 5]], [0], id="outside the picture is for the check to say"),
    ],
)
def test_points(text, xy, labels):
    points = parse_points(text)
    assert (points.frame_index, points.object_id) == (3, 2)
    np.testing.assert_array_equal(points.xy_P2, xy)
    np.testing.assert_array_equal(points.labels_P, labels)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "320,180",
        "0:320,180,+",
        "0:1:",
        "0:1:320",
        "0:1:1,2,3",
        "0:1:1,2,+;",
        "0:1:1,2,*",
        "-1:1:1,2",
        "0:a:1,2",
    ],
)
def test_points_of_another_form_are_refused(text):
    with pytest.raises(PromptError, match="Expected"):
        parse_points(text)


def test_a_box():
    box = parse_box("12:2:10,20,30.5,40")
    assert (box.frame_index, box.object_id, box.xyxy) == (12, 2, (10, 20, 30.5, 40))


@pytest.mark.parametrize(
    "text", ["0:1:1,2,3", "0:1:1,2,3,4,5", "0:1:5,5,2,9", "0:1:1,1,1,9", "0:0:1,2,3,4", "1,2,3,4"]
)
def test_boxes_of_another_form_or_without_area_are_refused(text):
    with pytest.raises(PromptError, match="Expected"):
        parse_box(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0:first.png", (0, None, "first.png"), id="every id"),
        pytest.param("7:3:third.png", (7, 3, "third.png"), id="one object"),
        pytest.param("7:a/12:30.png", (7, None, "a/12:30.png"), id="colons in the path"),
        pytest.param("7:C:/masks/b c.png", (7, None, "C:/masks/b c.png"), id="a drive letter, a space"),
    ],
)
def test_a_mask(text, expected):
    frame_index, object_id, path = parse_mask(text)
    assert (frame_index, object_id, path.as_posix()) == expected


@pytest.mark.parametrize("text", ["first.png", "0:", "x:first.png", ""])
def test_masks_of_another_form_are_refused(text):
    with pytest.raises(PromptError, match="FRAME:FILE"):
        parse_mask(text)


@settings(deadline=None)
@given(
    st.text(alphabet="0123456789.,:;+-x \u0661", max_size=20),
    st.sampled_from([parse_points, parse_box, parse_mask]),
)
@example("9" * 5000 + ":1:2,3", parse_points)
def test_whatever_the_text_only_prompt_errors_are_raised(text, parse):
    with suppress(PromptError):
        parse(text)


def test_flags_give_prompts_under_the_names_they_were_given(tmp_path):
    (tmp_path / "p.json").write_text('{"prompts": [{"frame": 4, "object": 9, "box": [0, 0, 2, 2]}]}')
    prompts = prompts_from_flags(
        points=["0:1:1,1"],
        boxes=["0:2:0,0,2,2"],
        masks=["3:labels.png", "3:4:one.png"],
        file=tmp_path / "p.json",
        read_label_map=lambda path: LABEL_MAP if path.name == "labels.png" else LABEL_MAP == 2,
    )
    assert {name: (prompt.frame_index, prompt.object_id) for name, prompt in prompts.items()} == {
        "--points 0:1:1,1": (0, 1),
        "--box 0:2:0,0,2,2": (0, 2),
        "--mask 3:labels.png (object 2)": (3, 2),
        "--mask 3:labels.png (object 5)": (3, 5),
        "--mask 3:4:one.png (object 4)": (3, 4),
        f"prompts[0] of {tmp_path / 'p.json'}": (4, 9),
    }


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        pytest.param({"points": ["0:1:x"]}, "--points 0:1:x: Expected", id="points"),
        pytest.param({"boxes": ["0:1:5,5,2,9"]}, "--box 0:1:5,5,2,9: Expected", id="box without area"),
        pytest.param({"masks": ["0:0:m.png"]}, "--mask 0:0:m.png: Expected a positive object id", id="object 0"),
        pytest.param({"masks": ["0:1:labels.png"]}, "--mask 0:1:labels.png: .* values 2, 5", id="several objects"),
    ],
)
def test_errors_name_the_flag(flags, message):
    with pytest.raises(PromptError, match=message):
        prompts_from_flags(
            **flags, read_label_map=lambda path: LABEL_MAP if path.name == "labels.png" else LABEL_MAP == 2
        )
