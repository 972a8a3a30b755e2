import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.core.errors import ShapeError
from masklet.metrics.boundary import boundary_f, boundary_tolerance
from masklet.metrics.label_maps import score_label_maps
from masklet.metrics.region import jaccard

LABELS = st.sampled_from([0, 0, 0, 1, 2, 3, 254, 255])


def blocks(seed, values, size_HW=(33, 47), side=6):
    """Blocks of random labels, so that objects touch each other and all edges."""
    height, width = size_HW
    coarse = np.random.default_rng(seed).choice(values, (height // side + 1, width // side + 1))
    return np.kron(coarse, np.ones((side, side), int))[:height, :width].astype(np.uint8)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), truth_values=st.lists(LABELS, min_size=1, max_size=6))
def test_one_pass_over_all_objects_equals_each_object_in_the_whole_picture(seed, truth_values):
    predicted, truth = blocks(seed, [0, 1, 2, 3]), blocks(seed + 1, truth_values)
    j_N, f_N = score_label_maps(predicted, truth, (1, 2, 3))
    counted, tolerance = truth < 254, boundary_tolerance(truth.shape)
    for object_id, j, f in zip((1, 2, 3), j_N, f_N, strict=True):
        masks = ((predicted == object_id) & counted, (truth == object_id) & counted)
        assert j == jaccard(*masks)
        assert f == boundary_f(*masks, tolerance=tolerance)


def test_an_object_in_neither_label_map_scores_one():
    empty = np.zeros((5, 5), np.uint8)
    assert [scores.tolist() for scores in score_label_maps(empty, empty, (7,))] == [[1.0], [1.0]]


def test_label_maps_of_different_sizes_are_refused():
    with pytest.raises(ShapeError, match="equal shapes"):
        score_label_maps(np.zeros((5, 5), np.uint8), np.zeros((5, 6), np.uint8), (1,))
