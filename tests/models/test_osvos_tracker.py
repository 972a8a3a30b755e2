"""OSVOS as a tracker: examples learned at once, frames in batches, what is kept of learning."""

import csv

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import PromptError  # noqa: E402
from masklet.core.values import Frame, MaskPrompt  # noqa: E402
from masklet.models.osvos.config import OnlineConfig, OsvosConfig  # noqa: E402
from masklet.models.osvos.files import read_network  # noqa: E402
from masklet.models.osvos.mobile import MobileOsvos  # noqa: E402
from masklet.models.osvos.tracker import Osvos  # noqa: E402
from masklet.models.protocols import Example, OnlineLearner, WatchedLearner  # noqa: E402

SIZE = (40, 64)
QUICK = OsvosConfig(online=OnlineConfig(steps=2, seconds=None, batch_size=1), most_examples=2)


@pytest.fixture(scope="module")
def tracker():
    torch.manual_seed(0)
    return Osvos(MobileOsvos(), QUICK)


def frame(index=0):
    rng = np.random.default_rng(index)
    return Frame(index, index / 25, rng.integers(0, 255, (*SIZE, 3), dtype=np.uint8))


def mask(left=10):
    mask_HW = np.zeros(SIZE, bool)
    mask_HW[10:30, left : left + 20] = True
    return mask_HW


def example(index=0, left=10):
    return Example(frame=frame(index), mask_HW=mask(left))


def test_it_learns_online(tracker):
    assert isinstance(tracker, OnlineLearner)
    assert isinstance(tracker, WatchedLearner)


def test_what_was_learned_is_followed_from_the_first_frame_on(tracker):
    session = tracker.learn(14, [example()]).start()
    assert session.object_ids == (14,)
    masks = session.step(frame(3))
    assert (masks.frame_index, masks.object_ids) == (3, (14,))
    assert tracker.start().object_ids == ()


def test_two_objects_are_learned_one_after_the_other(tracker):
    both = tracker.learn(14, [example()]).learn(3, [example(left=40)])
    assert both.start().object_ids == (14, 3)
    masks = both.start().step(frame(1))
    assert not (masks.masks_NHW[0] & masks.masks_NHW[1]).any()


def test_frames_in_a_batch_are_segmented_as_one_by_one(tracker):
    learned = tracker.learn(1, [example()])
    together = learned.start().steps([frame(index) for index in range(3)])
    for index, masks in enumerate(together):
        alone = learned.start().step(frame(index))
        assert (masks.frame_index, masks.object_ids) == (index, (1,))
        assert (masks.masks_NHW == alone.masks_NHW).mean() > 0.999  # sums in another order


def test_a_frame_is_segmented_whatever_came_before(tracker):
    learned = tracker.learn(1, [example()])
    session = learned.start()
    for index in (5, 2, 9):
        session.step(frame(index))
    np.testing.assert_array_equal(session.step(frame(7)).masks_NHW, learned.start().step(frame(7)).masks_NHW)


def test_the_parent_by_itself_gives_foreground(tracker):
    assert tracker.unlearned(1).start().step(frame()).object_ids == (1,)


def test_prompts_are_learned_and_of_many_the_first_and_the_latest_are_kept(tracker):
    session = tracker.start()
    for index in range(4):
        session.step(frame(index), [MaskPrompt(index, 1, mask())])
    state = session.state()
    assert len(state["1.examples.indices_N"]) <= QUICK.most_examples
    again = tracker.restore(state)
    np.testing.assert_array_equal(again.step(frame(8)).masks_NHW, session.step(frame(8)).masks_NHW)


def test_examples_without_the_object_are_refused(tracker):
    with pytest.raises(PromptError, match="Expected at least one pixel in the masks that OSVOS learns from"):
        tracker.learn(1, [Example(frame=frame(), mask_HW=np.zeros(SIZE, bool))])


def test_weights_and_losses_of_an_object_are_written(tracker, tmp_path):
    learned = tracker.learn(14, [example()]).learned[14]
    learned.write(tmp_path / "learning", 14)
    with (tmp_path / "learning" / "14.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == pytest.approx([moment.loss for moment in learned.curve])
    assert [int(row["step"]) for row in rows] == [0, 1]
    kept = read_network(tmp_path / "learning" / "14.pt").state_dict()
    for name, value in learned.network.state_dict().items():
        assert torch.equal(kept[name], value.half().float()), name


def test_a_watcher_sees_every_step_and_what_came_of_it(tracker):
    seen = []

    def progress(object_id, moments):
        for moment in moments:
            seen.append((object_id, moment.step))
            yield moment

    watched = tracker.watched(progress, keep=lambda object_id, learned: seen.append((object_id, learned.ended)))
    watched.learn(14, [example()])
    watched.start().step(frame(), [MaskPrompt(0, 3, mask())])
    assert seen == [(14, 0), (14, 1), (14, "steps"), (3, 0), (3, 1), (3, "steps")]
