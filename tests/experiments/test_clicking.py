"""Clicks as somebody makes them who sees the truth."""

import numpy as np
import pytest

from masklet.core.values import Frame, FrameMasks
from masklet.evaluation.pedestrians import Definitions
from masklet.evaluation.pedestrians.people import BoxPeople, MaskPeople
from masklet.experiments.clicking import click_people
from street import LEFT, RIGHT, SIZE_HW, boxes, masks

FRAME = Frame(0, 0.0, np.zeros((*SIZE_HW, 3), dtype=np.uint8))
BEHIND, BEFORE = (40, 10, 20, 30), (40, 27, 20, 30)


class ByHand:
    """Gives masks that a test has thought of, one for each number of clicks; remembers what it was asked."""

    def __init__(self, *boxes):
        self.boxes, self.asked = boxes, []

    def segment(self, frame, prompts):
        (points,) = prompts
        self.asked.append([(*xy, label) for xy, label in zip(points.xy_P2.tolist(), points.labels_P, strict=True)])
        mask_1HW = np.zeros((1, *frame.size_HW), dtype=bool)
        x, y, width, height = self.boxes[len(points.labels_P) - 1]
        mask_1HW[0, y : y + height, x : x + width] = True
        return FrameMasks(frame.index, (points.object_id,), mask_1HW, np.ones(1))


def clicked(truth, segmenter, *, as_masks=False, most=2):
    people = MaskPeople(masks(truth)) if as_masks else BoxPeople(boxes(truth), SIZE_HW)
    compare = "mask" if as_masks else "box"
    return click_people(people.frame(0, SIZE_HW), FRAME, segmenter, Definitions(), compare=compare, most=most)


def test_a_right_mask_takes_one_click_on_the_torso():
    (one,) = clicked({3: {0: LEFT}}, ByHand(LEFT))
    assert (one.person_id, one.right, one.overlap) == (3, True, 1.0)
    ((x, y, on),) = one.clicks
    assert (13 <= x < 17, 14 <= y < 28, on) == (True, True, 1)


def test_the_second_click_goes_to_what_is_missing():
    x, y, width, height = LEFT
    (one,) = clicked({1: {0: LEFT}}, ByHand((x, y, width, height // 3), LEFT))
    assert (len(one.clicks), one.right) == (2, True)
    assert one.clicks[1][1] > y + height // 3
    assert one.clicks[1][2] == 1


def test_the_second_click_goes_beside_a_mask_that_is_too_large():
    x, y, width, height = LEFT
    (one,) = clicked({1: {0: LEFT}}, ByHand((x, y, 4 * width, height), LEFT))
    assert one.clicks[1][0] > x + width
    assert one.clicks[1][2] == 0


def test_no_more_clicks_than_are_allowed_and_the_better_mask_stays():
    bad, worse = (10, 10, 10, 12), (10, 10, 10, 4)
    segmenter = ByHand(bad, worse)
    (one,) = clicked({1: {0: LEFT}}, segmenter)
    assert len(segmenter.asked) == 2
    assert (len(one.clicks), one.right, one.overlap) == (1, False, pytest.approx(0.4))


def test_who_stands_behind_is_clicked_where_nobody_is_before():
    (behind, before) = clicked({1: {0: BEHIND}, 2: {0: BEFORE}}, ByHand(BEHIND, BEHIND))
    assert behind.clicks[0][1] < 27 <= before.clicks[0][1]


def test_true_masks_are_clicked_at_their_deepest_point():
    segmenter = ByHand((0, 0, 1, 1), RIGHT)
    (one,) = clicked({1: {0: RIGHT}}, segmenter, as_masks=True)
    assert one.right
    assert [click[2] for click in one.clicks] == [1, 1]


def test_who_is_not_judged_is_not_clicked_on():
    assert [one.person_id for one in clicked({1: {0: LEFT}, 2: {0: (10, 12, 10, 30)}}, ByHand(LEFT, LEFT))] == [2]


def test_clicks_become_a_prompt():
    (one,) = clicked({1: {0: LEFT}}, ByHand(LEFT))
    points = one.points(7, 4)
    assert (points.frame_index, points.object_id, points.labels_P.tolist()) == (7, 4, [1])
