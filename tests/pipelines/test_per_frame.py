"""Per-frame: every frame is looked at anew, and who is who follows from place and colour."""

import numpy as np
import pytest

from fakes import BLUE, RED, PaintedDetector, PaintedSegmenter, frame_of, walkers
from masklet.core.errors import PromptError
from masklet.core.values import Box, Frame
from masklet.pipelines.per_frame import PerFrame, PerFrameConfig


def per_frame(**config):
    return PerFrame(PaintedDetector(), PaintedSegmenter(), PerFrameConfig(classes=("thing",), **config))


def ids_of(model, video_THW3):
    session = model.start()
    return [session.step(Frame(index, 0.0, image)).object_ids for index, image in enumerate(video_THW3)]


def test_everybody_keeps_an_id_while_seen():
    assert ids_of(per_frame(), walkers()) == [(1,)] * 4 + [(2, 1)] * 5 + [(1,)] * 3


def test_passing_each_other_swaps_no_ids():
    video = np.stack(
        [
            frame_of(0, [(RED, 5 + 3 * i, 5, 17 + 3 * i, 45), (BLUE, 60 - 3 * i, 15, 72 - 3 * i, 55)]).image_HW3
            for i in range(18)
        ]
    )
    session = per_frame().start()
    frames = [session.step(Frame(index, 0.0, image)) for index, image in enumerate(video)]

    def left_edge(masks, object_id):
        return int(np.flatnonzero(masks.masks_NHW[masks.object_ids.index(object_id)].any(axis=0))[0])

    for masks in (frames[0], frames[-1]):
        red = masks.object_ids[np.argmax([(video[masks.frame_index][m] == RED).all() for m in masks.masks_NHW])]
        assert red == (1 if left_edge(frames[0], 1) < 30 else 2)


def test_who_was_away_for_a_while_is_known_again():
    there = [(RED, 10, 10, 30, 40)]
    video = np.stack([frame_of(0, there if i < 3 or i > 8 else []).image_HW3 for i in range(12)])
    assert ids_of(per_frame(end_after=2), video)[-1] == (1,)


def test_prompts_are_refused():
    with pytest.raises(PromptError, match="hybrid or first-frame"):
        per_frame().start().step(Frame(0, 0.0, walkers(1)[0]), [Box(0, 1, (5, 10, 17, 40))])


def test_removing_a_stranger_is_refused():
    with pytest.raises(PromptError, match="got 5"):
        per_frame().start().remove(5)


def test_a_restored_session_goes_on_as_if_nothing_had_been():
    video = walkers(14)
    model = per_frame()
    expected = ids_of(model, video)
    session = model.start()
    for index in range(6):
        session.step(Frame(index, 0.0, video[index]))
    restored = model.restore(session.state())
    assert [restored.step(Frame(i, 0.0, video[i])).object_ids for i in range(6, 14)] == expected[6:]
