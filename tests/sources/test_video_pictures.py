"""What a frame looks like: upright, RGB, of the stored size, whatever the file holds."""

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from masklet.sources import open_source
from sources.videos import encode, number_in, numbered, picture


def corner_colours(size_HW=(48, 64)):
    """Red, green, blue and white quarters: no two turns look alike."""
    height, width = size_HW
    image_HW3 = np.zeros((height, width, 3), dtype=np.uint8)
    image_HW3[: height // 2, : width // 2] = (230, 20, 20)
    image_HW3[: height // 2, width // 2 :] = (20, 230, 20)
    image_HW3[height // 2 :, : width // 2] = (20, 20, 230)
    image_HW3[height // 2 :, width // 2 :] = (230, 230, 230)
    return image_HW3


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_turned_video_stands_upright_as_players_show_it(tmp_path, degrees):
    path = encode(tmp_path / "a.mp4", [corner_colours()] * 2, rotation=degrees)
    video = open_source(path)
    frame = next(video.read())
    counterclockwise_HW3 = np.rot90(corner_colours(), degrees // 90)
    assert video.info.size_HW == frame.size_HW == counterclockwise_HW3.shape[:2]
    assert np.abs(frame.image_HW3.astype(int) - counterclockwise_HW3).mean() < 12
    _, by_opencv_HW3 = cv2.VideoCapture(str(path)).read()
    assert np.array_equal(frame.image_HW3, by_opencv_HW3[..., ::-1])


@pytest.mark.parametrize("flip", ["left to right", "top to bottom"])
def test_a_mirrored_video_is_mirrored_back(tmp_path, flip):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        stream.set_display_rotation(0, hflip=flip == "left to right", vflip=flip == "top to bottom")
        container.mux(stream.encode(av.VideoFrame.from_ndarray(corner_colours(), format="rgb24")))
        container.mux(stream.encode(None))
    expected_HW3 = corner_colours()[:, ::-1] if flip == "left to right" else corner_colours()[::-1]
    assert np.abs(next(open_source(path).read()).image_HW3.astype(int) - expected_HW3).mean() < 12


def test_oblong_pixels_are_said_but_not_stretched(tmp_path):
    still = open_source(numbered(tmp_path / "a.mp4", 2, pixel_aspect=Fraction(4, 3)))
    turned = open_source(numbered(tmp_path / "b.mp4", 2, pixel_aspect=Fraction(4, 3), rotation=90))
    assert (still.info.size_HW, still.info.pixel_aspect) == ((48, 64), Fraction(4, 3))
    assert (turned.info.size_HW, turned.info.pixel_aspect) == ((64, 48), Fraction(3, 4))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        pytest.param("a.mkv", {"codec": "libx265", "pix_fmt": "yuv420p10le"}, id="10 bit"),
        pytest.param("a.mkv", {"codec": "ffv1", "pix_fmt": "yuv422p12le"}, id="12 bit"),
        pytest.param("a.mkv", {"codec": "ffv1", "pix_fmt": "gbrp16le"}, id="16-bit rgb"),
        pytest.param("a.mkv", {"codec": "ffv1", "pix_fmt": "bgra"}, id="alpha"),
        pytest.param("a.mp4", {"pix_fmt": "yuv444p"}, id="no chroma subsampling"),
        pytest.param("a.avi", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}, id="full range"),
    ],
)
def test_every_pixel_format_becomes_the_same_rgb(tmp_path, name, settings):
    options = {"x265-params": "log-level=0"} if settings.get("codec") == "libx265" else {}
    frame = next(open_source(encode(tmp_path / name, [corner_colours()] * 3, options=options, **settings)).read())
    assert frame.image_HW3.dtype == np.uint8
    quarters = np.s_[12::24, 16::32]  # the middle of each
    assert np.abs(frame.image_HW3[quarters].astype(int) - corner_colours()[quarters]).max() < 6


def test_grey_video_has_three_equal_channels(tmp_path):
    path = encode(tmp_path / "a.mkv", [picture(5)], codec="ffv1", pix_fmt="gray16le")
    image_HW3 = next(open_source(path).read()).image_HW3
    assert number_in(image_HW3) == 5
    assert (np.ptp(image_HW3.astype(int), axis=2) <= 1).all()


@pytest.mark.parametrize("size_HW", [(49, 67), (1, 1), (3, 500), (4320, 7680)], ids=str)
def test_any_size_comes_out_as_it_is(tmp_path, size_HW):
    image_HW3 = np.full((*size_HW, 3), (200, 100, 50), dtype=np.uint8)
    codec = (
        {"codec": "mjpeg", "pix_fmt": "yuvj420p"} if size_HW[0] > 1000 else {"codec": "ffv1", "pix_fmt": "bgr0"}
    )
    video = open_source(encode(tmp_path / "a.mkv", [image_HW3], **codec))
    frame = next(video.read())
    assert video.info.size_HW == frame.size_HW == size_HW
    assert np.abs(frame.image_HW3[::7, ::7].astype(int) - image_HW3[::7, ::7]).max() < 6


def test_fields_of_interlaced_video_become_whole_pictures(tmp_path):
    """A bar that moves between the two fields leaves a comb; every second line is from another time."""

    def woven(time):
        image_HW3 = np.full((48, 64, 3), 30, dtype=np.uint8)
        for field in (0, 1):
            left = 4 + 4 * (2 * time + field) // 2
            image_HW3[field::2, left : left + 12] = 220
        return image_HW3

    def comb(image_HW3):
        grey_HW = image_HW3.mean(axis=2)
        return np.abs(2 * grey_HW[1:-1] - grey_HW[:-2] - grey_HW[2:]).mean()

    settings = {"options": {"crf": "1", "flags": "+ildct+ilme", "x264-params": "tff=1"}}
    video = open_source(encode(tmp_path / "a.mp4", [woven(time) for time in range(10)], **settings))
    frames = list(video.read())
    assert len(frames) == 10
    assert comb(frames[5].image_HW3) < 0.25 * comb(woven(5))
