"""P2's layout of masks of single persons."""

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import FormatError
from masklet.core.values import Frame
from masklet.formats.person_examples import read_person_examples, write_person_examples
from masklet.models.protocols import Example


def example(index, *, others=True):
    random = np.random.default_rng(index)
    mask_HW = random.random((12, 16)) < 0.5
    smooth_HW3 = np.full((12, 16, 3), 10 * index, dtype=np.uint8)
    return Example(frame=Frame(index, 0.0, smooth_HW3), mask_HW=mask_HW, others_HW=~mask_HW if others else None)


def test_examples_come_back_as_they_went(tmp_path):
    written = [example(3), example(12, others=False)]
    assert write_person_examples(tmp_path, 14, written) == 2
    person_id, read = read_person_examples(tmp_path)
    assert (person_id, [one.frame.index for one in read]) == (14, [3, 12])
    for before, after in zip(written, read, strict=True):
        assert np.array_equal(after.mask_HW, before.mask_HW)
        assert np.abs(after.frame.image_HW3.astype(int) - before.frame.image_HW3).max() <= 2
    assert np.array_equal(read[0].others_HW, written[0].others_HW)
    assert read[1].others_HW is None


def test_the_layout_is_that_of_the_paper(tmp_path):
    write_person_examples(tmp_path, 14, [example(3)])
    assert (tmp_path / "JPEGImages/pID14/00003.jpg").is_file()
    with Image.open(tmp_path / "Annotations/pID14/00003.png") as mask:
        assert mask.mode == "L"
        assert set(np.unique(np.asarray(mask)).tolist()) == {0, 255}


def test_of_several_people_one_is_named(tmp_path):
    write_person_examples(tmp_path, 14, [example(3)])
    write_person_examples(tmp_path, 2, [example(5)])
    assert read_person_examples(tmp_path, 2)[1][0].frame.index == 5
    with pytest.raises(FormatError, match="one person"):
        read_person_examples(tmp_path)
    with pytest.raises(FormatError, match="got 7"):
        read_person_examples(tmp_path, 7)


def spoil(path, change):
    write_person_examples(path, 1, [example(3)])
    change(path / "Annotations/pID1/00003.png", path / "JPEGImages/pID1")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda mask, _: Image.new("L", (16, 12)).save(mask), "an empty one", id="empty mask"),
        pytest.param(lambda mask, _: Image.new("L", (9, 9), 255).save(mask), "16x12 .* got 9x9", id="other size"),
        pytest.param(
            lambda mask, _: mask.rename(mask.with_name("00004.png")), "none of that name", id="no picture"
        ),
        pytest.param(lambda mask, _: mask.rename(mask.with_name("a.png")), "index of their frame", id="a name"),
        pytest.param(lambda _, folder: folder.rename(folder.with_name("x")), "no such folder", id="no pictures"),
    ],
)
def test_examples_that_are_damaged_are_refused(tmp_path, change, says):
    spoil(tmp_path, change)
    with pytest.raises(FormatError, match=says):
        read_person_examples(tmp_path)


def test_nothing_is_no_example(tmp_path):
    with pytest.raises(FormatError, match="at least one example"):
        write_person_examples(tmp_path, 1, [])
    with pytest.raises(FormatError, match="no such folder"):
        read_person_examples(tmp_path)
