from math import isnan

import numpy as np
import pytest

from masklet.core.errors import ShapeError
from masklet.metrics.sequence_statistics import decay, sequence_statistics


def test_recall_counts_frames_above_one_half_and_not_at_it():
    assert sequence_statistics(np.array([0.5, 0.51, 1.0, 0.0])).recall == 0.5


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([0.3], 0.0, id="one frame"),
        pytest.param([1.0, 0.0], 1.0, id="two frames"),
        pytest.param([1.0, 1.0, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0], 1 - 1 / 6, id="quarters share a frame"),
        pytest.param([0.2] * 10, 0.0, id="nothing lost"),
    ],
)
def test_decay(values, expected):
    assert decay(np.array(values)) == pytest.approx(expected)


@pytest.mark.parametrize("frames", [1, 4, 100, 256])
def test_the_official_decay_is_right_up_to_256_frames(frames):
    values_T = np.random.default_rng(frames).random(frames)
    assert decay(values_T) == decay(values_T, official=True)


def test_beyond_256_frames_the_official_borders_wrap_and_the_right_ones_do_not():
    values_T = np.random.default_rng(0).random(
        420
    )  # borders 0, 105, 210, 314, 419, in 8 bits 0, 105, 210, 58, 163
    assert decay(values_T) == pytest.approx(values_T[:106].mean() - values_T[314:].mean())
    assert decay(values_T, official=True) == pytest.approx(values_T[:106].mean() - values_T[58:164].mean())


def test_wrapped_borders_in_the_wrong_order_leave_nothing_to_compare():
    assert isnan(decay(np.ones(300), official=True))


def test_no_frames_are_refused():
    with pytest.raises(ShapeError, match="at least one frame"):
        sequence_statistics(np.array([]))
