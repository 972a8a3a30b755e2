from itertools import permutations
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.metrics.identity import Identity, identity
from masklet.metrics.overlap import FrameOverlap


def best_by_trying_all(frames, threshold=0.5):
    """Most boxes in common over every one-to-one assignment of 3 true to 3 predicted tracks."""

    def common(assignment):
        return sum(frame.iou_NM[truth, assignment[truth]] >= threshold for frame in frames for truth in range(3))

    return max(common(assignment) for assignment in permutations(range(3)))


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_the_assignment_has_most_boxes_in_common(seed):
    random = np.random.default_rng(seed)
    frames = [FrameOverlap((0, 1, 2), (0, 1, 2), random.random((3, 3))) for _ in range(5)]
    result = identity(frames)
    assert result.idtp == best_by_trying_all(frames)
    assert result.idtp + result.idfn == result.idtp + result.idfp == 15


def test_a_track_that_changes_its_name_keeps_only_the_longer_part():
    frames = [FrameOverlap((1,), (7,), np.array([[0.9]]))] * 3 + [FrameOverlap((1,), (8,), np.array([[0.9]]))]
    result = identity(frames)
    assert result == Identity(idtp=3, idfp=1, idfn=1)
    assert (result.idf1, result.idp, result.idr) == (0.75, 0.75, 0.75)


def test_counts_of_sequences_add_up():
    assert Identity(3, 1, 0) + Identity(1, 0, 2) == Identity(4, 1, 2)


@pytest.mark.parametrize("name", ["idf1", "idp", "idr"])
def test_shares_of_nothing_are_not_a_number(name):
    assert isnan(getattr(identity([]), name))


def test_only_misses_score_zero():
    assert identity([FrameOverlap((1, 2), (), np.zeros((2, 0)))]).idf1 == 0
