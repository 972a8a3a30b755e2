"""How much of a person can be seen, and how much of a mask lies on others."""

import numpy as np
import pytest

from masklet.metrics.one_person import area_on_others, visible_share

SIZE_HW = (40, 60)
OWN = (10.0, 10, 20, 30)


@pytest.mark.parametrize(
    ("others", "share"),
    [
        pytest.param([], 1.0, id="alone"),
        pytest.param([(10, 20, 20, 35)], 0.5, id="half behind somebody nearer"),
        pytest.param([(10, 5, 20, 25)], 1.0, id="in front of somebody farther"),
        pytest.param([(10, 20, 20, 35), (10, 20, 20, 36)], 0.5, id="pixels are hidden once"),
    ],
)
def test_people_nearer_to_the_camera_hide(others, share):
    assert visible_share(np.array([OWN, *others], dtype=float), 0, SIZE_HW) == share


def test_what_lies_outside_the_picture_is_hidden():
    boxes_N4 = np.array([(-5.0, 10, 5, 30), (70, 0, 80, 10), (5, 5, 5, 9)])
    assert [visible_share(boxes_N4, n, SIZE_HW) for n in range(3)] == [0.5, 0.0, 0.0]


@pytest.mark.parametrize(
    ("own", "area"),
    [pytest.param(OWN, 10 * 20, id="outside the own box"), pytest.param(None, 15 * 20, id="without an own box")],
)
def test_area_on_others_is_inside_theirs_and_outside_the_own(own, area):
    others_N4 = np.array([(15.0, 10, 30, 30), (16, 12, 30, 30)])
    assert area_on_others(np.ones(SIZE_HW, dtype=bool), own, others_N4) == area


def test_without_others_or_mask_there_is_no_such_area():
    assert area_on_others(np.ones(SIZE_HW, dtype=bool), OWN, np.zeros((0, 4))) == 0
    assert area_on_others(np.zeros(SIZE_HW, dtype=bool), OWN, np.array([(0.0, 0, 9, 9)])) == 0
