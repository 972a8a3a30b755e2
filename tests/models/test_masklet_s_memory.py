from dataclasses import replace

import numpy as np
import pytest

from masklet.models.masklet_s.bank import Bank
from masklet.models.masklet_s.config import SessionConfig
from masklet.models.masklet_s.memory import Memory, joined, of_frame, table
from masklet.models.masklet_s.view import View

CELLS, CHANNELS = 8, 3
VIEW = View(0, 0, 64, 32, (32, 64))
CONFIG = SessionConfig(recent=1, every=2, lasting=2, long_term=1.0, consolidated=0.5, object_memories=100)


def memory(number, ids=(1, 2), usage=None):
    """Keys and values tell which frame and cell they are of; the last channel of a value says that it knows."""
    key_PR = np.stack([np.full(CELLS, number), np.arange(CELLS)], axis=1).astype(np.float32)
    value_NCP = np.full((len(ids), CHANNELS, CELLS), number, np.float32)
    value_NCP[:, -1] = 1
    frame = of_frame(key_PR, value_NCP, ids)
    return frame if usage is None else frame.used(np.array(usage, np.float32))


def frames_in(memories):
    return [int(each.key_MR[0, 0]) for each in memories]


def test_the_most_used_cells_are_kept_in_their_order():
    kept = memory(0, usage=[0, 5, 1, 9, 0, 0, 7, 2]).most_used(3)
    assert kept.key_MR[:, 1].tolist() == [1, 3, 6]
    assert kept.values[1].shape == (CHANNELS, 3)


def test_usage_counts_per_frame_remembered():
    old = memory(0, usage=[8] * CELLS)
    for _ in range(7):
        old = old.used(np.zeros(CELLS, np.float32))
    whole = joined(old, memory(1, usage=[2] * CELLS))
    assert frames_in([whole.most_used(CELLS)]) == [1]


def test_cells_that_do_not_know_an_object_say_so():
    latest = replace(memory(1, ids=(1, 2)), view=VIEW)
    key_MQ, value_NCM = table([memory(0, ids=(1,)), latest], [2, 1], VIEW)
    assert key_MQ.shape == (2 * CELLS, 2 + 4)
    assert not key_MQ[:CELLS, 2:].any()
    assert key_MQ[CELLS, 2:].tolist() == [-1.5, -0.5, 1.0, 2.5]
    assert value_NCM[0, -1].tolist() == [0] * CELLS + [1] * CELLS
    assert value_NCM[1, -1].all()


def test_joined_memories_know_what_either_knew():
    whole = joined(memory(0, ids=(1,)), memory(1, ids=(2,)))
    assert whole.object_ids == (1, 2)
    assert whole.values[1][-1].tolist() == [1] * CELLS + [0] * CELLS
    assert whole.values[2][-1].tolist() == [0] * CELLS + [1] * CELLS


def test_first_latest_and_some_between_are_remembered():
    bank = Bank().with_frame(memory(0), memory(0), CONFIG)
    for number in range(1, 9):
        bank = bank.with_frame(memory(number), None, CONFIG)
    assert frames_in(bank.prompted) == [0]
    assert frames_in(bank.lasting) == [6, 8]
    assert frames_in(bank.recent) == [8]
    assert len(bank.long_term) == 1


def test_long_term_memory_is_made_of_the_most_used_cells_of_old_frames():
    bank = Bank().with_frame(memory(0), memory(0), CONFIG)
    for number in range(1, 7):
        bank = bank.with_frame(memory(number), None, CONFIG)
        cells = sum(len(each) for each in bank.memories())
        bank = bank.used(np.tile([3, 0, 0, 2, 0, 0, 1, 1], cells // CELLS + 1)[:cells].astype(np.float32))
    (long_term,) = bank.long_term
    assert len(long_term) == CELLS // 2
    assert set(long_term.key_MR[:, 0]) == {2.0}


@pytest.mark.parametrize("objects", [1, 3, 12])
def test_the_bank_stays_bounded_and_smaller_with_many_objects(objects):
    config = SessionConfig(recent=1, every=1, lasting=4, object_memories=12)
    ids = tuple(range(1, objects + 1))
    bank = Bank().with_frame(memory(0, ids), memory(0, ids), config)
    sizes = []
    for number in range(1, 60):
        bank = bank.with_frame(memory(number, ids), None, config)
        sizes.append(sum(len(each) for each in bank.memories()))
    assert max(sizes[30:]) == max(sizes[:30])
    assert len(bank.lasting) == {1: 4, 3: 2, 12: 1}[objects]


def test_a_forgotten_object_is_nowhere_and_memories_of_it_alone_are_gone():
    bank = Bank().with_frame(memory(0, ids=(1,)), memory(0, ids=(1,)), CONFIG)
    bank = bank.with_frame(memory(1, ids=(1, 2)), memory(1, ids=(2,)), CONFIG).without(1)
    assert not bank.knows(1)
    assert bank.knows(2)
    assert frames_in(bank.prompted) == [1]


def test_a_bank_comes_back_as_it_went():
    bank = Bank().with_frame(memory(0), memory(0), CONFIG)
    for number in range(1, 8):
        bank = bank.with_frame(replace(memory(number), view=VIEW), None, CONFIG)
    assert [each.view for each in bank.recent] == [VIEW]
    assert [each.view for each in bank.lasting] == [None, None]
    again = Bank.from_state(bank.state())
    assert again.steps == bank.steps
    assert [len(each) for each in again.memories()] == [len(each) for each in bank.memories()]
    for first, second in zip(again.memories(), bank.memories(), strict=True):
        assert isinstance(first, Memory)
        np.testing.assert_array_equal(first.key_MR, second.key_MR)
        np.testing.assert_array_equal(first.values[2], second.values[2])
        np.testing.assert_array_equal(first.usage_M, second.usage_M)
        assert first.view == second.view
