"""What every tracker keeps to: a suite that inherits this gives a fixture `tracker`.

The scene is within anybody's reach: disks of strong colours that move slowly over a grey ground.
"""

import numpy as np
import pytest

from masklet.core.errors import PromptError, ShapeError
from masklet.core.masks import mask_iou
from masklet.core.values import Box, Frame, FrameMasks, MaskPrompt, Points
from masklet.models.protocols import SharingSession, Tracker

HEIGHT, WIDTH = 120, 180
Y_HW, X_HW = np.mgrid[:HEIGHT, :WIDTH]
GREY = np.random.default_rng(0).normal(120, 3, (HEIGHT, WIDTH, 3))
COLOURS = {1: (230, 40, 40), 2: (40, 60, 230), 3: (40, 220, 60)}


def disk(object_id, index):
    x, y = {1: (40 + index, 40), 2: (130 - index, 80), 3: (60, 90 - 0.5 * index)}[object_id]
    return (X_HW - x) ** 2 + (Y_HW - y) ** 2 < 18**2


def scene(index, present=(1, 2, 3)):
    image_HW3 = GREY.copy()
    for object_id in present:
        image_HW3[disk(object_id, index)] = COLOURS[object_id]
    return Frame(index, index / 25, image_HW3.clip(0, 255).astype(np.uint8))


def prompt(object_id, index=0):
    return MaskPrompt(index, object_id, disk(object_id, index))


def begun(tracker, *object_ids, frames=1):
    """A session prompted on frame 0 that has seen so many frames."""
    session = tracker.start()
    session.step(scene(0), [prompt(object_id) for object_id in object_ids])
    for index in range(1, frames):
        session.step(scene(index))
    return session


def mask_of(masks, object_id):
    return masks.masks_NHW[masks.object_ids.index(object_id)]


def iou(masks, object_id, truth_HW):
    return float(mask_iou(mask_of(masks, object_id)[None], truth_HW[None])[0, 0])


def assert_same(first, second):
    assert first.object_ids == second.object_ids
    np.testing.assert_array_equal(first.masks_NHW, second.masks_NHW)
    np.testing.assert_array_equal(first.scores_N, second.scores_N)


class TrackerContract:
    """Inherit it and give a fixture `tracker`."""

    long = 300
    """Frames after which memory must not have grown."""

    def test_it_is_a_tracker(self, tracker):
        assert isinstance(tracker, Tracker)
        assert tracker.start().object_ids == ()

    def test_a_prompted_frame_gives_the_prompts_back(self, tracker):
        masks = tracker.start().step(scene(0), [prompt(2), prompt(1)])
        assert isinstance(masks, FrameMasks)
        assert (masks.frame_index, masks.object_ids) == (0, (2, 1))
        np.testing.assert_array_equal(masks.masks_NHW, [disk(2, 0), disk(1, 0)])

    def test_objects_are_followed(self, tracker):
        session = begun(tracker, 1, 2, frames=12)
        masks = session.step(scene(12))
        assert masks.object_ids == session.object_ids == (1, 2)
        assert all(iou(masks, object_id, disk(object_id, 12)) > 0.7 for object_id in (1, 2))
        assert ((masks.scores_N > 0.5) & (masks.scores_N <= 1)).all()

    def test_shares_say_of_every_pixel_what_masks_say(self, tracker):
        session = begun(tracker, 1, 2, frames=4)
        if not isinstance(session, SharingSession):
            pytest.skip("this one shares no pixels")
        masks = session.step(scene(4))
        share_NHW = session.shares()
        assert (share_NHW.shape, share_NHW.dtype) == (masks.masks_NHW.shape, np.float32)
        assert share_NHW.min() >= 0
        assert share_NHW.sum(axis=0).max() <= 1.01  # networks may compute in bf16
        for position, mask_HW in enumerate(masks.masks_NHW):
            others_NHW = np.delete(share_NHW, position, axis=0)
            assert (share_NHW[position][mask_HW] >= others_NHW[:, mask_HW]).mean() > 0.99
            assert share_NHW[position][mask_HW].mean() > 0.5
        np.testing.assert_array_equal(session.copy().shares(), share_NHW)

    def test_frames_may_come_backward(self, tracker):
        session = tracker.start()
        session.step(scene(9), [prompt(1, 9)])
        last = [session.step(scene(index)) for index in range(8, -1, -1)][-1]
        assert last.frame_index == 0
        assert iou(last, 1, disk(1, 0)) > 0.7

    def test_an_object_added_midway_leaves_the_others_alone(self, tracker):
        session, undisturbed = begun(tracker, 1, frames=4), begun(tracker, 1, frames=4)
        masks = session.step(scene(4), [prompt(3, 4)])
        assert masks.object_ids == (1, 3)
        np.testing.assert_array_equal(mask_of(masks, 3), disk(3, 4))
        assert iou(masks, 1, mask_of(undisturbed.step(scene(4)), 1)) > 0.8
        masks = session.step(scene(5))
        assert masks.object_ids == (1, 3)
        assert all(iou(masks, object_id, disk(object_id, 5)) > 0.7 for object_id in (1, 3))

    def test_a_correction_replaces_what_was_known(self, tracker):
        session = tracker.start()
        session.step(scene(0), [MaskPrompt(0, 1, disk(2, 0))])
        session.step(scene(1))
        corrected = session.step(scene(2), [prompt(1, 2)])
        np.testing.assert_array_equal(mask_of(corrected, 1), disk(1, 2))
        assert mask_of(session.step(scene(3)), 1)[disk(1, 3)].mean() > 0.7

    def test_overlapping_objects_are_taken_as_they_are(self, tracker):
        whole_HW = disk(1, 0) | disk(3, 0)
        session = tracker.start()
        session.step(scene(0), [MaskPrompt(0, 1, disk(1, 0)), MaskPrompt(0, 7, whole_HW)])
        masks = session.step(scene(1))
        assert iou(masks, 1, disk(1, 1)) > 0.6
        assert iou(masks, 7, disk(1, 1) | disk(3, 1)) > 0.6

    def test_an_object_out_of_sight_has_an_empty_mask_and_no_score(self, tracker):
        session = begun(tracker, 1, 2, frames=3)
        masks = [session.step(scene(index, present=(2,))) for index in range(3, 9)][-1]
        assert masks.object_ids == (1, 2)
        assert not mask_of(masks, 1).any()
        assert masks.scores_N[0] == 0
        assert iou(masks, 2, disk(2, 8)) > 0.7

    def test_all_objects_out_of_sight_do_no_harm(self, tracker):
        session = begun(tracker, 1, frames=2)
        for index in range(2, 6):
            masks = session.step(scene(index, present=()))
        assert (masks.object_ids, bool(masks.masks_NHW.any())) == ((1,), False)

    def test_a_removed_object_is_gone_and_may_come_again(self, tracker):
        session = begun(tracker, 1, 2, frames=2)
        session.remove(1)
        assert session.object_ids == (2,)
        assert session.step(scene(2)).object_ids == (2,)
        masks = session.step(scene(3), [prompt(1, 3)])
        assert masks.object_ids == (2, 1)

    def test_an_object_that_is_not_followed_cannot_be_removed(self, tracker):
        session = begun(tracker, 1)
        with pytest.raises(PromptError, match=r"Expected .* got 5"):
            session.remove(5)
        assert session.object_ids == (1,)

    def test_a_copy_goes_its_own_way(self, tracker):
        session, undisturbed = begun(tracker, 1, frames=3), begun(tracker, 1, frames=3)
        branch = session.copy()
        branch.step(scene(3), [prompt(2, 3)])
        branch.remove(1)
        assert (session.object_ids, branch.object_ids) == ((1,), (2,))
        assert_same(session.step(scene(3)), undisturbed.step(scene(3)))

    @pytest.mark.parametrize("frames", [0, 1, 6])
    def test_a_restored_session_goes_on_with_the_same_bits(self, tracker, frames, tmp_path):
        session = begun(tracker, 1, 2, frames=frames) if frames else tracker.start()
        with (tmp_path / "state.npz").open("wb") as file:
            np.savez(file, **session.state())
        with np.load(tmp_path / "state.npz", allow_pickle=False) as arrays:
            restored = tracker.restore(dict(arrays))
        assert restored.object_ids == session.object_ids
        for index in range(frames, frames + 3):
            given = [prompt(3, index)] if index == frames + 1 else []
            assert_same(restored.step(scene(index), given), session.step(scene(index), given))

    def test_the_same_frames_give_the_same_bits(self, tracker):
        first, second = (begun(tracker, 1, 2, 3, frames=4).step(scene(4)) for _ in range(2))
        assert_same(first, second)

    def test_memory_is_bounded_whatever_the_length_and_the_prompts(self, tracker):
        session = tracker.start()
        sizes = []
        for turn in range(self.long):
            index = abs(turn % 40 - 20)
            given = [prompt(1 + turn % 3, index)] if turn % 2 == 0 else []
            session.step(scene(index), given)
            sizes.append(sum(array.nbytes for array in session.state().values()))
        assert max(sizes[self.long // 3 :]) <= 1.2 * max(sizes[: self.long // 3])

    def test_frames_without_objects_leave_nothing_behind(self, tracker):
        session = tracker.start()
        for index in range(5):
            masks = session.step(scene(index))
        assert (masks.object_ids, masks.masks_NHW.shape) == ((), (0, HEIGHT, WIDTH))
        assert sum(array.nbytes for array in session.state().values()) < 1000

    @pytest.mark.parametrize(
        "given",
        [
            pytest.param(MaskPrompt(0, 2, np.ones((HEIGHT, WIDTH - 1), bool)), id="size"),
            pytest.param(MaskPrompt(0, 2, np.zeros((HEIGHT, WIDTH), bool)), id="empty for a new object"),
            pytest.param(MaskPrompt(1, 2, disk(2, 1)), id="another frame"),
        ],
    )
    def test_a_mask_that_does_not_fit_is_refused_and_changes_nothing(self, tracker, given):
        session = begun(tracker, 1)
        with pytest.raises(PromptError, match=r"Expected .* got "):
            session.step(scene(0), [prompt(3), given])
        assert session.object_ids == (1,)

    def test_an_empty_mask_says_that_a_known_object_is_not_there(self, tracker):
        session = begun(tracker, 1, 2, frames=2)
        nothing = MaskPrompt(2, 1, np.zeros((HEIGHT, WIDTH), bool))
        masks = session.step(scene(2, present=(2,)), [nothing])
        assert masks.object_ids == (1, 2)
        assert not mask_of(masks, 1).any()
        assert iou(session.step(scene(3, present=(2,))), 2, disk(2, 3)) > 0.7

    def test_a_frame_of_another_size_is_refused(self, tracker):
        session = begun(tracker, 1)
        with pytest.raises(ShapeError, match=r"Expected frames of .* got "):
            session.step(Frame(1, 0.04, np.zeros((HEIGHT, WIDTH + 1, 3), np.uint8)))

    @pytest.mark.parametrize("size_HW", [(1, 1), (2, 700), (701, 33)], ids=str)
    def test_any_size_of_frame_will_do(self, tracker, size_HW):
        session = tracker.start()
        frames = [Frame(index, 0.0, np.full((*size_HW, 3), 128, np.uint8)) for index in range(3)]
        session.step(frames[0], [MaskPrompt(0, 1, np.ones(size_HW, bool))])
        assert [session.step(frame).size_HW for frame in frames[1:]] == [size_HW, size_HW]

    def test_the_frame_is_left_as_it_is(self, tracker):
        session, frame = begun(tracker, 1), scene(1)
        before = frame.image_HW3.copy()
        session.step(frame)
        np.testing.assert_array_equal(frame.image_HW3, before)


POINT = Points(0, 1, np.array([[40.0, 40.0]]), np.array([1]))
BOX = Box(0, 1, (22.0, 22.0, 58.0, 58.0))
