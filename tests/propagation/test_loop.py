"""The loop: forward, backward, objects added and removed on the way."""

import numpy as np

from fakes import GREEN, RED, PaintedTracker, walkers
from masklet.core.values import MaskPrompt
from masklet.propagation import earlier_frames, propagate, steps
from masklet.sources import open_source


def mask_of(video_THW3, frame_index, colour, object_id):
    return MaskPrompt(frame_index, object_id, (video_THW3[frame_index] == colour).all(axis=2))


def test_a_prompt_takes_effect_on_its_own_frame():
    video = walkers()
    prompts = [mask_of(video, 0, RED, 1), mask_of(video, 5, GREEN, 2)]
    masks = list(propagate(open_source(video), prompts, PaintedTracker()))
    assert [frame.frame_index for frame in masks] == list(range(12))
    assert [frame.object_ids for frame in masks] == [(1,)] * 5 + [(1, 2)] * 7


def test_frames_before_the_first_prompt_have_no_objects():
    video = walkers()
    masks = list(propagate(open_source(video), [mask_of(video, 3, RED, 1)], PaintedTracker()))
    assert [len(frame.object_ids) for frame in masks] == [0] * 3 + [1] * 9


def test_walking_backward_gives_what_lies_before_each_first_prompt():
    video = walkers()
    prompts = [mask_of(video, 8, GREEN, 2), mask_of(video, 3, RED, 1), mask_of(video, 6, RED, 1)]
    earlier = {frame.frame_index: frame for frame in earlier_frames(open_source(video), prompts, PaintedTracker())}
    assert sorted(earlier) == list(range(9))
    assert earlier[5].object_ids == (2,)
    assert earlier[2].object_ids == (2, 1)
    assert (earlier[5].masks_NHW[0] == (video[5] == GREEN).all(axis=2)).all()


def test_nothing_lies_before_prompts_on_the_first_frame():
    video = walkers()
    assert list(earlier_frames(open_source(video), [mask_of(video, 0, RED, 1)], PaintedTracker())) == []


def test_an_object_is_followed_no_further_when_removed():
    video = walkers()
    prompts = [mask_of(video, 0, RED, 1), mask_of(video, 4, GREEN, 2)]
    stepped = steps(open_source(video).read(), prompts, PaintedTracker().start(), removals={7: [1]})
    ids = [step.masks.object_ids for step in stepped]
    assert ids[6:8] == [(1, 2), (2,)]
    assert np.all([len(i) == 1 for i in ids[7:]])
