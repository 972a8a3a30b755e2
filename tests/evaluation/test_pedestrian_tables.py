"""Scenes of a second (ten frames) in which every number can be counted on fingers."""

from math import isnan

import pytest

from masklet.evaluation.pedestrians.causes import Cause, Group
from masklet.evaluation.pedestrians.tables import Tables
from street import LEFT, MIDDLE, RIGHT, measured

ALL = range(10)
LOW = (10, 28, 10, 12)
"""Of the person LEFT, the lower 12 of 30 rows: lies there (0.4), is not right."""


def test_two_people_followed_throughout_are_tracked():
    result = measured({1: {ALL: LEFT}, 2: {ALL: RIGHT}}, {7: {ALL: LEFT}, 8: {ALL: RIGHT}})
    tables = result.tables
    assert (tables.tracking.people, tables.tracking.tracked, tables.tracking.share) == (2, 2, 1)
    assert (tables.identification.of_located_frames, tables.identification.of_all_frames) == (1, 1)
    assert tables.losses.total == 0
    assert isnan(tables.losses.share(Group.APPEARING))


def test_identification_asks_only_where_a_mask_lies_on_the_person():
    # 4 frames right, 3 located but wrong, 3 without a mask
    result = measured({1: {ALL: LEFT}}, {7: {range(4): LEFT, range(4, 7): LOW}})
    table = result.tables.identification
    assert (table.judged_frames, table.located_frames, table.right_frames) == (10, 7, 4)
    assert table.of_located_frames == 4 / 7
    assert table.of_all_frames == 0.4
    assert (table.located_people, table.right_people) == (1, 1)


def test_a_person_is_identified_by_the_first_mask():
    result = measured(
        {1: {ALL: LEFT}, 2: {ALL: RIGHT}, 3: {ALL: MIDDLE}},
        {7: {range(2, 4): LOW, range(4, 10): LEFT}, 8: {ALL: RIGHT}},
    )
    table = result.tables.identification
    assert (table.located_people, table.right_people, table.of_located_people) == (2, 1, 0.5)


@pytest.mark.parametrize(
    ("frames", "tracked"), [(range(8), 1), (range(7), 0)], ids=["eight of ten frames", "seven of ten"]
)
def test_a_person_is_tracked_from_four_fifths_of_the_frames(frames, tracked):
    assert measured({1: {ALL: LEFT}}, {7: {frames: LEFT}}).tables.tracking.tracked == tracked


def test_a_person_seen_for_a_moment_is_none_of_the_people():
    truth = {1: {ALL: LEFT}, 2: {range(6, 10): RIGHT}}
    assert measured(truth, {}, least_seconds=0.5).tables.tracking.people == 1
    assert measured(truth, {}, least_seconds=0.4).tables.tracking.people == 2


SCENES = [
    pytest.param({1: {range(4, 10): LEFT}}, {}, Cause.NEVER_PICKED_UP, id="enters, never found"),
    pytest.param(
        {1: {range(2, 10): LEFT}}, {7: {range(2, 5): LEFT}}, Cause.PICKED_UP_THEN_LOST, id="enters, lost again"
    ),
    pytest.param({1: {ALL: LEFT}}, {}, Cause.NEVER_FOUND, id="there, never found"),
    pytest.param({1: {ALL: LEFT}}, {7: {ALL: LOW}}, Cause.NEVER_FOUND, id="there, never right"),
    pytest.param({1: {ALL: LEFT}}, {7: {range(5, 10): LEFT}}, Cause.FOUND_LATE, id="there, found late"),
    pytest.param(
        {1: {ALL: LEFT}},
        {7: {range(2): LEFT, range(4, 6): LEFT, range(8, 10): LEFT}},
        Cause.IN_PIECES,
        id="lost twice, each time for less than an interruption",
    ),
    pytest.param({1: {ALL: LEFT}}, {7: {range(5): LEFT}}, Cause.IN_PLAIN_SIGHT, id="lost in plain sight"),
    pytest.param(
        {1: {ALL: LEFT}},
        {7: {range(6): LEFT}, 8: {range(6, 10): LEFT}},
        Cause.RENAMED,
        id="goes on under a new id",
    ),
    pytest.param(
        {1: {ALL: LEFT}}, {7: {range(3): LEFT}, 8: {range(3, 10): LEFT}}, Cause.RENAMED, id="renamed early"
    ),
    pytest.param(
        {1: {range(4): LEFT, range(7, 10): LEFT}},
        {7: {range(4): LEFT}},
        Cause.HIDDEN,
        id="away and not found again",
    ),
    pytest.param(
        # person 2, nearer, covers 0.56 of person 1 in frame 4, and 0.28 in frame 5
        {1: {ALL: LEFT}, 2: {range(4): RIGHT, 4: (14, 12, 10, 30), 5: (17, 12, 10, 30), range(6, 10): RIGHT}},
        {7: {range(4): LEFT}, 8: {range(4): RIGHT, 4: (14, 12, 10, 30), 5: (17, 12, 10, 30), range(6, 10): RIGHT}},
        Cause.HIDDEN,
        id="hidden by someone passing",
    ),
    pytest.param(
        {1: {ALL: LEFT}, 2: {ALL: RIGHT}},
        {7: {range(5): LEFT, range(5, 10): RIGHT}, 8: {range(5): RIGHT}},
        Cause.CROSSING,
        id="the mask goes over to another",
    ),
    pytest.param(
        {1: {ALL: LEFT}, 2: {ALL: RIGHT}},
        {7: {range(6): LEFT}, 8: {range(6): RIGHT, range(6, 10): LEFT}},
        Cause.CROSSING,
        id="another's mask comes",
    ),
]


@pytest.mark.parametrize(("truth", "tracks", "cause"), SCENES)
def test_the_cause_of_a_loss(truth, tracks, cause):
    result = measured(truth, tracks)
    assert result.causes[1] == cause
    assert result.tables.losses.count(cause.group) >= 1


def test_two_people_who_swap_masks_are_both_interrupted():
    result = measured(
        {1: {ALL: LEFT}, 2: {ALL: RIGHT}},
        {7: {range(5): LEFT, range(5, 10): RIGHT}, 8: {range(5): RIGHT, range(5, 10): LEFT}},
    )
    losses = result.tables.losses
    assert (losses.total, losses.count(Group.INTERRUPTED), losses.share(Group.INTERRUPTED)) == (2, 2, 1)
    assert result.tables.identification.of_located_frames == 1  # every mask is right; the ids are not


def test_any_id_will_do_if_so_defined():
    truth, tracks = {1: {ALL: LEFT}}, {7: {range(6): LEFT}, 8: {range(6, 10): LEFT}}
    assert measured(truth, tracks, one_id=False).tables.tracking.tracked == 1


def test_a_person_who_leaves_is_tracked_to_the_edge():
    result = measured({1: {range(6): LEFT}}, {7: {range(6): LEFT}})
    assert result.tables.tracking.tracked == 1


def test_frames_where_a_person_is_hidden_neither_help_nor_harm():
    passing = {range(3, 7): (12, 12, 10, 30), 9: RIGHT}  # covers three quarters of person 1 in frames 3 to 6
    truth = {1: {ALL: LEFT}, 2: passing}
    result = measured(truth, {7: {range(3): LEFT, range(7, 10): LEFT}, 8: passing})
    assert result.tables.identification.judged_frames == 6 + 5
    assert result.tables.tracking.tracked == 2


def test_an_interruption_alone_makes_a_person_not_tracked():
    tracks = {7: {range(5): LEFT, range(8, 20): LEFT}}
    assert measured({1: {range(20): LEFT}}, tracks, frames=20, gap_seconds=0.4).tables.tracking.tracked == 1
    result = measured({1: {range(20): LEFT}}, tracks, frames=20, gap_seconds=0.3)
    assert result.causes == {1: Cause.IN_PLAIN_SIGHT}


def test_entrants_are_counted_with_the_time_until_they_are_found():
    truth = {1: {ALL: LEFT}, 2: {range(2, 10): RIGHT}, 3: {range(1, 10): MIDDLE}}
    table = measured(truth, {7: {ALL: LEFT}, 8: {range(3, 10): RIGHT}}).tables.tracking
    assert (table.people, table.tracked, table.entrants, table.entrants_tracked) == (3, 2, 2, 1)
    assert table.median_seconds_to_pick_up == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("choices", "people"),
    [
        pytest.param({"least_height": 30}, 1, id="high enough"),
        pytest.param({"least_height": 31}, 0, id="too low"),
        pytest.param({"least_area": 301}, 0, id="too small"),
    ],
)
def test_small_people_are_not_judged(choices, people):
    assert measured({1: {ALL: LEFT}}, {}, **choices).tables.tracking.people == people


def test_the_share_of_the_person_covered_can_be_compared():
    truth, wide = {1: {ALL: LEFT}}, {7: {ALL: (0, 0, 30, 45)}}
    assert measured(truth, wide).tables.tracking.tracked == 0
    assert measured(truth, wide, compare="covered").tables.tracking.tracked == 1


def test_clips_add_up():
    lost = measured({1: {range(4, 10): LEFT}}, {}).tables
    kept = measured({1: {ALL: LEFT}}, {7: {ALL: LEFT}}).tables
    both = lost + kept + Tables()
    assert (both.tracking.people, both.tracking.tracked, both.losses.total) == (2, 1, 1)
    assert both.losses.share(Group.APPEARING) == 1
    assert both.identification.of_all_frames == 10 / 16


def test_masks_of_truth_and_result_are_compared_as_masks():
    result = measured({1: {ALL: LEFT}, 2: {ALL: RIGHT}}, {7: {ALL: LEFT}, 8: {range(9): RIGHT}}, as_masks=True)
    figures = result.scores.to_json()
    assert figures["sMOTSA"] == figures["MOTA"] == 19 / 20
    assert figures["IDF1"] == pytest.approx(2 * 19 / 39)


def test_scores_leave_out_who_is_not_judged():
    truth = {1: {ALL: LEFT}, 2: {ALL: (70, 10, 4, 12)}}
    result = measured(truth, {7: {ALL: LEFT}, 8: {ALL: (70, 10, 4, 12)}}, least_height=20)
    figures = result.scores.to_json()
    assert (figures["MOTA"], figures["HOTA"], figures["FP"], figures["sMOTSA"]) == (1, 1, 0, None)
