import numpy as np
import pytest

from masklet.core.errors import ShapeError
from masklet.metrics.bootstrap import mean_interval


def test_of_single_values_it_is_the_normal_interval():
    values_N = np.random.default_rng(1).normal(2.0, 1.0, 400)
    low, high = mean_interval(values_N, range(400))
    deviation = values_N.std() / np.sqrt(400)
    assert low == pytest.approx(values_N.mean() - 1.96 * deviation, abs=0.01)
    assert high == pytest.approx(values_N.mean() + 1.96 * deviation, abs=0.01)


def test_values_that_always_come_together_say_no_more_than_one():
    values_G = np.random.default_rng(2).normal(0.0, 1.0, 50)
    together = mean_interval(values_G.repeat(10), np.arange(50).repeat(10).tolist())
    assert together == pytest.approx(mean_interval(values_G, range(50)))
    apart = mean_interval(values_G.repeat(10), range(500))
    assert together[1] - together[0] > 2.5 * (apart[1] - apart[0])


def test_large_groups_count_by_their_values():
    low, high = mean_interval(np.array([0.0] * 9 + [1.0]), ["a"] * 9 + ["b"], draws=2000)
    assert (low, high) == (0, 1)
    values_N, groups = np.array([0.0] * 90 + [1.0] * 10), [*np.arange(10).repeat(9), *range(10)]
    assert mean_interval(values_N, groups) == pytest.approx((0.1, 0.1))


def test_nineteen_intervals_of_twenty_hold_the_true_mean():
    rng = np.random.default_rng(3)
    held = 0
    for trial in range(300):
        sizes_G = rng.integers(1, 6, 40)
        values_N = np.concatenate([rng.normal(0, 1) + rng.normal(0, 0.5, size) for size in sizes_G])
        low, high = mean_interval(values_N, np.arange(40).repeat(sizes_G).tolist(), draws=400, seed=trial)
        held += low <= 0 <= high
    assert 0.90 <= held / 300 <= 0.98


def test_the_same_seed_gives_the_same_interval():
    values_N = np.arange(10.0)
    assert mean_interval(values_N, range(10), seed=4) == mean_interval(values_N, range(10), seed=4)


@pytest.mark.parametrize(("values", "groups"), [([], []), ([1.0], ["a", "b"])])
def test_values_without_their_groups_are_refused(values, groups):
    with pytest.raises(ShapeError, match="a group for each value"):
        mean_interval(np.array(values), groups)
