"""Folders of pictures: order, gaps, sizes, and every kind of picture brought to RGB."""

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import SourceError
from masklet.sources import open_source
from sources.videos import number_in, picture

GREY_HW = np.arange(48 * 64, dtype=np.uint8).reshape(48, 64)


def save(folder, names, suffix=".png"):
    for number, name in enumerate(names):
        Image.fromarray(picture(number)).save(folder / f"{name}{suffix}")
    return folder


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["00000", "00005", "00010"], id="a constant step"),
        pytest.param(["frame_8", "frame_9", "frame_10"], id="numbers without leading zeros"),
        pytest.param(["2", "10", "18"], id="numbers alone"),
        pytest.param(["hall", "park", "street"], id="no numbers"),
        pytest.param(["a1", "a10", "b2"], id="numbered in different ways"),
        pytest.param(["7"], id="one picture"),
    ],
)
def test_pictures_come_in_the_order_people_count(tmp_path, names):
    source = open_source(save(tmp_path, names))
    assert [number_in(frame.image_HW3) for frame in source.read()] == list(range(len(names)))
    assert [source.frame_name(index) for index in range(len(names))] == names


def test_a_jump_in_the_numbers_names_both_sides(tmp_path):
    save(tmp_path, ["00000", "00001", "00002", "00005", "00006"])
    with pytest.raises(SourceError, match="in steps of 1, got 00005 right after 00002"):
        open_source(tmp_path)
    assert open_source(tmp_path, allow_gaps=True).info.frame_count == 5


def test_a_number_that_is_there_twice_is_named(tmp_path):
    save(tmp_path, ["000", "001"])
    save(tmp_path, ["001"], suffix=".jpg")
    with pytest.raises(SourceError, match="every frame number once, got 001 and 001"):
        open_source(tmp_path)


def test_other_files_and_hidden_ones_are_passed_over(tmp_path):
    save(tmp_path, ["000", "001", ".002"])
    (tmp_path / "Thumbs.db").touch()
    assert open_source(tmp_path).info.frame_count == 2


def test_a_size_that_changes_names_the_picture(tmp_path):
    save(tmp_path, ["000", "001"])
    Image.fromarray(picture(2, (24, 64))).save(tmp_path / "002.png")
    frames = open_source(tmp_path).read()
    assert [next(frames).index, next(frames).index] == [0, 1]
    with pytest.raises(SourceError, match=r"64x48 like 000\.png, got 64x24 in 002\.png"):
        next(frames)


def test_a_cut_off_picture_is_named_after_those_before_it(tmp_path):
    save(tmp_path, ["000", "001"], suffix=".jpg")
    path = tmp_path / "001.jpg"
    path.write_bytes(path.read_bytes()[:400])
    frames = open_source(tmp_path).read()
    next(frames)
    with pytest.raises(SourceError, match=r"Expected a whole picture in .*001\.jpg"):
        next(frames)


def test_text_renamed_to_png_is_named(tmp_path):
    (tmp_path / "000.png").write_text("no picture")
    with pytest.raises(SourceError, match=r"whole picture in .*000\.png"):
        open_source(tmp_path)


def test_time_is_counted_at_the_rate_given(tmp_path):
    source = open_source(save(tmp_path, ["0", "1", "2"]), frames_per_second=10)
    assert [frame.seconds for frame in source.read()] == [0.0, 0.1, 0.2]
    assert open_source(tmp_path).info.frames_per_second is None


def test_reading_backward_and_spans(tmp_path):
    source = open_source(save(tmp_path, ["0", "1", "2", "3"]))
    assert [number_in(frame.image_HW3) for frame in source.read_backward(2)] == [2, 1, 0]
    assert [frame.index for frame in source.read(1, 3)] == [1, 2]
    with pytest.raises(SourceError, match="from 0 to 3, got 9"):
        source.read(9)


def palette():
    image = Image.fromarray(GREY_HW % 3, mode=None).convert("L")
    indexed = image.convert("P")
    indexed.putdata(list((GREY_HW % 3).ravel()))
    indexed.putpalette([0, 0, 0, 200, 10, 20, 30, 40, 50])
    return indexed


@pytest.mark.parametrize(
    ("image", "expected_HW3"),
    [
        pytest.param(Image.fromarray(GREY_HW), np.dstack([GREY_HW] * 3), id="grey"),
        pytest.param(Image.fromarray(GREY_HW.astype(np.uint16) * 257), np.dstack([GREY_HW] * 3), id="16-bit grey"),
        pytest.param(
            Image.fromarray(np.dstack([picture(9), GREY_HW]), mode="RGBA"), picture(9), id="alpha dropped"
        ),
        pytest.param(
            palette(),
            np.array([(0, 0, 0), (200, 10, 20), (30, 40, 50)], dtype=np.uint8)[GREY_HW % 3],
            id="palette",
        ),
        pytest.param(
            Image.fromarray(GREY_HW > 100), np.dstack([(GREY_HW > 100) * np.uint8(255)] * 3), id="black and white"
        ),
    ],
)
def test_every_kind_of_picture_becomes_rgb(tmp_path, image, expected_HW3):
    image.save(tmp_path / "0.png")
    (frame,) = open_source(tmp_path).read()
    assert frame.image_HW3.dtype == np.uint8
    assert np.array_equal(frame.image_HW3, expected_HW3)


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_a_photograph_stands_upright(tmp_path, orientation, turns):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(picture(9)).save(tmp_path / "0.png", exif=exif)
    source = open_source(tmp_path)
    (frame,) = source.read()
    assert np.array_equal(frame.image_HW3, np.rot90(picture(9), turns))
    assert source.info.size_HW == frame.size_HW


def test_floating_point_pictures_are_refused(tmp_path):
    Image.fromarray(np.ones((4, 4), dtype=np.float32)).save(tmp_path / "0.tiff")
    with pytest.raises(SourceError, match="floating-point pixels"):
        list(open_source(tmp_path).read())
