import numpy as np
import pytest

from masklet.core import rle
from masklet.core.errors import ShapeError
from masklet.datasets import People, PeoplePicture

MASK = rle.encode(np.eye(4, dtype=bool))


def people(*, boxes=1, void=None):
    return People((4, 4), np.tile([0.0, 0, 4, 4], (boxes, 1)), (MASK,), ("person",), void)


def test_people_are_read_once_and_the_picture_each_time():
    calls = []
    picture = PeoplePicture(
        "street",
        read_image=lambda: calls.append("image") or np.zeros((4, 4, 3), np.uint8),
        read_people=lambda: calls.append("people") or people(void=MASK),
    )
    assert not calls
    assert picture.masks_NHW[0].tolist() == picture.void_HW.tolist() == np.eye(4, dtype=bool).tolist()
    assert (picture.size_HW, picture.labels_N, picture.boxes_N4.shape) == ((4, 4), ("person",), (1, 4))
    assert picture.image_HW3.shape == picture.image_HW3.shape
    assert calls == ["people", "image", "image"]


def test_without_void_nothing_is():
    picture = PeoplePicture("street", lambda: np.zeros((4, 4, 3), np.uint8), people)
    assert picture.void_HW.shape == (4, 4)
    assert not picture.void_HW.any()


def test_every_mask_has_a_box():
    with pytest.raises(ShapeError, match="Expected 1 boxes and labels"):
        people(boxes=2)
