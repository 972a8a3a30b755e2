"""Which detection is whose, and how large people are."""

import numpy as np
import pytest

from masklet.pipelines.person_masks.matching import match_people, overlap_of, scaled_limit
from masklet.pipelines.person_size import PersonSize, anchors_of

LEFT, RIGHT = (0.0, 0, 10, 30), (12.0, 0, 22, 30)


def matched(people, *boxes, limit=10.0, anchor="foot"):
    positions = {number: np.array(xy, dtype=float) for number, xy in people.items()}
    return match_people(positions, np.array(boxes, dtype=float).reshape(-1, 4), anchor=anchor, limit=limit)


def test_everybody_gets_the_detection_at_their_feet():
    found = matched({7: (5, 30), 8: (18, 31)}, RIGHT, LEFT)
    assert (found[7].detection, found[8].detection) == (1, 0)
    assert found[7].distance == 0


def test_a_detection_goes_to_the_nearest_person_alone():
    found = matched({7: (8, 30), 8: (5, 30)}, LEFT)
    assert found[8].detection == 0
    assert (found[7].detection, found[7].refusal) == (None, "nearer to another person")


def test_a_second_detection_is_not_taken_from_somebody_nearer_to_it():
    """Both detections are nearer to 8; that 8 takes one of them gives 7 no right to the other."""
    found = matched({7: (0, 30), 8: (6, 30)}, LEFT, (6, 0, 12, 30), limit=20)
    assert found[7].refusal == "nearer to another person"


@pytest.mark.parametrize(
    ("boxes", "refusal"),
    [pytest.param([], "no detection", id="nothing found"), pytest.param([RIGHT], "too far", id="too far")],
)
def test_who_has_no_detection_is_told_why(boxes, refusal):
    assert matched({7: (5, 30)}, *boxes)[7].refusal == refusal


@pytest.mark.parametrize(("anchor", "xy"), [("foot", (5, 30)), ("centre", (5, 15)), ("top", (5, 0))])
def test_a_position_is_held_against_the_anchor(anchor, xy):
    assert anchors_of(np.array([LEFT]), anchor).tolist() == [list(xy)]
    assert matched({7: xy}, LEFT, anchor=anchor)[7].distance == 0


def test_the_limit_grows_with_the_picture():
    assert scaled_limit(40, (1152, 1536)) == 80


def test_overlap_is_the_largest_share_in_one_other_box():
    boxes_N4 = np.array([LEFT, (5, 0, 15, 30), (0, 0, 2, 30)])
    assert overlap_of(boxes_N4, 0) == 0.5
    assert overlap_of(boxes_N4[:1], 0) == 0


def test_people_grow_with_the_row_of_their_feet_and_strange_boxes_do_not_count():
    rows = np.arange(100, 300, 10.0)
    boxes_N4 = np.stack([rows * 0, rows - 0.2 * rows - 5, rows * 0.08 + 2, rows], axis=1)
    boxes_N4[3] = (0, 0, 90, boxes_N4[3, 3])
    size = PersonSize.of(boxes_N4, "foot")
    assert size.height_at(200) == pytest.approx(45, abs=1)
    x1, y1, x2, y2 = size.box_at(np.array([50.0, 200]))
    assert ((x1 + x2) / 2, y2) == (50, 200)
    assert y2 - y1 == pytest.approx(45, abs=1)


def test_of_few_boxes_the_middle_height_is_taken():
    size = PersonSize.of(np.array([LEFT, RIGHT, (0.0, 10, 10, 42)]), "foot")
    assert (size.height_at(0), size.height_at(500)) == (30, 30)


def test_nothing_is_believed_far_beyond_the_heights_seen():
    rows = np.arange(100, 200, 10.0)
    size = PersonSize.of(np.stack([rows * 0, rows * 0.5, rows * 0 + 10, rows], axis=1), "foot")
    assert size.height_at(5000) == pytest.approx(1.5 * 95)
    assert size.height_at(0) == pytest.approx(0.5 * 50)
