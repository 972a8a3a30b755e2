"""Clicks and boxes become masks before the tracker sees them."""

import numpy as np
import pytest

from fakes import GREEN, RED, PaintedSegmenter, PaintedTracker, frame_of
from masklet.core.errors import PromptError
from masklet.core.values import Box, MaskPrompt, Points
from masklet.pipelines.prompted import Prompted

TWO = [(RED, 5, 10, 20, 40), (GREEN, 50, 20, 65, 50)]


def click(object_id, x, y, *, frame_index=0, label=1):
    return Points(frame_index, object_id, np.array([[x, y]], dtype=float), np.array([label]))


def session():
    return Prompted(PaintedTracker(), PaintedSegmenter()).start()


@pytest.mark.parametrize("prompt", [click(3, 10, 20), Box(0, 3, (5, 10, 20, 40))], ids=["click", "box"])
def test_the_object_under_a_prompt_is_followed(prompt):
    masks = session().step(frame_of(0, TWO), [prompt])
    assert masks.object_ids == (3,)
    assert masks.masks_NHW[0, 10:40, 5:20].all()
    assert masks.masks_NHW.sum() == 30 * 15


def test_masks_go_through_as_they_are():
    mask_HW = (frame_of(0, TWO).image_HW3 == GREEN).all(axis=2)
    masks = session().step(frame_of(0, TWO), [MaskPrompt(0, 1, mask_HW), click(2, 10, 20)])
    assert sorted(masks.object_ids) == [1, 2]


def test_a_click_on_nothing_is_refused():
    with pytest.raises(PromptError, match="object 4 on frame 0"):
        session().step(frame_of(0, TWO), [click(4, 40, 5)])


def test_a_later_click_refers_to_the_mask_expected_there():
    seen = []

    class Listening(PaintedSegmenter):
        def segment(self, frame, prompts):
            seen.extend(prompts)
            return super().segment(frame, prompts)

    following = Prompted(PaintedTracker(), Listening()).start()
    following.step(frame_of(0, TWO), [click(1, 10, 20)])
    seen.clear()
    following.step(frame_of(1, TWO), [click(1, 10, 20, frame_index=1)])
    assert [type(prompt) for prompt in seen] == [MaskPrompt, Points]
    assert seen[0].mask_HW.sum() == 30 * 15


def test_looking_ahead_for_a_click_is_not_remembered():
    following = session()
    following.step(frame_of(0, TWO), [click(1, 10, 20)])
    following.step(frame_of(1, TWO), [click(1, 10, 20, frame_index=1)])
    assert int(following.state()["seen"]) == 2
