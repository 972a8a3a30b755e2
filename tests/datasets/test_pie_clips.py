import numpy as np
import pytest

from masklet.core.errors import FormatError, SourceError
from masklet.datasets import Pie, draw_test_clips, pie_clips, split_clips
from masklet.datasets.pie import PieTracks, PieVideo
from masklet.datasets.pie_clips import clips_of_tracks
from masklet.masklets import FrameBoxes
from masklet.sources import open_source, write_video
from masklet.sources.clips import ClipSettings, write_clips
from tiny_pie import write_pie


def tracks_of(frame_count, frames):
    """Tracks of one pedestrian with a box in these frames."""
    boxes = FrameBoxes((1,), np.array([[1.0, 2, 3, 4]]), np.ones(1), ("pedestrian",))
    return PieTracks(dict.fromkeys(frames, boxes), {}, {1: "1_1_1"}, (12, 20), frame_count)


def many_clips(root, *, videos=10, frames=3000):
    """Clips of videos that show a pedestrian all the time."""
    tracks = tracks_of(frames, range(frames))
    names = [PieVideo(root, "set01", f"video_{number:04d}") for number in range(videos)]
    return [clip for video in names for clip in clips_of_tracks(video, tracks)]


def test_only_parts_with_pedestrians_become_clips(tmp_path):
    clips = pie_clips(Pie(write_pie(tmp_path)).videos())
    assert [(clip.name, clip.span, clip.people) for clip in clips] == [
        ("set01_video_0001_0000", range(150), 2),
        ("set01_video_0001_0003", range(450, 600), 1),
    ]


@pytest.mark.parametrize(
    ("settings", "spans"),
    [
        pytest.param({"overlap": 2.5}, [range(150), range(375, 525), range(450, 600)], id="overlapping by half"),
        pytest.param({"least_frames": 3}, [range(150)], id="seen for three frames"),
        pytest.param({"seconds": 10}, [range(300), range(300, 600)], id="of ten seconds"),
        pytest.param({"seconds": 40}, [range(1200)], id="of the whole video"),
        pytest.param({"seconds": 41}, [], id="longer than the video"),
    ],
)
def test_clips_are_cut_as_asked(tmp_path, settings, spans):
    assert [clip.span for clip in pie_clips(Pie(write_pie(tmp_path)).videos(), **settings)] == spans


def test_ten_minutes_give_120_clips_and_the_data_set_6360(tmp_path):
    assert len(many_clips(tmp_path, videos=53, frames=18_000)) == 6360


def test_an_overlap_as_long_as_the_clip_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="overlap by less"):
        pie_clips(Pie(write_pie(tmp_path)).videos(), overlap=5)


def test_the_tracks_of_a_clip_begin_with_its_first_frame(tmp_path):
    (video,) = Pie(write_pie(tmp_path)).videos()
    tracks = pie_clips([video])[1].tracks(video.tracks(), scale=0.5)
    assert list(tracks.frames) == [0, 1]
    assert tracks.object_ids == (2,)
    assert tracks.frames[0].boxes_N4.tolist() == [[6.25, 1, 8.25, 5.5]]


@pytest.mark.parametrize("by", ["video", "clip"])
def test_clips_are_dealt_80_10_10_and_alike_for_a_seed(tmp_path, by):
    clips = many_clips(tmp_path)
    parts = split_clips(clips, seed=3, by=by)
    assert [len(parts[part]) for part in ("train", "val", "test")] == [160, 20, 20]
    assert sorted(clip.name for part in parts.values() for clip in part) == [clip.name for clip in clips]
    assert parts == split_clips(clips, seed=3, by=by)
    assert parts != split_clips(clips, seed=4, by=by)


def test_no_video_is_in_two_parts_unless_clips_are_dealt_alone(tmp_path):
    clips = many_clips(tmp_path)
    videos = {
        by: [{clip.video for clip in part} for part in split_clips(clips, seed=0, by=by).values()]
        for by in ("video", "clip")
    }
    assert sum(map(len, videos["video"])) == 10
    assert sum(map(len, videos["clip"])) > 10


def test_twenty_clips_of_five_videos_are_drawn(tmp_path):
    clips = many_clips(tmp_path)
    drawn = draw_test_clips(clips, seed=0)
    assert len(set(drawn)) == 20
    assert sorted(drawn, key=lambda clip: clip.name) == drawn
    per_video = [sum(clip.video == video for clip in drawn) for video in {clip.video for clip in drawn}]
    assert per_video == [4] * 5
    assert drawn == draw_test_clips(clips, seed=0)
    assert drawn != draw_test_clips(clips, seed=1)


def test_an_uneven_number_of_clips_is_shared_out(tmp_path):
    drawn = draw_test_clips(many_clips(tmp_path), count=7, videos=3, seed=0)
    assert sorted(sum(clip.video == video for clip in drawn) for video in {clip.video for clip in drawn}) == [
        2,
        2,
        3,
    ]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        pytest.param({"videos": 11}, "11 videos with at least 2 clips each, got 10", id="too few videos"),
        pytest.param({"count": 201, "videos": 10}, "at least 21 clips each, got 0", id="too few clips"),
        pytest.param({"count": 3}, "3 clips of 5 videos", id="fewer clips than videos"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(tmp_path, settings, reason):
    with pytest.raises(FormatError, match=reason):
        draw_test_clips(many_clips(tmp_path), seed=0, **settings)


def test_clips_are_written_as_masklet_clip_writes_them(tmp_path):
    (video,) = Pie(write_pie(tmp_path)).videos()
    video.video.parent.mkdir(parents=True)
    frames = (np.full((16, 32, 3), index // 3, np.uint8) for index in range(600))
    write_video(video.video, frames, frames_per_second=30)
    cuts = [clip.to_cut() for clip in pie_clips([video])]
    written = write_clips(cuts, tmp_path / "clips", ClipSettings(height=8, bit_rate=100_000))
    assert [(clip.name, count) for clip, count in written] == [(cut.name, 150) for cut in cuts]
    info = open_source(tmp_path / "clips/set01_video_0001_0003.mp4").info
    assert (info.frame_count, info.size_HW) == (150, (8, 16))
