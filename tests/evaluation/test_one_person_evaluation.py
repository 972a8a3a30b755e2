"""Runs of one person against the boxes of everybody."""

import json

import pytest

from masklet.core.errors import EvaluationError
from masklet.evaluation.one_person import evaluate_persons
from street import LEFT, MIDDLE, RIGHT, write_run, write_truth

ALWAYS = range(10)


@pytest.fixture
def truth(tmp_path):
    return write_truth(tmp_path / "gt.txt", {1: {ALWAYS: LEFT}, 2: {ALWAYS: MIDDLE}})


def scored(tmp_path, truth, track, **options):
    run = write_run(tmp_path / "run", {1: track})
    return evaluate_persons([run], truth, **options).runs["run"]


def test_a_mask_on_the_person_scores_one(tmp_path, truth):
    score = scored(tmp_path, truth, {ALWAYS: LEFT})
    assert (score.frames, score.visible, score.found) == (10, 10, 10)
    assert (score.mean_iou, score.share_on_others) == (1.0, 0.0)


def test_frames_without_a_mask_score_zero(tmp_path, truth):
    score = scored(tmp_path, truth, {range(5): LEFT})
    assert (score.mean_iou, score.found_share) == (0.5, 0.5)


def test_a_mask_on_somebody_else_is_counted_by_its_area(tmp_path, truth):
    score = scored(tmp_path, truth, {range(5): LEFT, range(5, 10): [LEFT, MIDDLE]})
    assert score.share_on_others == pytest.approx(1 / 3)
    assert score.mean_iou == pytest.approx((5 + 5 * 10 / 40) / 10)


def test_who_is_hidden_does_not_count_as_visible(tmp_path):
    truth = write_truth(tmp_path / "gt.txt", {1: {ALWAYS: LEFT}, 2: {range(4): (8, 12, 14, 30)}})
    assert scored(tmp_path, truth, {ALWAYS: LEFT}).visible == 6


def test_a_run_of_a_span_is_held_against_its_frames_of_the_video(tmp_path):
    truth = write_truth(tmp_path / "gt.txt", {1: {range(5, 15): LEFT, range(5): RIGHT}}, frames=15)
    record = json.dumps({"settings": {"span": [5, 15], "more": {"person": 1}}})
    run = write_run(tmp_path / "run", {1: {ALWAYS: LEFT}}, record=record)
    assert evaluate_persons([run], truth).runs["run"].mean_iou == 1.0


def test_a_folder_stands_for_the_runs_in_it_and_means_weigh_them_alike(tmp_path, truth):
    write_run(tmp_path / "runs/pID1", {1: {ALWAYS: LEFT}})
    write_run(tmp_path / "runs/pID2", {2: {ALWAYS: LEFT}})
    report = evaluate_persons([tmp_path / "runs"], truth).to_json()
    assert list(report["runs"]) == ["pID1", "pID2"]
    assert report["mean"]["box_iou"] == 0.5
    assert report["mean"]["area_on_others"] == 0.5


@pytest.mark.parametrize(
    ("tracks", "options", "says"),
    [
        pytest.param({1: {ALWAYS: LEFT}, 2: {ALWAYS: MIDDLE}}, {}, "got 2 objects", id="two people"),
        pytest.param({7: {ALWAYS: LEFT}}, {}, "got 7; say which", id="a stranger"),
        pytest.param({1: {ALWAYS: LEFT}}, {"person_id": 8}, "got 8", id="another stranger"),
    ],
)
def test_runs_that_are_not_of_a_person_of_the_truth_are_refused(tmp_path, truth, tracks, options, says):
    run = write_run(tmp_path / "run", tracks)
    with pytest.raises(EvaluationError, match=says):
        evaluate_persons([run], truth, **options)


def test_no_run_is_refused(tmp_path, truth):
    with pytest.raises(EvaluationError, match=r"a folder with masklets\.jsonl"):
        evaluate_persons([tmp_path / "nowhere"], truth)
