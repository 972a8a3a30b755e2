"""The scene of the benchmark, and one true measurement of it."""

import numpy as np
import pytest

from masklet.core.errors import WeightsError
from masklet.evaluation.speed import circling_disks, measure_tracker, resident_mb


@pytest.mark.parametrize("objects", [1, 2, 5, 30])
def test_disks_stay_in_the_picture_and_apart(objects):
    scene = circling_disks(objects, (480, 864))
    for index in range(0, 160, 20):
        _, masks_NHW = scene(index)
        assert masks_NHW.any(axis=(1, 2)).all()
        assert masks_NHW.sum(axis=0).max() == 1


def test_the_scene_is_the_same_in_every_run():
    first, second = (circling_disks(3, (120, 200))(7)[0].image_HW3 for _ in range(2))
    assert (first == second).all()
    assert (first != circling_disks(3, (120, 200))(8)[0].image_HW3).any()


def test_more_arrays_take_more_memory():
    before = resident_mb()
    block = np.ones(2**25)  # 256 MiB, more than earlier tests may have given back
    assert resident_mb() - before > 100
    del block


def test_own_weights_that_are_not_there_are_named(tmp_path):
    with pytest.raises(WeightsError, match=r"own\.pdmodel, got none"):
        measure_tracker(weights=tmp_path / "own.pdmodel", objects=(1,), frames=(2,))


def test_every_mark_gives_a_row():
    rows = measure_tracker(size_HW=(120, 160), objects=(1, 2), frames=(4, 8), threads=1)
    assert [(row.objects, row.frames) for row in rows] == [(1, 4), (1, 8), (2, 4), (2, 8)]
    assert {row.weights for row in rows} == {None}
    assert all(row.step_ms > 0 and row.mean_step_ms > 0 and row.resident_mb > 50 for row in rows)
