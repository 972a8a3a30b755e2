"""Trajectories from text, and positions between annotations."""

import numpy as np
import pytest

from masklet.core.errors import FormatError, PromptError
from masklet.prompts import Pixels, Positions, Trajectories, Trajectory, read_trajectories

PLAIN = "10.0\t1.0\t14.5\t5.25\n10.0\t2.0\t15.0\t5.5\n20.0\t1.0\t14.0\t5.0\n"
OBSMAT = "  7.8e+02 1.0e+00  8.5e+00 0.0e+00 3.5e+00 1.6e+00 0.0e+00 1.7e-01\n"


def written(tmp_path, text):
    path = tmp_path / "people.txt"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text", [PLAIN, PLAIN.replace("\t", "  "), PLAIN.replace("\t", ",")], ids=["tab", "blank", "comma"]
)
def test_four_columns_are_frame_person_x_y(tmp_path, text):
    people = read_trajectories(written(tmp_path, text))
    assert sorted(people.people) == [1, 2]
    assert people.of(1).frames_T.tolist() == [10, 20]
    assert people.of(1).world_T2.tolist() == [[14.5, 5.25], [14.0, 5.0]]


def test_of_eight_columns_the_third_and_fifth_are_x_and_y(tmp_path):
    only = read_trajectories(written(tmp_path, OBSMAT)).of(1)
    assert (only.frames_T.tolist(), only.world_T2.tolist()) == ([780], [[8.5, 3.5]])


def test_rows_come_in_any_order_and_question_marks_are_left_out(tmp_path):
    people = read_trajectories(written(tmp_path, "20 1 2 2\n\n10 1 1 1\n30 1 ? ?\n"))
    assert people.of(1).frames_T.tolist() == [10, 20]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "got none", id="empty"),
        pytest.param("1 2 3\n", "line 1 .* got 3", id="three columns"),
        pytest.param("1 2 3 4\n1 3 3 4 5 6 7 8\n", "line 2 .* got 8", id="two forms"),
        pytest.param("1 2 3 4\n1.5 2 3 4\n", "whole numbers .* line 2", id="half a frame"),
        pytest.param("1 2 nan 4\n", "finite numbers in line 1", id="NaN"),
        pytest.param("1 2 x 4\n", "finite numbers in line 1", id="a word"),
        pytest.param("1 2 3 4\n2 2 3 4\n1 2 5 5\n", "lines 1 and 3", id="twice in a frame"),
    ],
)
def test_what_is_no_trajectory_is_refused_with_file_and_line(tmp_path, text, says):
    with pytest.raises(FormatError, match=says) as refused:
        read_trajectories(written(tmp_path, text))
    assert "people.txt" in str(refused.value)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(FormatError, match="No such file"):
        read_trajectories(tmp_path / "none.txt")
    (tmp_path / "noise.txt").write_bytes(bytes(range(128, 256)))
    with pytest.raises(FormatError, match=r"noise\.txt, got something else"):
        read_trajectories(tmp_path / "noise.txt")


def walker():
    return Trajectories({3: Trajectory(3, np.array([10, 20]), np.array([[0.0, 4], [5, 2]]))}, "people.txt")


def test_between_annotations_a_person_walks_in_a_straight_line():
    positions = Positions(walker(), Pixels())
    assert positions.of(3, 15).tolist() == [2.5, 3.0]
    assert positions.of(3, 9) is None
    assert list(positions.everybody(20)) == [3]
    assert positions.everybody(21) == {}


def test_the_span_holds_both_ends_and_is_cut_to_the_video():
    people = walker()
    assert people.of(3).span == range(10, 21)
    assert people.within(3, 15) == range(10, 15)
    assert people.counted_from(5).of(3).span == range(5, 16)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        pytest.param(lambda people: people.of(4), r"people\.txt \(3\), got 4", id="person not in the file"),
        pytest.param(
            lambda people: people.within(3, 10), "frames 0 to 9 of the video", id="times outside the video"
        ),
    ],
)
def test_what_a_file_does_not_have_is_one_sentence(ask, says):
    with pytest.raises(PromptError, match=says):
        ask(walker())


@pytest.mark.parametrize(
    ("frames", "world"),
    [
        pytest.param([2, 1], [[0.0, 0], [1, 1]], id="backward"),
        pytest.param([1, 1], [[0.0, 0], [1, 1]], id="twice"),
        pytest.param([1, 2], [[0.0, 0]], id="a position missing"),
        pytest.param([1], [[np.nan, 0]], id="NaN"),
        pytest.param([], np.zeros((0, 2)), id="nothing"),
    ],
)
def test_a_trajectory_that_is_none_is_refused(frames, world):
    with pytest.raises(PromptError):
        Trajectory(1, np.array(frames, dtype=int), np.array(world))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "rows", "people", "first"),
    [
        pytest.param(
            "cerniello_his/crowds_zara02.txt", 9722, 204, (10, [14.9352355744, 5.30707796623]), id="zara02"
        ),
        pytest.param("opentraj/ETH/seq_eth/obsmat.txt", 8908, 360, (780, [8.4568443, 3.5880664]), id="seq_eth"),
        pytest.param("scene_lstm/pixel/ucy_univ.txt", 17561, 434, (10, [446, 320]), id="commas"),
    ],
)
def test_real_files_come_whole(shared, name, rows, people, first):
    read = read_trajectories(shared / "ETH-UCY" / name)
    assert (len(read.points()), len(read)) == (rows, people)
    assert (int(read.of(1).frames_T[0]), read.of(1).world_T2[0].tolist()) == first
