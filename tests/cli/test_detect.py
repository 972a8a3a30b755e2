import json

import pytest
from PIL import Image

from fakes import GREEN, RED, PaintedDetector, paint
from masklet.core.values import Frame
from masklet.formats.box_csv import read_csv_detections
from masklet.pipelines.detectors import load_detector


@pytest.fixture(autouse=True)
def painted(monkeypatch):
    """The network finds what is painted, without weights."""
    monkeypatch.setattr("masklet.models.load_detector", lambda name, **_: PaintedDetector(scores={GREEN: 0.7}))


@pytest.fixture
def folder(tmp_path):
    """Three pictures: nothing, one object, two objects."""
    (tmp_path / "frames").mkdir()
    scenes = [[], [(RED, 5, 6, 20, 30)], [(RED, 7, 6, 22, 30), (GREEN, 40, 10, 60, 50)]]
    for index, rectangles in enumerate(scenes):
        Image.fromarray(paint(rectangles)).save(tmp_path / f"frames/{index:05d}.png")
    return tmp_path / "frames"


def test_boxes_are_written_and_read_back(masklet, folder, tmp_path):
    out = tmp_path / "boxes.csv"
    code, said, _ = masklet("detect", folder, "-o", out)
    assert (code, said.strip()) == (0, f"3 frames, 3 thing -> {out}")
    found = read_csv_detections(out)
    assert sorted(found) == [1, 2]
    assert found[1].boxes_N4.tolist() == [[5, 6, 20, 30]]
    assert found[2].scores_N.tolist() == [0.9, 0.7]
    assert found[2].labels_N == ("thing", "thing")


def test_without_a_file_boxes_are_printed(masklet, folder):
    code, out, _ = masklet("detect", folder)
    assert code == 0
    assert sorted(line.split()[:3] for line in out.splitlines()) == [
        ["1", "thing", "0.900"],
        ["2", "thing", "0.700"],
        ["2", "thing", "0.900"],
    ]


def test_the_report_as_json(masklet, folder):
    report = json.loads(masklet("detect", folder, "--json")[1])
    assert (report["frames"], report["boxes"]) == (3, {"thing": 3})
    assert report["detections"][0] == {"frame": 1, "label": "thing", "score": 0.9, "box": [5, 6, 20, 30]}


def test_what_is_there_stays_without_overwrite(masklet, folder, tmp_path):
    out = tmp_path / "boxes.csv"
    out.write_text("mine")
    code, _, err = masklet("detect", folder, "-o", out)
    assert (code, out.read_text()) == (1, "mine")
    assert "--overwrite replaces it" in err
    assert masklet("detect", folder, "-o", out, "--overwrite")[0] == 0
    assert out.read_text() != "mine"


def test_a_source_that_fails_leaves_nothing(masklet, tmp_path):
    code, _, err = masklet("detect", tmp_path / "nowhere.mp4", "-o", tmp_path / "boxes.csv")
    assert code == 1
    assert "nowhere.mp4" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("threshold", ["1.5", "much"])
def test_a_threshold_outside_its_range_is_wrong_usage(masklet, folder, threshold):
    assert masklet("detect", folder, "--threshold", threshold)[0] == 2


def test_what_is_written_serves_as_a_detector(masklet, folder, tmp_path):
    masklet("detect", folder, "-o", tmp_path / "boxes.csv")
    detector = load_detector(str(tmp_path / "boxes.csv"))
    found = [detector.detect(Frame(index, 0.0, paint([]))) for index in range(3)]
    assert [len(detections) for detections in found] == [0, 1, 2]
    assert found[1].boxes_N4.tolist() == [[5, 6, 20, 30]]
