"""MOT text and box CSV: as tracks, detections and prompts; lines that are none."""

import pytest

from masklet.core.errors import FormatError
from masklet.core.values import Box
from masklet.formats.box_csv import read_box_csv, read_csv_detections, read_csv_prompts, write_box_csv
from masklet.formats.mot import read_mot, read_mot_detections, write_mot


def write(path, text):
    path.write_text(text)
    return path


def test_mot_frames_count_from_1_and_boxes_have_width_and_height(tmp_path):
    tracks = read_mot(write(tmp_path / "a.txt", "2,7,10,20,30,40,0.5,-1,-1,-1\n"))
    assert tracks.frames[1].object_ids == (7,)
    assert tracks.frames[1].boxes_N4.tolist() == [[10, 20, 40, 60]]
    write_mot(tracks, tmp_path / "b.txt")
    assert (tmp_path / "b.txt").read_text() == "2,7,10,20,30,40,0.5,-1,-1,-1\n"


def test_mot16_truth_has_flags_and_classes(tmp_path):
    tracks = read_mot(write(tmp_path / "a.txt", "1,1,0,0,9,9,0,12,0.3\n1,2,0,0,9,9,1,1,1\n"))
    assert tracks.frames[0].scores_N.tolist() == [0, 1]
    assert tracks.frames[0].labels_N == ("reflection", "pedestrian")


def test_mot_detections_need_no_track(tmp_path):
    path = write(tmp_path / "det.txt", "1,-1,0,0,9,9,0.4,-1,-1,-1\n1,-1,5,5,9,9,0.8,-1,-1,-1\n")
    assert read_mot_detections(path)[0].scores_N.tolist() == [0.8, 0.4]
    with pytest.raises(FormatError, match=r"track id in line 1 .*det\.txt"):
        read_mot(path)


def test_csv_columns_go_by_their_names(tmp_path):
    path = write(tmp_path / "a.csv", "label,frame,x2,y2,x1,y1\ncar,3,30,40,10,20\n")
    detections = read_csv_detections(path)[3]
    assert detections.boxes_N4.tolist() == [[10, 20, 30, 40]]
    assert detections.labels_N == ("car",)


def test_csv_boxes_are_prompts_and_those_without_id_get_a_free_one(tmp_path):
    path = write(tmp_path / "a.csv", "0,1,2,3,4,0.9,5\n2,1,2,3,4\n")
    assert read_csv_prompts(path) == [Box(0, 5, (1, 2, 3, 4)), Box(2, 6, (1, 2, 3, 4))]


def test_a_label_with_a_comma_comes_back(tmp_path):
    tracks = read_box_csv(write(tmp_path / "a.csv", '0,1,2,3,4,0.9,5,"car, red"\n'))
    write_box_csv(tracks, tmp_path / "b.csv")
    assert read_box_csv(tmp_path / "b.csv").frames[0].labels_N == ("car, red",)


@pytest.mark.parametrize(
    ("read", "text", "reason"),
    [
        pytest.param(read_mot, "1,1,2\n", "line 1 ", id="mot, too few"),
        pytest.param(read_mot, "1,1,0,0,9,9,1\n\n0,1,0,0,9,9,1\n", "frames from 1 in line 3 ", id="mot, frame 0"),
        pytest.param(read_mot, "1,1,0,0,-9,9,1\n", "line 1 ", id="mot, inside out"),
        pytest.param(read_mot, "1,1,0,0,9,9,1\n1,1,0,0,9,9,1\n", "lines 1 and 2 ", id="mot, object twice"),
        pytest.param(read_box_csv, "frame,x1,y1,x2\n", "none named y2", id="csv, no such column"),
        pytest.param(read_box_csv, "0,1,2,3,x\n", "line 1 ", id="csv, no number"),
        pytest.param(read_box_csv, "0,3,2,1,4,1,1\n", "x2 > x1", id="csv, inside out"),
        pytest.param(read_box_csv, "0,1,2,3,4\n", "track id in line 1 ", id="csv, no track"),
    ],
)
def test_lines_that_are_none_are_named(tmp_path, read, text, reason):
    with pytest.raises(FormatError, match=reason):
        read(write(tmp_path / "a.txt", text))


def test_real_tracks_are_read(shared):
    tracks = read_mot(shared / "PETS09-S2L1/gt/gt.txt")
    assert (len(tracks.frames), len(tracks.object_ids)) == (795, 19)
    assert len(read_mot_detections(shared / "PETS09-S2L1/det/det.txt")[0]) == 3
