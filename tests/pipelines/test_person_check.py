"""What of a mask can be the person's."""

import numpy as np
import pytest

from masklet.core.boxes import mask_of_box
from masklet.pipelines.person_check import CheckConfig, Expected, of_person

SIZE_HW = (80, 120)
OWN = (40.0, 20, 60, 60)
FOOT = np.array([50.0, 60])


def union(*boxes):
    mask_HW = np.zeros(SIZE_HW, dtype=bool)
    for box in boxes:
        mask_HW |= mask_of_box(box, SIZE_HW)
    return mask_HW


def checked(mask_HW, *others, **config):
    return of_person(mask_HW, Expected(xy_2=FOOT, box=OWN, others=others), CheckConfig(**config))


def test_a_mask_in_its_place_stays_as_it_is():
    mask_HW = union((42, 22, 58, 58))
    assert np.array_equal(checked(mask_HW), mask_HW)


def test_what_lies_elsewhere_is_dropped():
    own = (42, 22, 58, 58)
    assert np.array_equal(checked(union(own, (90, 20, 110, 60))), union(own))


def test_nearby_but_not_connected_is_not_the_person():
    assert np.array_equal(checked(union((42, 22, 58, 58), (62, 22, 64, 40))), union((42, 22, 58, 58)))


def test_connected_it_may_reach_a_little_beyond_the_box():
    assert checked(union((36, 22, 64, 58)))[:, 36:40].any()
    assert not checked(union((20, 22, 64, 58)))[:, :34].any()


@pytest.mark.parametrize(
    ("other", "kept_to"),
    [
        pytest.param((52.0, 24, 72, 68), 57, id="somebody in front owns what is nearer to them"),
        pytest.param((60.0, 10, 80, 50), 60, id="somebody behind owns nothing inside the person's box"),
    ],
)
def test_pixels_nearer_to_somebody_else_are_theirs(other, kept_to):
    kept_HW = checked(union((42, 24, 65, 58)), other)
    assert np.flatnonzero(kept_HW[45]).max() == kept_to - 1


@pytest.mark.parametrize(
    "mask",
    [
        pytest.param([(90, 20, 110, 60)], id="on somebody else"),
        pytest.param([(48, 40, 52, 46)], id="a speck"),
        pytest.param([(42, 20, 58, 38)], id="far from the feet"),
        pytest.param([], id="empty"),
    ],
)
def test_what_cannot_be_the_person_leaves_an_empty_mask(mask):
    assert not checked(union(*mask)).any()
