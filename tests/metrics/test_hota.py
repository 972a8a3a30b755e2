from math import isnan, sqrt

import numpy as np
import pytest

from masklet.metrics.clear_mot import clear_mot
from masklet.metrics.hota import hota
from masklet.metrics.mots import mots
from masklet.metrics.overlap import FrameOverlap


def held(name, iou=1.0):
    """A frame with one person and one prediction of this name."""
    return FrameOverlap((1,), (name,), np.array([[iou]]))


def random_frames(seed, count=12):
    """Frames of up to 4 true and 4 predicted objects that come and go."""
    random = np.random.default_rng(seed)
    frames = []
    for _ in range(count):
        truths = tuple(np.flatnonzero(random.random(4) < 0.8).tolist())
        predicted = tuple((10 + np.flatnonzero(random.random(4) < 0.8)).tolist())
        near_NM = np.array([[0.6 if p - 10 == t else 0.0 for p in predicted] for t in truths])
        noise_NM = random.random((len(truths), len(predicted)))
        frames.append(FrameOverlap(truths, predicted, near_NM.reshape(noise_NM.shape) + 0.4 * noise_NM))
    return frames


def test_a_perfect_track_scores_one():
    result = hota([held(7)] * 3)
    assert (result.hota, result.det_a, result.ass_a, result.loc_a) == (1, 1, 1, 1)


def test_a_track_cut_in_halves_is_found_but_half_associated():
    result = hota([held(7), held(7), held(8), held(8)])
    assert (result.det_a, result.ass_a) == (1, 0.5)
    assert result.hota == pytest.approx(sqrt(0.5))


def test_an_iou_counts_at_the_thresholds_it_reaches():
    result = hota([held(7, iou=0.5)])
    assert result.matches_A.tolist() == [1] * 10 + [0] * 9
    assert result.det_a == pytest.approx(10 / 19)


def test_the_longer_common_track_wins_a_contested_frame():
    contested = FrameOverlap((1,), (7, 8), np.array([[0.6, 0.7]]))
    result = hota([held(7, 0.6)] * 5 + [contested])
    assert result.association_A[0] == 6  # all six matches on 7, which holds the person throughout


@pytest.mark.parametrize(
    ("frame", "score"),
    [
        pytest.param(FrameOverlap((1,), (), np.zeros((1, 0))), 0, id="missed"),
        pytest.param(FrameOverlap((), (7,), np.zeros((0, 1))), 0, id="false"),
    ],
)
def test_one_side_alone_scores_zero(frame, score):
    assert hota([frame]).hota == score


def test_nothing_is_not_a_number():
    result = hota([])
    assert all(isnan(value) for value in (result.hota, result.det_a, result.ass_a, result.loc_a))


def test_sequences_add_up_by_their_matches():
    both = hota([held(7)] * 3) + hota([held(7), held(8)])
    assert both.ass_a == pytest.approx((3 * 1 + 2 * 0.5) / 5)


def test_smotsa_weighs_matches_by_their_iou():
    frames = [held(7, 0.8), FrameOverlap((1,), (7, 9), np.array([[0.6, 0.0]]))]
    result = mots(clear_mot(frames))
    assert (result.smotsa, result.motsa, result.motsp) == pytest.approx(((1.4 - 1) / 2, 0.5, 0.7))


@pytest.mark.parametrize("seed", range(4))
def test_figures_equal_those_of_trackeval(seed):
    trackeval = pytest.importorskip("trackeval", reason="needs masklet[eval]")
    frames = random_frames(seed)
    data = {
        "num_timesteps": len(frames),
        "num_gt_ids": 4,
        "num_tracker_ids": 4,
        "num_gt_dets": sum(len(frame.truth_ids) for frame in frames),
        "num_tracker_dets": sum(len(frame.predicted_ids) for frame in frames),
        "gt_ids": [np.array(frame.truth_ids, dtype=int) for frame in frames],
        "tracker_ids": [np.array(frame.predicted_ids, dtype=int) - 10 for frame in frames],
        "similarity_scores": [frame.iou_NM for frame in frames],
    }
    theirs, ours = trackeval.metrics.HOTA().eval_sequence(data), hota(frames)
    for name, value in (("HOTA", ours.hota), ("DetA", ours.det_a), ("AssA", ours.ass_a)):
        assert value == pytest.approx(theirs[name].mean(), abs=1e-9), name
    clear = trackeval.metrics.CLEAR({"PRINT_CONFIG": False}).eval_sequence(data)
    assert mots(clear_mot(frames)).smotsa == pytest.approx(clear["sMOTA"], abs=1e-9)
