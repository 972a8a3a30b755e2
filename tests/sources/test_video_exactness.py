"""Whatever the codec and the container: the right frames at the right times, from any start, both ways."""

from fractions import Fraction

import numpy as np
import pytest

from masklet.sources import open_source
from masklet.sources.video import VideoFile
from sources.videos import number_in, numbered

FRAMES = 30
OPEN_GOP = {"g": "8", "x264-params": "open-gop=1:bframes=3:b-adapt=0:scenecut=0"}
UNEVEN = [0, 1, 34, 74, 164, 364, 397, 430, 470, 560, 760, 761, 800, 840, 930, 1130, 1170, 1203, 1300, 1301]

KINDS = {
    "one long gop": ("a.mp4", {"options": {"g": "1000"}}),
    "open gop in mp4": ("a.mp4", {"options": OPEN_GOP}),
    "open gop in matroska": ("a.mkv", {"options": OPEN_GOP}),
    "open gop in a transport stream": ("a.ts", {"options": OPEN_GOP}),
    "hevc with leading pictures": (
        "a.mkv",
        {"codec": "libx265", "options": {"x265-params": "open-gop=1:keyint=8:bframes=3:log-level=0"}},
    ),
    "no key frames but the first, intra refresh": (
        "a.ts",
        {"options": {"g": "8", "x264-params": "intra-refresh=1:bframes=0"}},
    ),
    "gops shorter than the reordering": ("a.mp4", {"options": {"g": "2", "bf": "1"}}),
    "fragmented mp4": (
        "a.mp4",
        {"options": {"g": "8"}, "container_options": {"movflags": "frag_keyframe+empty_moov"}},
    ),
    "h264 in avi, which tells no times": ("a.avi", {"options": {"g": "8"}}),
    "raw h264, which tells nothing": ("a.h264", {"options": {"g": "8"}}),
    "mpeg-4 with b-frames in avi": ("a.avi", {"codec": "mpeg4", "options": {"bf": "2", "g": "8"}}),
    "mpeg-2 program stream": ("a.mpg", {"codec": "mpeg2video", "options": {"g": "8", "bf": "2"}}),
    "interlaced h264": ("a.mp4", {"options": {"g": "8", "flags": "+ildct+ilme", "x264-params": "tff=1"}}),
    "vp8 with hidden frames": (
        "a.webm",
        {"codec": "libvpx", "options": {"auto-alt-ref": "1", "lag-in-frames": "16", "g": "8", "b": "400k"}},
    ),
    "vp9": ("a.webm", {"codec": "libvpx-vp9", "options": {"g": "8", "b": "400k"}}),
    "motion jpeg": ("a.avi", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
    "ffv1": ("a.mkv", {"codec": "ffv1"}),
}


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def video(request, tmp_path):
    name, settings = request.param
    return open_source(numbered(tmp_path / name, FRAMES, **settings))


def test_every_frame_comes_in_order_with_its_own_time(video):
    frames = list(video.read())
    assert [number_in(frame.image_HW3) for frame in frames] == list(range(FRAMES))
    assert [frame.index for frame in frames] == list(range(FRAMES))
    assert [frame.seconds for frame in frames] == pytest.approx([index / 25 for index in range(FRAMES)], abs=1e-9)
    assert video.info.frame_count == FRAMES
    assert video.info.frames_per_second == 25


def test_reading_from_any_frame_gives_the_pixels_of_reading_from_the_first(video):
    whole = list(video.read())
    for start in range(FRAMES):
        for frame in video.read(start, start + 2):
            assert np.array_equal(frame.image_HW3, whole[frame.index].image_HW3), frame.index
            assert frame.seconds == whole[frame.index].seconds


def test_reading_backward_is_reading_forward_reversed(video, monkeypatch):
    monkeypatch.setattr("masklet.sources.video.BACKWARD_BYTES", 5 * 3 * 48 * 64)  # windows of five frames
    forward = list(video.read(0, FRAMES - 3))
    backward = list(video.read_backward(FRAMES - 4))
    assert [frame.index for frame in backward] == [frame.index for frame in reversed(forward)]
    for ours, expected in zip(backward, reversed(forward), strict=True):
        assert np.array_equal(ours.image_HW3, expected.image_HW3)


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_a_variable_rate_keeps_every_time(tmp_path, name):
    video = open_source(numbered(tmp_path / name, 20, pts=UNEVEN, time_base=Fraction(1, 1000), options={"g": "6"}))
    assert [frame.seconds for frame in video.read()] == pytest.approx([time / 1000 for time in UNEVEN], abs=1e-6)
    assert [number_in(next(video.read(start)).image_HW3) for start in range(20)] == list(range(20))
    assert video.info.frames_per_second == pytest.approx(19 / 1.301)


def test_a_rate_that_is_no_whole_number_is_said_exactly(tmp_path):
    video = open_source(numbered(tmp_path / "a.mkv", 30, rate=Fraction(30000, 1001)))  # its times are in ms
    assert video.info.frames_per_second == pytest.approx(30000 / 1001, abs=1e-9)


def test_frames_cut_away_by_an_edit_list_are_not_there(tmp_path):
    path = numbered(tmp_path / "a.mp4", 30, pts=range(-13, 17), options={"g": "10"})
    video = open_source(path)
    assert [number_in(frame.image_HW3) for frame in video.read()] == list(range(13, 30))
    assert [number_in(next(video.read(start)).image_HW3) for start in range(17)] == list(range(13, 30))
    assert next(video.read()).seconds == 0


def test_a_video_may_be_read_from_two_places_at_once(tmp_path):
    video = open_source(numbered(tmp_path / "a.mp4"))
    pairs = list(zip(video.read(0, 20), video.read(20, 40), strict=True))
    assert [(number_in(one.image_HW3), number_in(other.image_HW3)) for one, other in pairs] == [
        (index, index + 20) for index in range(20)
    ]


def test_a_far_frame_is_reached_without_decoding_what_is_before(tmp_path, monkeypatch):
    video = open_source(numbered(tmp_path / "a.mp4", 200, options={"g": "10"}))
    decoded = []
    monkeypatch.setattr(
        VideoFile, "_place", lambda self, frame, counted: decoded.append(0) or self._index_of[frame.pts]
    )
    assert number_in(next(video.read(195)).image_HW3) == 195
    assert len(decoded) <= 10
