import numpy as np
import pytest

from masklet.core.errors import FormatError, SourceError
from masklet.datasets import Pie
from masklet.datasets.pie import read_pie
from masklet.sources import write_video
from tiny_pie import annotations, box, track, usual_tracks, write_annotation, write_pie

VIDEOS = ("set01/video_0001", "set01/video_0002", "set03/video_0001", "set05/video_0001")


def test_pedestrians_have_boxes_where_they_are_not_outside(tmp_path):
    (clip,) = Pie(write_pie(tmp_path))
    tracks = clip.truth
    assert clip.name == "set01/video_0001"
    assert tracks.object_ids == (1, 2)
    assert tracks.names == {1: "1_1_8", 2: "1_1_9"}
    assert sorted(tracks.frames) == [*range(10), 450, 451]
    assert tracks.frames[6].boxes_N4.tolist() == [[6.5, 2, 10.5, 11], [12.5, 2, 16.5, 11]]
    assert tracks.frames[6].labels_N == ("pedestrian", "pedestrian")
    assert (tracks.size_HW, tracks.frame_count) == ((12, 20), 1200)


def test_occlusion_is_kept_for_each_box(tmp_path):
    (clip,) = Pie(write_pie(tmp_path))
    occlusion_N = clip.truth.occlusion_N
    assert [occlusion_N[index].tolist() for index in (0, 5, 6, 450)] == [[0], [0, 2], [1, 2], [2]]


def test_two_tracks_of_one_name_are_one_pedestrian(tmp_path):
    tracks = [track([box(0, "1_1_8", left=1)]), track([box(9, "1_1_8", left=3)])]
    assert read_pie(write_annotation(tmp_path, "set01", "video_0001", annotations(tracks))).object_ids == (1,)


@pytest.mark.parametrize(("split", "expected"), [("all", VIDEOS), ("train", VIDEOS[:2]), ("test", VIDEOS[2:3])])
def test_the_authors_split_is_by_sets(tmp_path, split, expected):
    data = Pie(write_pie(tmp_path, VIDEOS), split=split)
    assert tuple(video.name for video in data.videos()) == expected


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_frames_are_those_of_the_video(tmp_path, suffix):
    (clip,) = Pie(write_pie(tmp_path))
    with pytest.raises(SourceError, match=r"PIE_clips.set01.video_0001\.mp4"):
        clip.frames  # noqa: B018
    (tmp_path / "PIE_clips/set01").mkdir(parents=True)
    frames = (np.full((12, 20, 3), value, np.uint8) for value in (0, 100, 200))
    write_video(tmp_path / f"PIE_clips/set01/video_0001{suffix}", frames, frames_per_second=30)
    assert clip.frames.info.frame_count == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("<annotations><track", "error in line 1, column 14", id="half a file"),
        pytest.param("<data/>", "<annotations> in .*got <data>", id="another file"),
        pytest.param(annotations([]), "labelled pedestrian in .*got none among 0 tracks", id="no tracks"),
        pytest.param(annotations(usual_tracks()[:1]), "got none among 1 tracks", id="no pedestrians"),
        pytest.param(
            annotations([track([])]), "a box inside the picture in .*got none", id="tracks without boxes"
        ),
        pytest.param(annotations(usual_tracks(), frames=""), "number as meta/task/size", id="no length"),
        pytest.param(
            annotations([track([box(3, "a", left=1), box(3, "a", left=2)])]), "a once in frame 3", id="twice"
        ),
        pytest.param(
            annotations([track([box(3, "a", left=1)])]).replace('xbr="5.5"', 'xbr="nan"'),
            r'xbr > xtl .*frame 3 of .*xbr="nan"',
            id="a corner that is NaN",
        ),
        pytest.param(
            annotations([track([box(3, "a", left=1)])]).replace('ytl="2.0"', ""), 'ytl="None"', id="no corner"
        ),
        pytest.param(
            annotations([track([box(3, "a", left=1, occlusion="half")])]),
            "none, part, full .*'half'",
            id="occlusion",
        ),
        pytest.param(
            annotations([track([box(3, "a", left=1)])]).replace('name="id"', 'name="old_id"'),
            'name="id"',
            id="no id",
        ),
        pytest.param(
            annotations([track([box("x", "a", left=1)])]), "number as frame in pedestrian track 0", id="no frame"
        ),
    ],
)
def test_a_file_without_pedestrians_or_with_wrong_ones_is_named(tmp_path, text, reason):
    path = write_annotation(tmp_path, "set01", "video_0001", text)
    with pytest.raises(FormatError, match=reason) as error:
        read_pie(path)
    assert "video_0001_annt.xml" in str(error.value)


def test_missing_files_and_splits_are_named(tmp_path):
    with pytest.raises(FormatError, match="PIE's sets of annotations"):
        Pie(tmp_path).videos()
    (tmp_path / "annotations").mkdir()
    with pytest.raises(FormatError, match=r"set01/video_0001_annt\.xml of all in"):
        Pie(tmp_path).videos()
    with pytest.raises(FormatError, match="all, train, val, test"):
        Pie(tmp_path, split="set01")
    with pytest.raises(FormatError, match="No such file"):
        read_pie(tmp_path / "video_0001_annt.xml")
