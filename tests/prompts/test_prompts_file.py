"""Prompts as a JSON file, and the schema that says its form."""

import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masklet.core import rle
from masklet.core.errors import OutputError, PromptError
from masklet.core.values import Box, MaskPrompt, Points
from masklet.prompts import SCHEMA, parse_prompts, read_prompts, write_prompts

KEYS = ("frame", "object", "points", "box", "mask", "size", "counts")
CORNER = np.eye(3, 4, dtype=bool)
CODE = {"size": [3, 4], "counts": rle.encode(CORNER).counts}


def entry(**body):
    return {"frame": 0, "object": 1} | body


def document(**body):
    return {"prompts": [entry(box=[0, 0, 1, 1]), entry(**body)]}


GOOD = [
    pytest.param({"prompts": []}, id="no prompts"),
    pytest.param({"$schema": "schema.json", "prompts": []}, id="names its schema"),
    pytest.param(document(points=[[1, 2.5, 1], [3, 4, 0]]), id="points"),
    pytest.param(document(box=[1, 2, 3.5, 4], frame=7.0), id="box, a whole number with a point"),
    pytest.param(document(mask=CODE), id="compressed mask"),
    pytest.param(document(mask={"size": [3, 4], "counts": [0, 1, 11]}), id="uncompressed mask"),
    pytest.param(document(mask="third.png"), id="mask in a file"),
]
BAD = [
    pytest.param([], "the document", id="a list"),
    pytest.param({}, "'prompts' in the document", id="no prompts"),
    pytest.param({"prompts": {}}, "list in prompts", id="prompts no list"),
    pytest.param({"prompts": [], "extra": 1}, "'extra'", id="unknown key above"),
    pytest.param({"prompts": [7]}, r"prompts\[0\]", id="entry no object"),
    pytest.param({"prompts": [{"object": 1, "box": [0, 0, 1, 1]}]}, "'frame'", id="no frame"),
    pytest.param(document(), r"prompts\[1\], got none", id="says nothing"),
    pytest.param(document(box=[0, 0, 1, 1], points=[[1, 1, 1]]), "points and box", id="says two things"),
    pytest.param(document(box=[0, 0, 1, 1], boxes=1), "'boxes'", id="unknown key"),
    pytest.param(document(box=[0, 0, 1, 1], frame=-1), r"prompts\[1\].frame", id="negative frame"),
    pytest.param(document(box=[0, 0, 1, 1], frame=1.5), r"prompts\[1\].frame", id="half a frame"),
    pytest.param(document(box=[0, 0, 1, 1], frame="0"), r"prompts\[1\].frame", id="frame as text"),
    pytest.param(document(box=[0, 0, 1, 1], frame=True), r"prompts\[1\].frame", id="frame as truth"),
    pytest.param(document(box=[0, 0, 1, 1], object=0), r"prompts\[1\].object", id="object 0"),
    pytest.param(document(box=[0, 0, 1]), r"4 numbers in prompts\[1\].box", id="three numbers"),
    pytest.param(document(box=[0, 0, 1, None]), r"prompts\[1\].box\[3\], got null", id="null in a box"),
    pytest.param(document(points=[]), r"prompts\[1\].points", id="no point"),
    pytest.param(document(points=[[1, 2, 1], [1, 2]]), r"prompts\[1\].points\[1\]", id="point without label"),
    pytest.param(document(points=[[1, 2, 3]]), r"prompts\[1\].points: .*labels", id="unknown label"),
    pytest.param(document(mask=""), r"prompts\[1\].mask", id="mask without a name"),
    pytest.param(document(mask=7), r"prompts\[1\].mask", id="mask a number"),
    pytest.param(document(mask={"size": [3, 4]}), "'counts'", id="mask without counts"),
    pytest.param(document(mask={"size": [3], "counts": "x"}), r"mask\.size", id="mask with one side"),
    pytest.param(document(mask={"size": [3, 0], "counts": []}), r"mask\.size", id="mask of no size"),
    pytest.param(document(mask={"size": [99999, 99999], "counts": [0]}), r"mask\.size", id="mask of a billion"),
    pytest.param(document(box=[0, 0, 1, 1], frame=10**400), r"prompts\[1\].frame", id="frame beyond counting"),
    pytest.param(document(mask={"size": [3, 4], "counts": [-1, 13]}), r"mask\.counts", id="negative run"),
    pytest.param(document(mask={"size": [3, 4], "counts": 12}), r"mask\.counts", id="counts a number"),
]
WORSE = [  # of the right form, so the schema lets them pass; their values make no sense
    pytest.param(document(box=[5, 0, 1, 1]), r"prompts\[1\].box: .*x2 > x1", id="box inside out"),
    pytest.param(document(mask={"size": [3, 4], "counts": [0, 1, 5]}), r"mask\.counts: ", id="runs too short"),
    pytest.param(document(mask={"size": [3, 4], "counts": "zzzz"}), r"mask\.counts: ", id="damaged counts"),
    pytest.param(document(mask="two.png"), r"prompts\[1\].mask: .*one object", id="file of two objects"),
]


def read_label_map(path):
    return {"third.png": CORNER * 5, "two.png": CORNER * [1, 2, 1, 1]}[path.name]


@pytest.mark.parametrize("good", GOOD)
def test_what_the_schema_allows_is_read(good):
    assert len(parse_prompts(good, read_label_map=read_label_map)) == len(good["prompts"])


@pytest.mark.parametrize(("bad", "message"), BAD + WORSE)
def test_what_is_refused_is_named(bad, message):
    with pytest.raises(PromptError, match=message):
        parse_prompts(bad, read_label_map=read_label_map)


def test_the_schema_agrees_with_the_reader():
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    schema = json.loads(SCHEMA.read_text())
    validator.check_schema(schema)
    for good in GOOD + WORSE:
        assert validator(schema).is_valid(good.values[0]), good.id
    for bad in BAD:
        assert not validator(schema).is_valid(bad.values[0]), bad.id


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["", "zz"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4), max_size=2))
def test_whatever_the_document_only_prompt_errors_are_raised(entries):
    with suppress(PromptError):
        parse_prompts({"prompts": entries})


def test_prompts_come_back_as_they_went(tmp_path):
    written = (
        Points(2, 1, np.array([[1, 2], [3.25, 4]]), np.array([1, 0])),
        Box(0, 7, (1, 2, 3.5, 4)),
        MaskPrompt(3, 2, CORNER),
    )
    write_prompts(tmp_path / "prompts.json", written)
    points, box, mask = read_prompts(tmp_path / "prompts.json")
    assert box == written[1]
    assert (points.frame_index, points.object_id, mask.frame_index, mask.object_id) == (2, 1, 3, 2)
    np.testing.assert_array_equal(points.xy_P2, written[0].xy_P2)
    np.testing.assert_array_equal(points.labels_P, written[0].labels_P)
    np.testing.assert_array_equal(mask.mask_HW, CORNER)
    assert [path.name for path in tmp_path.iterdir()] == ["prompts.json"]


def test_mask_files_are_looked_for_beside_the_prompts(tmp_path):
    (tmp_path / "prompts.json").write_text(json.dumps({"prompts": [entry(mask="masks/third.png")]}))
    asked = []
    read_prompts(tmp_path / "prompts.json", lambda path: asked.append(path) or CORNER)
    assert asked == [tmp_path / "masks/third.png"]


def test_a_mask_file_without_a_reader_is_refused():
    with pytest.raises(PromptError, match=r"third\.png"):
        parse_prompts(document(mask="third.png"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(b'{"prompts": [', "JSON in .*p.json", id="cut off"),
        pytest.param(b'{"prompts": [{"frame": NaN}]}', "NaN", id="not a number"),
        pytest.param(b"[" * 100_000, "JSON in .*p.json", id="nested without end"),
        pytest.param(b"\xff\xfe", "JSON in .*p.json", id="not text"),
        pytest.param(b'{"prompts": 1}', "p.json: Expected a list", id="of another form"),
    ],
)
def test_files_that_hold_no_prompts_are_named(tmp_path, text, message):
    (tmp_path / "p.json").write_bytes(text)
    with pytest.raises(PromptError, match=message):
        read_prompts(tmp_path / "p.json")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PromptError, match=r"missing\.json: No such file"):
        read_prompts(tmp_path / "missing.json")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(OutputError, match=r"nowhere/p\.json"):
        write_prompts(tmp_path / "nowhere/p.json", [])
