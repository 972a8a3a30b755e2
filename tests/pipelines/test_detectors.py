import numpy as np
import pytest

from masklet.core.errors import FormatError, ModelError, PromptError
from masklet.core.values import Detections, Frame
from masklet.formats.box_csv import write_csv_detections
from masklet.models.recorded_boxes import RecordedBoxes
from masklet.pipelines.detectors import load_detector

PICTURE = np.zeros((100, 200, 3), np.uint8)
FOUND = {
    0: Detections(np.array([[10.0, 20, 30, 60], [5, 5, 300, 50]]), np.array([0.9, 0.4]), ("person", "car")),
    3: Detections(np.array([[1.5, 2.5, 30, 40]]), np.array([0.7]), ("person",)),
}


def at(index):
    return Frame(index, index / 25, PICTURE)


@pytest.fixture
def file(tmp_path):
    write_csv_detections(FOUND, tmp_path / "boxes.csv")
    return tmp_path / "boxes.csv"


def test_boxes_come_back_in_their_frames(file):
    detector = load_detector(str(file)).restricted(threshold=0)
    first = detector.detect(at(0))
    assert detector.classes == ("person", "car")
    assert (first.labels_N, first.scores_N.tolist()) == (("person", "car"), [0.9, 0.4])
    assert first.boxes_N4.tolist() == [[10, 20, 30, 60], [5, 5, 200, 50]]
    assert detector.detect(at(3)).boxes_N4.tolist() == [[1.5, 2.5, 30, 40]]
    assert len(detector.detect(at(1))) == 0


@pytest.mark.parametrize(("asked", "labels"), [
    pytest.param({}, ("person",), id="default threshold"),
    pytest.param({"threshold": 0.3}, ("person", "car"), id="threshold"),
    pytest.param({"threshold": 0.3, "classes": ["car"]}, ("car",), id="class"),
])  # fmt: skip
def test_a_part_of_them_is_returned(file, asked, labels):
    assert load_detector(str(file)).restricted(**asked).detect(at(0)).labels_N == labels


def test_boxes_of_mot_are_persons(tmp_path):
    path = tmp_path / "det.txt"
    path.write_text("1,-1,10,20,20,40,0.9,-1,-1,-1\n3,-1,1,2,3,4,2.5,-1,-1,-1\n")
    detector = load_detector(str(path))
    found = detector.detect(at(0))
    assert (detector.classes, found.boxes_N4.tolist()) == (("person",), [[10, 20, 30, 60]])
    assert detector.detect(at(2)).scores_N.tolist() == [2.5]


@pytest.mark.parametrize(("name", "text", "told"), [
    pytest.param("b.csv", "frame,x1,y1,x2\n0,1,2,3\n", "none named y2", id="column missing"),
    pytest.param("b.csv", "0,1,nan,3,4\n", "Expected a finite number as y1 in line 1", id="NaN"),
    pytest.param("b.txt", "1,-1,nan,2,3,4,1,-1,-1,-1\n", "in line 1 of", id="NaN in MOT"),
    pytest.param("b.txt", "1,-1,1,2,3,4,inf,-1,-1,-1\n", "in line 1 of", id="infinite score in MOT"),
])  # fmt: skip
def test_files_that_are_none_are_refused(tmp_path, name, text, told):
    (tmp_path / name).write_text(text)
    with pytest.raises(FormatError, match=told):
        load_detector(str(tmp_path / name))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FormatError, match=r"gone\.csv"):
        load_detector(str(tmp_path / "gone.csv"))


def test_a_file_without_boxes_is_refused(tmp_path):
    (tmp_path / "none.csv").write_text("frame,x1,y1,x2,y2\n")
    with pytest.raises(ModelError, match=r"Expected boxes in .*none\.csv, got none"):
        load_detector(str(tmp_path / "none.csv"))


def test_a_class_that_no_box_has_is_named(file):
    with pytest.raises(ModelError, match=r"Expected classes of .*boxes\.csv \(such as person\), got 'persons'"):
        load_detector(str(file)).restricted(["persons"])


def test_boxes_have_no_weights(file, tmp_path):
    with pytest.raises(PromptError, match="Expected weights of a network"):
        load_detector(str(file), weights=tmp_path / "own.pth")


def test_boxes_of_another_video_are_told_apart():
    boxes = RecordedBoxes({90: FOUND[0], 95: FOUND[3]}, origin="boxes.csv")
    boxes.require_frames(91)
    boxes.require_frames(None)
    with pytest.raises(ModelError, match=r"Expected boxes of frames 0 to 11 in boxes\.csv, got frames 90 to 95"):
        boxes.require_frames(12)
