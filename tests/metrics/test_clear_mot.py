from math import isnan

import numpy as np
import pytest

from masklet.metrics.clear_mot import clear_mot
from masklet.metrics.overlap import FrameOverlap


def seen(*pairs, truths=(), predictions=()):
    """A frame with these (true id, predicted id, IoU), other true ids missed and other predictions false."""
    truth_ids = tuple(dict.fromkeys([pair[0] for pair in pairs] + list(truths)))
    predicted_ids = tuple(dict.fromkeys([pair[1] for pair in pairs] + list(predictions)))
    iou_NM = np.zeros((len(truth_ids), len(predicted_ids)))
    for truth_id, predicted_id, iou in pairs:
        iou_NM[truth_ids.index(truth_id), predicted_ids.index(predicted_id)] = iou
    return FrameOverlap(truth_ids, predicted_ids, iou_NM)


def test_a_perfect_track_scores_one():
    result = clear_mot([seen((1, 7, 1.0), (2, 8, 1.0))] * 3)
    assert (result.mota, result.motp, result.recall, result.precision) == (1, 1, 1, 1)
    assert (result.mostly_tracked, result.partly_tracked, result.mostly_lost) == (2, 0, 0)


def test_misses_and_false_positives_are_counted_against_the_true_boxes():
    result = clear_mot([seen((1, 7, 0.6), truths=(2,), predictions=(8, 9))])
    assert (result.matches, result.misses, result.false_positives) == (1, 1, 2)
    assert result.mota == 1 - 3 / 2
    assert result.motp == pytest.approx(0.6)


def test_an_iou_below_the_threshold_is_no_match():
    frames = [seen((1, 7, 0.4))]
    assert (clear_mot(frames).matches, clear_mot(frames, threshold=0.4).matches) == (0, 1)


def test_a_correspondence_is_kept_although_another_overlaps_more():
    assert clear_mot([seen((1, 7, 0.9)), seen((1, 7, 0.5), (1, 8, 0.95))]).switches == 0


def test_without_a_correspondence_the_greatest_sum_of_iou_decides():
    result = clear_mot([seen((1, 7, 0.9), (1, 8, 0.8), (2, 7, 0.8))])
    assert (result.matches, result.iou_sum) == (2, pytest.approx(1.6))


def test_a_new_name_after_a_gap_is_a_switch_and_a_fragmentation():
    result = clear_mot([seen((1, 7, 0.9)), seen(truths=(1,)), seen((1, 8, 0.9))])
    assert (result.switches, result.fragmentations) == (1, 1)


def test_an_object_that_was_away_is_no_fragmentation():
    result = clear_mot([seen((1, 7, 0.9)), seen((2, 8, 0.9)), seen((1, 7, 0.9))])
    assert (result.switches, result.fragmentations) == (0, 0)


@pytest.mark.parametrize(
    ("found", "counts"), [(4, (1, 0, 0)), (3, (0, 1, 0)), (1, (0, 1, 0)), (0, (0, 0, 1))], ids=str
)
def test_an_object_is_tracked_mostly_partly_or_hardly(found, counts):
    result = clear_mot([seen((1, 7, 0.9))] * found + [seen(truths=(1,))] * (5 - found))
    assert (result.mostly_tracked, result.partly_tracked, result.mostly_lost) == counts


def test_counts_of_sequences_add_up():
    first, second = clear_mot([seen((1, 7, 0.8))]), clear_mot([seen(truths=(1,), predictions=(7,))])
    both = first + second
    assert (both.matches, both.misses, both.false_positives, both.mota) == (1, 1, 1, 0)


def test_shares_of_nothing_are_not_a_number():
    result = clear_mot([])
    assert all(isnan(value) for value in (result.mota, result.motp, result.recall, result.precision))
