import math

import pytest

torch = pytest.importorskip("torch")

from masklet.models.xmem.keys import Keys, similarity  # noqa: E402
from masklet.models.xmem.memory import Known, Memory  # noqa: E402
from masklet.models.xmem.reading import best, read  # noqa: E402

CHANNELS, VALUES = 3, 5


def drawn(*shape, seed=0, high=1.0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(shape, generator=generator, dtype=torch.float64) - 0.5) * 2 * high


def keys(cells, seed=0, high=1.0):
    shrinkage = 1 + drawn(cells, seed=seed + 1).square()
    return Keys(drawn(cells, CHANNELS, seed=seed, high=high), shrinkage, drawn(cells, CHANNELS, seed=seed + 2) + 1)


def memory(cells, known, high=1.0):
    """A memory whose cells know of objects where these say so, by id."""
    zeros = torch.zeros(cells, dtype=torch.float64)
    values = {object_id: drawn(cells, VALUES, seed=object_id) for object_id in known}
    objects = {
        object_id: Known(
            values[object_id], torch.tensor(knows), torch.zeros(cells).bool(), values[object_id][:, 0]
        )
        for object_id, knows in known.items()
    }
    return Memory(keys(cells, high=high), zeros.long(), zeros, zeros, objects)


def distance(asking, asked, p, m):
    """Eq. 3 of the paper, sums written out, divided as in the released code."""
    terms = [asking.selection_MQ[p, q] * (asked.key_MQ[m, q] - asking.key_MQ[p, q]) ** 2 for q in range(CHANNELS)]
    return float(-asked.shrinkage_M[m] * sum(terms) / math.sqrt(CHANNELS))


def test_similarity_is_the_anisotropic_distance():
    asking, asked = keys(4, seed=10), keys(6)
    expected = [[distance(asking, asked, p, m) for m in range(6)] for p in range(4)]
    torch.testing.assert_close(similarity(asking, asked), torch.tensor(expected).double())


def plain_read(memory, asking, object_id, top_k):
    """The readout of an object and its affinities, over the cells that know it."""
    known = memory.objects[object_id]
    cells = known.knows_M.nonzero()[:, 0]
    values, weights = torch.zeros(len(asking), VALUES).double(), torch.zeros(len(asking), len(memory)).double()
    for p in range(len(asking)):
        scores = torch.tensor([distance(asking, memory.keys, p, m) for m in cells.tolist()]).double()
        kept = scores.argsort(descending=True)[:top_k]
        odds = (scores[kept] - scores.max()).exp()
        weights[p, cells[kept]] = odds / odds.sum()
        values[p] = weights[p] @ known.value_MV
    return values, weights


@pytest.mark.parametrize("top_k", [1, 4, 30])
def test_objects_are_read_from_the_cells_that_know_them(top_k):
    everything = memory(9, {1: [True] * 9, 2: [False] * 5 + [True] * 4, 3: [True] * 9})
    asking = keys(7, seed=20)
    reading = read(everything, asking, [3, 2, 1], top_k)
    expected = {object_id: plain_read(everything, asking, object_id, top_k) for object_id in (1, 2, 3)}
    for object_id, (values, _) in expected.items():
        torch.testing.assert_close(reading.readouts[object_id], values)
        torch.testing.assert_close(reading.covers[object_id], values[:, 0])
    mean_usage = sum(weights.sum(dim=0) for _, weights in expected.values()) / 3
    torch.testing.assert_close(reading.usage_M, mean_usage)


def test_an_object_that_no_cell_knows_is_not_read():
    reading = read(memory(4, {1: [True] * 4, 2: [False] * 4}), keys(3, seed=5), [1, 2, 8], 2)
    assert list(reading.readouts) == [1]
    assert reading.usage_M.sum() == pytest.approx(3)


def test_very_unlike_cells_are_read_without_overflow():
    everything = memory(9, {1: [True] * 9}, high=1e4)
    reading = read(everything, keys(7, seed=20, high=1e4), [1], 3)
    assert reading.readouts[1].isfinite().all()
    assert reading.usage_M.sum() == pytest.approx(7)


@pytest.mark.parametrize(
    ("cells", "count"), [(1, 30), (29, 30), (31, 30), (1000, 30), (977, 5), (5003, 30), (64, 1)]
)
def test_the_best_are_those_of_sorting_all(cells, count):
    values = drawn(6, cells, seed=cells)
    highest, where = best(values, count)
    torch.testing.assert_close(highest, values.sort(dim=1, descending=True).values[:, :count])
    torch.testing.assert_close(values.gather(1, where), highest)
    assert all(len(set(row)) == len(row) for row in where.tolist())


def test_the_best_are_found_where_all_are_alike():
    highest, where = best(torch.zeros(2, 4000), 30)
    assert highest.shape == (2, 30)
    assert all(len(set(row)) == 30 for row in where.tolist())


def test_what_is_read_does_not_hang_on_how_much_is_worked_on_together(monkeypatch):
    everything, asking = memory(40, {1: [True] * 40, 2: [True] * 7 + [False] * 33}), keys(50, seed=3)
    whole = read(everything, asking, [1, 2], 5)
    monkeypatch.setattr("masklet.models.xmem.reading._AT_ONCE", 120)
    parts = read(everything, asking, [1, 2], 5)
    for object_id in (1, 2):
        torch.testing.assert_close(parts.readouts[object_id], whole.readouts[object_id])
    torch.testing.assert_close(parts.usage_M, whole.usage_M)
