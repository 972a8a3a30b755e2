"""Writing a video: what went in comes out, or nothing is there."""

import av
import numpy as np
import pytest

from masklet.core.errors import OutputError, ShapeError
from masklet.sources import open_source, write_video
from sources.videos import number_in, numbered, picture

PICTURES = [picture(number) for number in range(20)]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov"])
def test_a_video_comes_back_as_it_went(tmp_path, name):
    assert write_video(tmp_path / name, iter(PICTURES), frames_per_second=30000 / 1001) == 20
    video = open_source(tmp_path / name)
    assert [number_in(frame.image_HW3) for frame in video.read()] == list(range(20))
    assert video.info.frames_per_second == pytest.approx(30000 / 1001)
    assert video.timeline.damage is None
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_players_get_what_they_know(tmp_path):
    write_video(tmp_path / "a.mp4", PICTURES, frames_per_second=25)
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # plays before it is loaded whole


@pytest.mark.parametrize(("size_HW", "written_HW"), [((47, 63), (48, 64)), ((1, 1), (2, 2)), ((48, 63), (48, 64))])
def test_odd_sides_get_a_copy_of_the_last_line(tmp_path, size_HW, written_HW):
    images = [np.full((*size_HW, 3), 150, dtype=np.uint8)] * 3
    write_video(tmp_path / "a.mp4", images, frames_per_second=25)
    (first, *_) = open_source(tmp_path / "a.mp4").read()
    assert first.size_HW == written_HW
    assert np.abs(first.image_HW3.astype(int) - 150).max() <= 2


def test_pictures_are_scaled_on_demand(tmp_path):
    write_video(tmp_path / "a.mp4", PICTURES, frames_per_second=25, size_HW=(25, 33))
    video = open_source(tmp_path / "a.mp4")
    assert video.info.size_HW == (26, 34)
    assert [number_in(frame.image_HW3[:, :32]) for frame in video.read()] == list(range(20))


def test_given_times_are_kept(tmp_path):
    times = [0, 0.01, 0.5, 0.54, 1.2]
    write_video(tmp_path / "a.mp4", PICTURES[:5], frames_per_second=25, seconds=times)
    assert [frame.seconds for frame in open_source(tmp_path / "a.mp4").read()] == pytest.approx(times, abs=1e-4)


def test_a_lower_bit_rate_makes_a_smaller_file(tmp_path):
    random = np.random.default_rng(0)
    noise = [random.integers(0, 256, (96, 128, 3), dtype=np.uint8) for _ in range(50)]
    sizes = []
    for bit_rate in (200_000, 1_000_000):
        write_video(tmp_path / "a.mp4", noise, frames_per_second=25, bit_rate=bit_rate)
        sizes.append((tmp_path / "a.mp4").stat().st_size * 8 / 2)
    assert sizes == pytest.approx([200_000, 1_000_000], rel=0.35)


def test_a_file_in_the_way_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "clips").touch()
    with pytest.raises(OutputError, match="Not a directory"):
        write_video(tmp_path / "clips/a.mp4", PICTURES, frames_per_second=25)


def test_an_error_on_the_way_leaves_what_was_there(tmp_path):
    numbered(tmp_path / "a.mp4", 5)
    before = (tmp_path / "a.mp4").read_bytes()

    def pictures():
        yield from PICTURES[:3]
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="the power went"):
        write_video(tmp_path / "a.mp4", pictures(), frames_per_second=25)
    assert (tmp_path / "a.mp4").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize(
    ("name", "pictures", "error", "message"),
    [
        pytest.param("a.mp4", [], OutputError, "at least one frame", id="no pictures"),
        pytest.param("a.gif", PICTURES, OutputError, "ending in .mp4", id="another format"),
        pytest.param("gone/a.mp4", PICTURES, OutputError, "could not", id="no such folder"),
        pytest.param(
            "a.mp4", [PICTURES[0], picture(1, (24, 64))], ShapeError, "at frame 1", id="a size that changes"
        ),
        pytest.param("a.mp4", [np.zeros((4, 4))], ShapeError, "uint8", id="no colours"),
    ],
)
def test_what_cannot_be_written_is_said(tmp_path, name, pictures, error, message):
    with pytest.raises(error, match=message):
        write_video(tmp_path / name, pictures, frames_per_second=25)
    assert list(tmp_path.iterdir()) == []
