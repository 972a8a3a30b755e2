import numpy as np
import pytest

from masklet.core.errors import ShapeError
from masklet.metrics.region import region_similarity

TOP = np.array([[[True, True], [False, False]]])
EMPTY = np.zeros_like(TOP)


@pytest.mark.parametrize(
    ("predicted", "truth", "expected"),
    [
        pytest.param(TOP, TOP, 1.0, id="all shared"),
        pytest.param(TOP, ~TOP, 0.0, id="no overlap"),
        pytest.param(TOP, TOP | ~TOP, 0.5, id="half covered"),
        pytest.param(EMPTY, EMPTY, 1.0, id="object absent from both"),
        pytest.param(TOP, EMPTY, 0.0, id="object only predicted"),
        pytest.param(EMPTY, TOP, 0.0, id="object missed"),
    ],
)
def test_region_similarity(predicted, truth, expected):
    assert region_similarity(predicted, truth) == pytest.approx([expected])


def test_every_frame_has_its_own_value():
    assert region_similarity(np.concatenate([TOP, TOP]), np.concatenate([TOP, EMPTY])).tolist() == [1.0, 0.0]


def test_videos_of_different_sizes_are_refused():
    with pytest.raises(ShapeError, match=r"predicted \(1, 2, 2\), truth \(1, 2, 3\)"):
        region_similarity(TOP, np.zeros((1, 2, 3), bool))
