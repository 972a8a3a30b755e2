import pytest

torch = pytest.importorskip("torch")

from masklet.models.xmem.config import XMemConfig  # noqa: E402
from masklet.models.xmem.consolidation import bounded, most_used, prototypes  # noqa: E402
from masklet.models.xmem.keys import Keys, similarity  # noqa: E402
from masklet.models.xmem.memory import LONG_TERM, of_frame  # noqa: E402

CELLS, VALUES = 4, 3
CONFIG = XMemConfig(most_frames=5, fewest_frames=3, prototypes=2, long_term=5)


def drawn(*shape, seed):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def frame(number, ids=(1,), told=False):
    """A frame whose values all have the frame's number and whose keys are its own."""
    keys = Keys(
        drawn(CELLS, 2, seed=number), 1 + drawn(CELLS, seed=number + 50), drawn(CELLS, 2, seed=number + 99)
    )
    values = drawn(len(ids), CELLS, VALUES, seed=number + 7) + number
    return of_frame(number, keys, values, values[:, :, 0], dict.fromkeys(ids, told))


def frames(*numbers, ids=lambda number: (1,)):
    memory = frame(numbers[0], ids(numbers[0]))
    for number in numbers[1:]:
        memory = memory.joined(frame(number, ids(number)))
    return memory


def with_usage(memory, usage, age=1):
    usage_M = torch.tensor(usage, dtype=torch.float64)
    return memory.used(usage_M).rows(torch.arange(len(memory))) if age == 1 else memory


def test_the_most_used_are_kept_in_their_order_by_usage_per_frame():
    old = with_usage(frame(0), [9, 4, 6, 0]).used(torch.zeros(CELLS).double())  # 4.5, 2, 3, 0 per frame
    whole = old.joined(with_usage(frame(1), [1, 8, 0, 2.5]))
    assert most_used(whole, 4).rate_M.tolist() == [4.5, 3, 8, 2.5]
    assert len(most_used(whole, 20)) == 8


def test_prototypes_are_the_most_used_with_potentiated_values():
    candidates = with_usage(frames(1, 2), [0, 5, 0, 1, 7, 0, 2, 0])
    chosen = [4, 1]
    found = prototypes(candidates, 2)
    torch.testing.assert_close(found.keys.key_MQ, candidates.keys.key_MQ[chosen])
    assert found.frame_M.tolist() == [LONG_TERM, LONG_TERM]
    assert not found.usage_M.any()
    assert not found.age_M.any()
    for row, cell in enumerate(chosen):
        odds = similarity(candidates.keys.rows(torch.tensor([cell])), candidates.keys)[0].exp()
        weights = odds / odds.sum()
        torch.testing.assert_close(found.objects[1].value_MV[row], weights @ candidates.objects[1].value_MV)
        torch.testing.assert_close(found.keys.shrinkage_M[row], weights @ candidates.keys.shrinkage_M)
    torch.testing.assert_close(found.objects[1].cover_M, found.objects[1].value_MV[:, 0])


def test_prototypes_say_nothing_of_objects_that_came_later():
    candidates = with_usage(
        frames(1, 2, ids=lambda number: (1, 2) if number == 2 else (1,)), [9, 0, 0, 0, 8, 0, 0, 0]
    )
    found = prototypes(candidates, 2)
    assert found.objects[1].knows_M.tolist() == [True, True]
    assert found.objects[2].knows_M.tolist() == [False, True]
    odds = similarity(candidates.keys.rows(torch.tensor([4])), candidates.keys)[0, CELLS:].exp()
    expected = odds @ candidates.objects[2].value_MV[CELLS:] / odds.sum()
    torch.testing.assert_close(found.objects[2].value_MV[1], expected)
    assert found.objects[2].value_MV.isfinite().all()


def test_working_memory_keeps_the_prompted_and_the_latest_frames():
    assert bounded(frames(1, 2, 3, 4), [1], CONFIG).frames == [1, 2, 3, 4]
    full = bounded(frames(1, 2, 3, 4, 5), [1], CONFIG)
    assert full.frames == [1, 4, 5]
    assert full.frame_M.tolist()[: CONFIG.prototypes] == [LONG_TERM] * CONFIG.prototypes
    assert len(full) == CONFIG.prototypes + 3 * CELLS


def test_several_prompted_frames_stay():
    assert bounded(frames(1, 2, 3, 4, 5, 6), [1, 3], CONFIG).frames == [1, 3, 5, 6]


@pytest.mark.parametrize("limit", [0, 1, 2, 5])
def test_long_term_memory_never_grows_beyond_its_limit_and_loses_the_least_used(limit):
    config = XMemConfig(most_frames=5, fewest_frames=3, prototypes=2, long_term=limit)
    memory = frames(0, 1, ids=lambda number: (1, 2))
    for number in range(2, 60):
        ids = (1, 2) if number < 20 else (1, 2, 3) if number < 40 else (2, 3)
        if number == 40:
            memory = memory.without(1)
        memory = bounded(memory.joined(frame(number, ids)), [0], config)
        memory = memory.used(drawn(len(memory), seed=number))
        assert int((memory.frame_M == LONG_TERM).sum()) <= limit
        assert len(memory.frames) < config.most_frames
    assert memory.object_ids == (2, 3)


def test_what_is_used_most_outlives_the_others():
    memory = bounded(frames(0, 1, 2, 3, 4), [0], CONFIG)
    favourite = memory.keys.key_MQ[0].clone()
    for number in range(5, 40):
        usage = torch.where((memory.keys.key_MQ == favourite).all(dim=1), 9.0, 0.1).double()
        memory = bounded(memory.used(usage).joined(frame(number)), [0], CONFIG)
    assert memory.frame_M[(memory.keys.key_MQ == favourite).all(dim=1)].tolist() == [LONG_TERM]


def test_cells_that_knew_a_forgotten_object_alone_are_gone():
    memory = frames(1, 2, ids=lambda number: (1,) if number == 1 else (1, 2)).without(1)
    assert (memory.object_ids, memory.frames) == ((2,), [2])


def test_what_was_found_is_forgotten_and_what_was_told_is_not():
    memory = frame(1, told=True).joined(frame(2, ids=(1, 2))).joined(frame(3)).forgetting_found(1)
    assert memory.frames == [1, 2]
    assert memory.objects[1].knows_M.tolist() == [True] * CELLS + [False] * CELLS
