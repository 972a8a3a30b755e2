import numpy as np
import pytest

from datasets.davis_folders import make_davis
from masklet.core.errors import FormatError
from masklet.datasets import Davis2016, Davis2017
from samples import assert_same_masks


def test_clips_come_in_the_order_of_the_split_with_frames_and_truth(tmp_path):
    truths = make_davis(tmp_path)
    clips = list(Davis2017(tmp_path))
    assert [clip.name for clip in clips] == ["dog", "cows"]
    for clip in clips:
        assert clip.frames.info.frame_count == 4
        assert_same_masks(clip.truth, truths[clip.name])


def test_the_truth_of_2016_is_one_object(tmp_path):
    truth = make_davis(tmp_path, year=2016, names=["dog"])["dog"]
    (clip,) = Davis2016(tmp_path)
    assert clip.truth.object_ids == (1,)
    union_HW = truth.frame(0).masks_NHW.any(axis=0)
    np.testing.assert_array_equal(clip.truth.frame(0).masks_NHW[0], union_HW)


def test_iterating_opens_no_picture(tmp_path):
    make_davis(tmp_path)
    for path in tmp_path.rglob("*.png"):
        path.write_bytes(b"")
    assert len(list(Davis2017(tmp_path))) == 2


def test_the_lists_of_2016_that_name_each_picture_are_read(tmp_path):
    make_davis(tmp_path, year="480p", names=["dog"])
    line = "/JPEGImages/480p/{0}/{1}.jpg /Annotations/480p/{0}/{1}.png\n"
    text = "".join(line.format(name, index) for name in ("cows", "dog") for index in ("00000", "00001"))
    (tmp_path / "ImageSets/480p/val.txt").write_text(text)
    assert Davis2016(tmp_path).names() == ("cows", "dog")


@pytest.mark.parametrize(
    ("folders", "asked", "expected"),
    [
        pytest.param(["480p", "Full-Resolution"], None, "480p", id="480p of several"),
        pytest.param(["240p"], None, "240p", id="the only one"),
        pytest.param(["240p", "480p"], "240p", "240p", id="the one asked for"),
    ],
)
def test_the_resolution_is_found(tmp_path, folders, asked, expected):
    for folder in folders:
        (tmp_path / "Annotations" / folder).mkdir(parents=True)
    assert Davis2017(tmp_path, resolution=asked).resolution_folder() == expected


def test_several_unusual_resolutions_are_an_error_that_names_them(tmp_path):
    for folder in ("240p", "1080p"):
        (tmp_path / "Annotations" / folder).mkdir(parents=True)
    with pytest.raises(FormatError, match="got 1080p, 240p"):
        Davis2017(tmp_path).resolution_folder()


def test_a_folder_that_is_not_davis_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="found no such folder"):
        Davis2017(tmp_path).names()


@pytest.mark.parametrize(("split", "said"), [("test", "found no such file"), ("none", "an empty file")])
def test_a_split_without_names_is_an_error(tmp_path, split, said):
    make_davis(tmp_path)
    (tmp_path / "ImageSets/2017/none.txt").write_text("\n")
    with pytest.raises(FormatError, match=said):
        Davis2017(tmp_path, split).names()
