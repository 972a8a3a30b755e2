"""Recordings of gaze are recognised by their columns and read with what lies beside them."""

import numpy as np
import pytest

from masklet.core.errors import FormatError
from masklet.formats.gaze import gaze_format_of, read_gaze, write_plain_gaze
from masklet.prompts.gaze import SHARES, Fixations, Gaze

CLOUD = "section id,recording id,timestamp [ns],gaze x [px],gaze y [px],worn,fixation id,blink id"
CAMERA = '{"camera_matrix": [[760.0, 0.0, 540.0], [0.0, 760.0, 535.0], [0.0, 0.0, 1.0]]}'


@pytest.mark.shared
def test_an_export_of_pupil_core_is_read(shared):
    folder = shared / "gaze/pupil_core_export"
    gaze = read_gaze(folder)
    assert gaze_format_of(folder)[0] == "pupil-core"
    assert (len(gaze), len(gaze.fixations), gaze.size_HW) == (2054, 36, SHARES)
    assert (gaze.frames_S.min(), gaze.frames_S.max()) == (417, 624)
    assert gaze.xy_S2[0] == pytest.approx([0.50101, 1 - 0.48944], abs=1e-5)  # the file counts from the bottom
    assert gaze.is_blink_S.sum() == 362
    assert gaze.fixations.end_F[0] - gaze.fixations.start_F[0] == pytest.approx(0.2027645)


@pytest.mark.shared
def test_an_export_of_pupil_invisible_is_read(shared):
    folder = shared / "gaze/pupil_invisible_csv"
    gaze = read_gaze(folder)
    assert gaze_format_of(folder)[0] == "pupil-cloud"
    assert (len(gaze), len(gaze.fixations), gaze.size_HW) == (3385, 17, (1080, 1088))
    assert (len(gaze.frame_seconds_T), gaze.frame_seconds_T[1]) == (516, 0.05)
    assert gaze.seconds_S[0] == pytest.approx(0.691076015)
    assert gaze.is_blink_S.sum() == 68 + 42
    assert gaze.focal_pixels == pytest.approx(758.45, abs=0.01)


@pytest.mark.shared
def test_a_table_of_mobile_gaze_mapping_is_read(shared):
    gaze = read_gaze(shared / "gaze/mobileGazeMapping")
    assert (len(gaze), gaze.frames_S[-1], gaze.size_HW) == (100, 49, SHARES)
    assert gaze.xy_S2[0].tolist() == [0.5098, 0.0529]  # from the top
    assert gaze.seconds_S[1] - gaze.seconds_S[0] == pytest.approx(0.019999)


def core(folder, rows="1.0,0,0.9,0.5,0.25\n1.1,1,0.0,,\n", header="gaze_timestamp,world_index,confidence"):
    path = folder / "gaze_positions.csv"
    path.write_text(f"{header},norm_pos_x,norm_pos_y\n{rows}")
    return path


def test_a_sample_of_pupil_core_without_position_has_none(tmp_path):
    gaze = read_gaze(core(tmp_path))
    assert np.isnan(gaze.xy_S2[1]).all()
    assert gaze.confidence_S.tolist() == [0.9, 0.0]
    assert gaze.fixations is None


def test_the_older_names_of_pupil_core_are_read(tmp_path):
    assert len(read_gaze(core(tmp_path, header="timestamp,index,confidence"))) == 2


def test_an_exported_part_knows_the_times_of_its_frames(tmp_path):
    (tmp_path / "world_timestamps.csv").write_text("# timestamps [seconds],pts\n0.95,0\n1.05,1\n")
    assert read_gaze(core(tmp_path)).frame_seconds_T.tolist() == [0.95, 1.05]


def cloud(folder, rows, *, header=CLOUD, frames="1000000000,\n1050000000,"):
    (folder / "gaze.csv").write_text(f"{header}\n{rows}")
    (folder / "world_timestamps.csv").write_text(
        "section id,recording id,timestamp [ns]\n" + "".join(f"s,r,{time.strip(',')}\n" for time in frames.split())
    )
    (folder / "scene_camera.json").write_text(CAMERA)
    return folder


def test_glasses_that_are_not_worn_see_nothing(tmp_path):
    gaze = read_gaze(cloud(tmp_path, "s,r,1000000000,5,6,0.0,,\ns,r,1010000000,5,6,1.0,3,1\n"))
    assert gaze.confidence_S.tolist() == [0, 1]
    assert gaze.is_blink_S.tolist() == [False, True]
    assert gaze.seconds_S.tolist() == [0, 0.01]


def test_an_older_export_has_its_blinks_from_their_table(tmp_path):
    header = ",".join(CLOUD.split(",")[:5])
    cloud(tmp_path, "s,r,1000000000,5,6\ns,r,1010000000,5,6\n", header=header)
    (tmp_path / "blinks.csv").write_text("start timestamp [ns],end timestamp [ns]\n1005000000,1020000000\n")
    assert read_gaze(tmp_path).is_blink_S.tolist() == [False, True]


def test_without_times_of_frames_the_recording_begins_by_its_event(tmp_path):
    cloud(tmp_path, "s,r,1000000000,5,6,1.0,,\n")
    (tmp_path / "world_timestamps.csv").unlink()
    with pytest.raises(FormatError, match=r"events\.csv"):
        read_gaze(tmp_path)
    (tmp_path / "events.csv").write_text(
        "recording id,timestamp [ns],name,type\nr,900000000,recording.begin,recording\n"
    )
    assert read_gaze(tmp_path).seconds_S == pytest.approx([0.1])


PLAIN = "seconds;frame;x;y;confidence;blink;fixation\n0.02;0;5;6;1;0;a\n0.0;0;4;6;0.5;1;\n0.04;1;7;6;;;a\n"


def test_a_plain_table_is_read_in_order_of_time(tmp_path):
    (tmp_path / "mine.csv").write_text(PLAIN)
    gaze = read_gaze(tmp_path / "mine.csv")
    assert gaze.xy_S2[:, 0].tolist() == [4, 5, 7]
    assert gaze.confidence_S.tolist() == [0.5, 1, 0]
    assert gaze.is_blink_S.tolist() == [True, False, False]
    assert (gaze.fixations.start_F.tolist(), gaze.fixations.end_F.tolist()) == ([0.02], [0.04])
    assert gaze.fixations.xy_F2.tolist() == [[6, 6]]


@pytest.mark.parametrize("size_HW", [None, SHARES], ids=["pixels", "shares"])
def test_plain_tables_come_back_as_they_went(tmp_path, size_HW):
    gaze = Gaze(
        xy_S2=np.array([[0.25, 0.5], [np.nan, np.nan], [0.75, 1 / 3]]),
        seconds_S=np.array([0.0, 0.1, 0.2]),
        frames_S=np.array([0, 3, 5]),
        confidence_S=np.array([1.0, 0.0, 0.7]),
        is_blink_S=np.array([False, True, False]),
        origin="here",
        size_HW=size_HW,
        fixations=Fixations(np.array([0.0, 0.2]), np.array([0.0, 0.2]), np.array([[0.25, 0.5], [0.75, 1 / 3]])),
    )
    write_plain_gaze(gaze, tmp_path / "gaze.csv")
    back = read_gaze(tmp_path / "gaze.csv")
    for name in ("xy_S2", "seconds_S", "frames_S", "confidence_S", "is_blink_S"):
        np.testing.assert_allclose(getattr(back, name), getattr(gaze, name), atol=1e-11)
    np.testing.assert_allclose(back.fixations.xy_F2, gaze.fixations.xy_F2)
    assert back.size_HW == size_HW


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("seconds,x,y\n0,1,2\n0.1,one,2\n", "a number as x in line 3 of .*, got 'one'", id="a word"),
        pytest.param("seconds,x,y\n0,1\n", "3 fields in line 2", id="a row too short"),
        pytest.param("seconds,x,y\n,1,2\n", "time in seconds in line 2", id="no time"),
        pytest.param("frame,x,y\n1.5,1,2\n", "whole numbers as frame in line 2 .* got 1.5", id="half a frame"),
        pytest.param("seconds,x,y\n", "at least one sample", id="no rows"),
        pytest.param("a,b\n1,2\n", "got the columns a, b", id="other columns"),
    ],
)
def test_what_is_no_gaze_is_one_sentence(tmp_path, text, says):
    path = tmp_path / "gaze.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=says):
        read_gaze(path)


def test_a_folder_with_two_recordings_is_not_guessed_at(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("seconds,x,y\n0,1,2\n")
    with pytest.raises(FormatError, match=r"a\.csv, b\.csv; name the right one"):
        read_gaze(tmp_path)


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_nothing_there_is_one_sentence(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match=name):
        read_gaze(tmp_path / name)


def test_a_table_that_is_no_text_is_one_sentence(tmp_path):
    (tmp_path / "gaze.csv").write_bytes(b"seconds,x,y\n\xff\xfe\x00,1,2\n")
    with pytest.raises(FormatError, match=r"gaze\.csv"):
        read_gaze(tmp_path / "gaze.csv")
