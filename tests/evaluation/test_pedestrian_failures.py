import numpy as np
import pytest

from masklet.evaluation.pedestrians.failures import Failure
from masklet.evaluation.pedestrians.people import visible_share
from street import LEFT, MIDDLE, RIGHT, measured

ALL = range(10)
BESIDE = (20, 10, 10, 30)
TORSO_OF_LEFT, LEGS_OF_BESIDE = (10, 10, 10, 15), (20, 25, 10, 15)


def found(*args, **choices):
    """Failure, frame, number of frames, people and masks of every finding."""
    return [
        (finding.failure, finding.frame_index, finding.frames, finding.person_ids, finding.mask_ids)
        for finding in measured(*args, **choices).findings
    ]


TWO = {1: {ALL: LEFT}, 2: {ALL: BESIDE}}
FOLLOWED = {7: {ALL: LEFT}, 8: {ALL: BESIDE}}


@pytest.mark.parametrize("as_masks", [False, True], ids=["true boxes", "true masks"])
@pytest.mark.parametrize(
    ("mask", "failure"),
    [
        pytest.param([LEFT, BESIDE], Failure.TWO_PEOPLE, id="two people"),
        pytest.param([TORSO_OF_LEFT, LEGS_OF_BESIDE], Failure.MIXED, id="torso and legs"),
    ],
)
def test_a_mask_that_holds_parts_of_two_people_is_found_once(mask, failure, as_masks):
    tracks = {7: {range(3): LEFT, range(3, 6): mask, range(6, 10): LEFT}, 8: {ALL: BESIDE}}
    assert (failure, 3, 3, (1, 2), (7,)) in found(TWO, tracks, as_masks=as_masks)


def test_people_beside_each_other_with_a_mask_each_are_no_failure():
    assert found(TWO, FOLLOWED) == []


def test_a_mask_that_spills_a_little_onto_a_neighbour_is_no_failure():
    assert found(TWO, {7: {ALL: (10, 10, 12, 30)}, 8: {ALL: (22, 10, 8, 30)}}) == []


def test_of_people_whose_boxes_overlap_only_what_is_theirs_alone_counts():
    behind = {1: {ALL: LEFT}, 2: {ALL: (13, 12, 10, 30)}}
    assert found(behind, {7: {ALL: LEFT}, 8: {ALL: (13, 12, 10, 30)}}, least_visible=0.2) == []


def test_a_person_never_located_is_found_where_visible_for_long():
    truth = {1: {ALL: LEFT}, 2: {ALL: RIGHT}}
    assert found(truth, {7: {ALL: LEFT}}, long_seconds=1) == [(Failure.NEVER_FOUND, 5, 10, (2,), ())]
    assert found(truth, {7: {ALL: LEFT}}, long_seconds=2) == []


@pytest.mark.parametrize(("height", "may_sit"), [(14, True), (30, False)])
def test_low_people_never_found_may_be_sitting(height, may_sit):
    (finding,) = measured({1: {ALL: (10, 10, 10, height)}}, {}, long_seconds=1).findings
    assert ("may be sitting" in finding.why) is may_sit


def test_an_entrant_never_picked_up_is_found_however_short_the_stay():
    assert found({1: {range(4, 10): LEFT}}, {}) == [(Failure.NOT_PICKED_UP, 7, 6, (1,), ())]


def test_a_mask_that_moves_to_another_person_is_found_with_both():
    truth = {1: {ALL: LEFT}, 2: {ALL: MIDDLE}}
    tracks = {7: {range(5): LEFT, range(5, 10): MIDDLE}, 8: {range(5): MIDDLE, range(5, 10): LEFT}}
    assert found(truth, tracks) == [
        (Failure.MOVED, 5, 5, (1, 2), (7,)),
        (Failure.MOVED, 5, 5, (2, 1), (8,)),
    ]


def test_findings_say_where_to_look():
    (finding,) = measured({1: {range(4, 10): LEFT}}, {}).findings
    assert finding.box_xyxy == (10, 10, 20, 40)
    assert finding.to_json()["failure"] == "entered, never picked up"


@pytest.mark.parametrize(
    ("boxes", "share"),
    [
        pytest.param([[0, 0, 4, 8]], 1, id="alone"),
        pytest.param([[0, 0, 4, 8], [0, 0, 4, 9]], 0, id="covered"),
        pytest.param([[0, 0, 4, 8], [0, 0, 4, 8]], 1, id="neither is nearer"),
        pytest.param([[0, 0, 4, 8], [2, 4, 9, 9]], 0.75, id="a quarter covered"),
        pytest.param([[0, 0, 4, 8], [2, 4, 9, 9], [1, 4, 4, 9]], 0.625, id="two cover the same"),
        pytest.param([[-4, 0, 4, 8]], 0.5, id="half out of the picture"),
        pytest.param([[0, 0, 0, 8]], 0, id="without area"),
    ],
)
def test_the_visible_share_of_a_box(boxes, share):
    boxes_N4 = np.array(boxes, dtype=float)
    assert visible_share(boxes_N4, np.ones(len(boxes), dtype=bool), (20, 20))[0] == pytest.approx(share)
