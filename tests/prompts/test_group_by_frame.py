"""Prompts by frame."""

import numpy as np

from masklet.core.values import Box
from masklet.prompts import group_by_frame, parse_points


def test_prompts_come_by_frame_in_order():
    boxes = [Box(5, 1, (0, 0, 1, 1)), Box(2, 7, (0, 0, 1, 1)), Box(5, 2, (0, 0, 1, 1))]
    assert dict(group_by_frame(boxes)) == {2: (boxes[1],), 5: (boxes[0], boxes[2])}


def test_a_frame_without_prompts_has_none_and_asking_leaves_no_trace():
    prompts_at = group_by_frame([Box(5, 1, (0, 0, 1, 1))])
    assert prompts_at[3] == ()
    assert list(prompts_at) == [5]


def test_points_of_one_object_on_one_frame_become_one():
    texts = ["0:1:1,1,+", "0:2:5,5,+", "0:1:2,2,-", "3:1:9,9,+"]
    prompts_at = group_by_frame(parse_points(text) for text in texts)
    first, second = prompts_at[0]
    assert (first.object_id, second.object_id, len(prompts_at[3])) == (1, 2, 1)
    np.testing.assert_array_equal(first.xy_P2, [[1, 1], [2, 2]])
    np.testing.assert_array_equal(first.labels_P, [1, 0])
