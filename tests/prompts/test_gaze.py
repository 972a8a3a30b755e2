"""Gaze as a value: in pixels of a video, and in its frames."""

import numpy as np
import pytest

from masklet.core.errors import MaskletError
from masklet.prompts.gaze import SHARES, Fixations, Gaze
from masklet.prompts.gaze_clock import OUTSIDE, place
from masklet.prompts.length import Length, focal_length, parse_length

VIDEO = np.arange(10) / 25


def gaze_of(seconds=None, frames=None, **more):
    count = len(seconds if seconds is not None else frames)
    return Gaze(
        **{
            "xy_S2": np.full((count, 2), 0.5),
            "seconds_S": None if seconds is None else np.array(seconds, float),
            "frames_S": None if frames is None else np.array(frames),
            "confidence_S": np.ones(count),
            "is_blink_S": np.zeros(count, bool),
            "origin": "a test",
            **more,
        }
    )


def test_shares_become_pixels_with_their_fixations():
    rests = Fixations(np.array([0.0]), np.array([1.0]), np.array([[0.25, 1.0]]))
    gaze = gaze_of([0.0], size_HW=SHARES, fixations=rests).in_pixels_of((100, 200))
    assert gaze.xy_S2.tolist() == [[100, 50]]
    assert gaze.fixations.xy_F2.tolist() == [[50, 100]]


def test_pixels_of_a_camera_become_those_of_a_smaller_video():
    gaze = gaze_of([0.0], size_HW=(1080, 1088), xy_S2=np.array([[544.0, 270]]), focal_pixels=760.0)
    small = gaze.in_pixels_of((540, 544))
    assert small.xy_S2.tolist() == [[272, 135]]
    assert small.focal_pixels == 380


def test_a_video_of_another_shape_is_refused():
    with pytest.raises(MaskletError, match="1088x1080, got 1920x1080"):
        gaze_of([0.0], size_HW=(1080, 1088)).in_pixels_of((1080, 1920))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"confidence_S": np.ones(3)}, "as many times", id="a confidence too many"),
        pytest.param({"seconds_S": None}, "got neither", id="neither time nor frame"),
        pytest.param({"seconds_S": np.array([1.0, 0])}, "in order of time", id="not in order"),
    ],
)
def test_what_does_not_belong_together_is_refused(change, says):
    with pytest.raises(MaskletError, match=says):
        gaze_of([0.0, 1], **change)


def test_no_samples_are_refused():
    with pytest.raises(MaskletError, match="at least one sample of gaze in a test, got none"):
        gaze_of([], xy_S2=np.zeros((0, 2)))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("nearest", [OUTSIDE, 0, 0, 1, 1, 9, OUTSIDE], id="nearest"),
        pytest.param("interval", [OUTSIDE, OUTSIDE, 0, 0, 1, 9, 9], id="interval"),
    ],
)
def test_times_become_frames(rule, expected):
    seconds = [-0.03, -0.01, 0.01, 0.03, 0.05, 0.37, 0.395]
    assert place(gaze_of(seconds), VIDEO, rule=rule).frames_S.tolist() == expected


def test_times_of_the_recordings_frames_go_before_those_of_the_video():
    clock = 100 + np.arange(10) / 25 * 1.01  # the video was written at another pace
    placed = place(gaze_of([100.0, clock[7] + 0.001], frame_seconds_T=clock), VIDEO)
    assert placed.frames_S.tolist() == [0, 7]
    assert placed.seconds_S == pytest.approx([0, 7 / 25 + 0.001], abs=1e-3)


def test_a_video_of_another_length_keeps_its_own_times():
    clock = 100 + np.arange(40) / 50  # twice as many frames
    placed = place(gaze_of([100.2], frame_seconds_T=clock), VIDEO)
    assert placed.frames_S.tolist() == [5]
    assert "first frame" in placed.by


def test_a_part_of_the_recording_begins_at_its_frame():
    clock = 100 + np.arange(40) / 25
    placed = place(gaze_of([100.84], frame_seconds_T=clock), VIDEO, first_frame=20)
    assert placed.frames_S.tolist() == [1]
    with pytest.raises(MaskletError, match="below 40"):
        place(gaze_of([100.84], frame_seconds_T=clock), VIDEO, first_frame=40)


def test_numbers_of_frames_are_taken_at_their_word():
    seconds = 5 + np.array([417, 417.3, 418, 420, 426.4]) / 25
    placed = place(gaze_of(seconds, [417, 417, 418, 420, 426]), VIDEO, first_frame=417)
    assert placed.frames_S.tolist() == [0, 0, 1, 3, 9]
    assert placed.seconds_S[2] == pytest.approx(1 / 25)
    moved = place(gaze_of(seconds, [417, 417, 418, 420, 426]), VIDEO, first_frame=417, offset=0.04)
    assert moved.frames_S.tolist() == [1, 1, 2, 4, OUTSIDE]


def test_samples_that_know_only_frames_follow_each_other_in_them():
    placed = place(gaze_of(frames=[2, 2, 3]), VIDEO)
    assert placed.seconds_S == pytest.approx([0.08, 0.1, 0.12])
    assert place(gaze_of(frames=[2, 2, 3]), VIDEO, offset=0.04).frames_S.tolist() == [3, 3, 4]


def test_an_offset_moves_samples():
    assert place(gaze_of([0.0]), VIDEO, offset=0.2).frames_S.tolist() == [5]


@pytest.mark.parametrize(
    ("gaze", "says"),
    [
        pytest.param(
            gaze_of([50.0, 60]), "while the video runs, 0.0 to 0.4 s, got a test from 50.0 to 60.0", id="times"
        ),
        pytest.param(
            gaze_of(frames=[30, 40]), "in frames 0 to 9, which the video shows, got frames 30 to 40", id="frames"
        ),
    ],
)
def test_clocks_that_do_not_meet_are_one_sentence(gaze, says):
    with pytest.raises(MaskletError, match=says):
        place(gaze, VIDEO)


@pytest.mark.parametrize(
    ("text", "length"),
    [("30", Length(30)), ("30px", Length(30)), (" 1.5DEG", Length(1.5, "deg")), (".5%", Length(0.5, "%"))],
)
def test_lengths_have_units(text, length):
    assert parse_length(text) == length


@pytest.mark.parametrize("text", ["", "-1", "2 m", "90deg", "nan"])
def test_what_is_no_length_is_refused(text):
    with pytest.raises(MaskletError, match=r"1\.5deg or 2%"):
        parse_length(text)


def test_degrees_need_a_camera():
    assert Length(1, "deg").pixels(1000, focal_length(1000, 90)) == pytest.approx(8.73, abs=0.01)
    with pytest.raises(MaskletError, match="field-of-view"):
        Length(1, "deg").pixels(1000, None)
    with pytest.raises(MaskletError, match="between 0 and 180"):
        focal_length(1000, 180)
