"""The one door: a path, an array or an address becomes frames, or one clear sentence."""

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import SourceError
from masklet.sources import open_source, write_video
from sources.videos import number_in, numbered, picture


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"at .*nowhere\.mp4, found nothing there"):
        open_source(tmp_path / "nowhere.mp4")


def test_a_video_may_be_named_by_text(tmp_path):
    assert open_source(str(numbered(tmp_path / "a.mp4", 3))).info.frame_count == 3


def test_a_video_may_be_named_by_a_file_address(tmp_path):
    assert open_source(numbered(tmp_path / "a b.mp4", 3).as_uri()).info.frame_count == 3


def test_a_name_may_hold_a_colon(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_video("12:30.mp4", [picture(7)], frames_per_second=25)
    assert number_in(next(open_source("12:30.mp4").read()).image_HW3) == 7


def test_a_folder_that_holds_videos_is_answered_with_their_names(tmp_path):
    numbered(tmp_path / "a.mp4", 3)
    with pytest.raises(SourceError, match=r"Expected pictures in .* found none \(it holds a\.mp4: give one"):
        open_source(tmp_path)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"Expected pictures in .*, found none\."):
        open_source(tmp_path)


def test_one_picture_is_a_video_of_one_frame(tmp_path):
    Image.fromarray(picture(3)).save(tmp_path / "still.png")
    source = open_source(tmp_path / "still.png")
    (frame,) = source.read()
    assert np.array_equal(frame.image_HW3, picture(3))
    assert source.frame_name(0) == "still"


def test_an_array_is_handed_out_as_it_is():
    video_THW3 = np.stack([picture(number) for number in range(5)])
    source = open_source(video_THW3, frames_per_second=10)
    assert source.info.size_HW == (48, 64)
    assert [frame.seconds for frame in source.read(2, 4)] == [0.2, 0.3]
    assert [frame.index for frame in source.read_backward(2)] == [2, 1, 0]
    assert np.shares_memory(next(source.read(3)).image_HW3, video_THW3[3])
    assert source.frame_name(3) == "00003"


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.zeros((2, 4, 4)), id="no channels"),
        pytest.param(np.zeros((2, 4, 4, 3)), id="floats"),
        pytest.param(np.zeros((2, 4, 4, 4), dtype=np.uint8), id="four channels"),
        pytest.param(np.zeros((0, 4, 4, 3), dtype=np.uint8), id="no frames"),
    ],
)
def test_an_array_that_is_no_video_is_refused(array):
    with pytest.raises(SourceError, match="Expected a"):
        open_source(array)


@pytest.mark.parametrize("name", ["notes.txt", "art.ans", "art.bin"])
def test_text_is_no_video_though_a_terminal_could_be_drawn_from_it(tmp_path, name):
    (tmp_path / name).write_text("A long story about pedestrians.\n" * 400)
    with pytest.raises(SourceError, match=name):
        open_source(tmp_path / name)
