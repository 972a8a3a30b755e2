import json

import numpy as np
import pytest
from PIL import Image

from fakes import GREEN, RED, PaintedSegmenter, paint
from masklet.formats.davis import read_label_png


@pytest.fixture(autouse=True)
def painted(monkeypatch):
    """The mask of a prompt is the painted colour under it, without weights."""
    monkeypatch.setattr("masklet.models.load_segmenter", lambda name, **_: PaintedSegmenter())


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "street.png"
    Image.fromarray(paint([(RED, 5, 6, 20, 30), (GREEN, 40, 10, 60, 50)])).save(path)
    return path


def test_prompts_become_an_indexed_picture(masklet, picture, tmp_path):
    out = tmp_path / "mask.png"
    code, said, _ = masklet("segment", picture, "--points", "0:1:10,20,+", "--box", "0:2:40,10,60,50", "-o", out)
    assert code == 0
    assert said.splitlines()[-1] == f"-> {out}"
    labels_HW = read_label_png(out)
    assert np.unique(labels_HW).tolist() == [0, 1, 2]
    assert (labels_HW[6:30, 5:20] == 1).all()
    assert (labels_HW[10:50, 40:60] == 2).all()
    with Image.open(out) as image:
        assert image.mode == "P"


def test_the_report_as_json(masklet, picture, tmp_path):
    words = ("segment", picture, "--box", "0:2:40,10,60,50", "-o", tmp_path / "mask.png", "--json")
    report = json.loads(masklet(*words)[1])
    assert report["frame"] == 0
    assert report["objects"] == [{"id": 2, "score": 1.0, "area": 800, "box": [40, 10, 60, 50]}]


def test_the_frame_is_the_one_that_prompts_name(masklet, tmp_path):
    (tmp_path / "frames").mkdir()
    for index in range(3):
        Image.fromarray(paint([(RED, 5 + 10 * index, 6, 15 + 10 * index, 30)])).save(
            tmp_path / f"frames/{index}.png"
        )
    words = ("segment", tmp_path / "frames", "--points", "2:1:30,10,+", "-o", tmp_path / "mask.png", "--json")
    report = json.loads(masklet(*words)[1])
    assert (report["frame"], report["objects"][0]["box"]) == (2, [25, 6, 35, 30])


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        pytest.param((), 2, "Expected something to segment", id="no prompts"),
        pytest.param(("--points", "0:1:3,3", "--points", "1:1:3,3"), 2, "one frame", id="two frames"),
        pytest.param(("--points", "0:1:300,3"), 1, "--points 0:1:300,3: Expected points inside", id="outside"),
        pytest.param(("--points", "5:1:3,3"), 1, "Expected a frame from 0 to 0", id="past the end"),
        pytest.param(("--points", "0:1:3,3,-"), 1, "object 1", id="only beside"),
        pytest.param(("--box", "0:1:9,9,3,3"), 1, "--box 0:1:9,9,3,3", id="box inside out"),
    ],
)
def test_what_cannot_be_segmented_is_named_and_leaves_nothing(masklet, picture, tmp_path, words, code, message):
    got, _, err = masklet("segment", picture, *words, "-o", tmp_path / "mask.png")
    assert got == code
    assert message in " ".join(err.replace("│", " ").split())
    assert [path.name for path in tmp_path.iterdir()] == ["street.png"]


def test_what_is_there_stays_without_overwrite(masklet, picture, tmp_path):
    out = tmp_path / "mask.png"
    out.write_text("mine")
    words = ("segment", picture, "--points", "0:1:10,20", "-o", out)
    assert masklet(*words)[0] == 1
    assert out.read_text() == "mine"
    assert masklet(*words, "--overwrite")[0] == 0
