"""Values refuse what cannot be meant, in one sentence."""

import numpy as np
import pytest

from masklet.core.errors import MaskletError, MissingExtraError
from masklet.core.values import Box, Detections, FrameMasks, MaskPrompt, Points

MASKS = np.zeros((2, 3, 4), bool)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda: Box(0, 0, (0, 0, 1, 1)), "positive object id, got 0", id="object 0"),
        pytest.param(lambda: Box(0, 1, (5, 5, 5, 9)), "x2 > x1", id="box without width"),
        pytest.param(lambda: Points(0, 1, np.zeros((1, 3)), np.ones(1, int)), "one label each", id="points of 3"),
        pytest.param(lambda: Points(0, 1, np.zeros((1, 2)), np.array([2])), "labels 1", id="label 2"),
        pytest.param(lambda: MaskPrompt(0, 1, np.zeros((2, 2))), "boolean mask", id="mask of floats"),
        pytest.param(lambda: FrameMasks(0, (1,), MASKS, np.ones(1)), "1 masks", id="more masks than ids"),
        pytest.param(lambda: FrameMasks(0, (1, 1), MASKS, np.ones(2)), "each object id once", id="an id twice"),
        pytest.param(lambda: FrameMasks(0, (1, 2), MASKS, np.ones(2), ("a",)), "2 labels or none", id="one label"),
        pytest.param(lambda: Detections(np.zeros((1, 4)), np.ones(2), ("a", "b")), "2 boxes", id="a box short"),
        pytest.param(
            lambda: Detections(np.zeros((1, 4)), np.ones(1), ("a",), MASKS),
            "Expected 1 masks",
            id="a mask too many",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(make, says):
    with pytest.raises(MaskletError, match=says):
        make()


def test_detections_are_chosen_by_position_or_by_truth():
    found = Detections(np.arange(12.0).reshape(3, 4), np.array([0.9, 0.8, 0.7]), ("a", "b", "c"))
    assert found.select(np.array([2, 0])).labels_N == ("c", "a")
    assert found.select(np.array([False, True, False])).scores_N.tolist() == [0.8]


def test_a_frame_without_objects_has_a_size():
    empty = FrameMasks.empty(3, (4, 5))
    assert empty.size_HW == (4, 5)
    assert not empty.label_map().any()


def test_a_missing_extra_names_its_install_line():
    assert "pip install 'masklet[torch]'" in str(MissingExtraError("Training", extra="torch"))
