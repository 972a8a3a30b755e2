import json

import pytest

from masklet.core.errors import EvaluationError, FormatError, SourceError
from masklet.evaluation import evaluate_mot
from masklet.evaluation.pedestrians import ClipLengths, Definitions, evaluate_pedestrians
from masklet.evaluation.pedestrians.people import BoxPeople
from masklet.formats import write_masklets
from samples import random_masklets
from street import LEFT, RATE, RIGHT, boxes, masks, write_run, write_truth

ALL, TWENTY = range(10), range(20)
ONE_SECOND = ClipLengths(seconds=1.0)


@pytest.fixture
def truth(tmp_path):
    """Person 1 for two seconds, person 2 from the middle of the first."""
    return write_truth(tmp_path / "street/gt/gt.txt", {1: {TWENTY: LEFT}, 2: {range(5, 20): RIGHT}}, 20)


def measured(truth, results, **options):
    return evaluate_pedestrians(truth, results, **{"frames_per_second": RATE, "lengths": ONE_SECOND, **options})


def test_a_run_of_the_whole_video_is_measured_clip_by_clip(truth, tmp_path):
    run = write_run(tmp_path / "run", {7: {TWENTY: LEFT}}, 20)
    report = measured(truth, {"ours": run})
    assert [span.frames for _, span in report.clips] == [range(10), range(10, 20)]
    assert [clip.tables.tracking.tracked for clip in report.pipelines["ours"].clips] == [1, 1]
    assert report.pipelines["ours"].tables.tracking.people == 4


def test_runs_of_single_clips_count_their_frames_from_zero(truth, tmp_path):
    write_run(tmp_path / "runs/street_0000", {7: {ALL: LEFT}})
    write_run(tmp_path / "runs/street_0001", {7: {ALL: LEFT}, 8: {ALL: RIGHT}})
    (first, second) = measured(truth, {"ours": tmp_path / "runs"}).pipelines["ours"].clips
    assert (first.tables.tracking.tracked, second.tables.tracking.tracked) == (1, 2)


def test_only_the_clips_that_were_run_are_measured(truth, tmp_path):
    write_run(tmp_path / "runs/cam_0001", {7: {ALL: LEFT}})
    whole = write_run(tmp_path / "whole", {7: {TWENTY: LEFT}}, 20)
    report = measured(truth, {"clips": tmp_path / "runs", "whole": whole})
    assert [span.number for _, span in report.clips] == [1]
    assert len(report.pipelines["whole"].clips) == 1


def test_several_sequences_find_their_runs_by_name(tmp_path):
    for name in ("A", "B"):
        write_truth(tmp_path / f"truth/{name}/gt/gt.txt", {1: {ALL: LEFT}})
    write_run(tmp_path / "runs/A", {7: {ALL: LEFT}})
    write_run(tmp_path / "runs/B_0000", {7: {ALL: LEFT}})
    report = measured(tmp_path / "truth", {"ours": tmp_path / "runs"})
    assert [clip.sequence for clip in report.pipelines["ours"].clips] == ["A", "B"]
    assert report.pipelines["ours"].tables.tracking.share == 1


def test_frames_per_second_are_those_of_all_runs_together(truth, tmp_path):
    for number, seconds in enumerate((1, 3)):
        record = json.dumps({"frames": 10, "seconds": seconds, "frames_before_resume": 0})
        write_run(tmp_path / f"runs/street_000{number}", {}, record=record)
    assert measured(truth, {"ours": tmp_path / "runs"}).pipelines["ours"].frames_per_second == 5


def test_runs_that_do_not_tell_their_time_have_no_rate(truth, tmp_path):
    run = write_run(tmp_path / "run", {}, 20, record=None)
    assert measured(truth, {"ours": run}).to_json()["pipelines"]["ours"]["frames_per_second"] is None


def test_the_rate_of_the_video_is_read_from_a_run(truth, tmp_path):
    run = write_run(tmp_path / "run", {}, 20, record='{"input": {"frames_per_second": 10}}')
    report = measured(truth, {"ours": run}, frames_per_second=None)
    assert report.frames_per_second == {"street": 10}


def test_masks_are_compared_where_the_truth_has_some(tmp_path):
    write_masklets(masks({1: {ALL: LEFT}}), tmp_path / "truth.jsonl", "masklets")
    run = write_run(tmp_path / "run", {7: {ALL: LEFT}})
    report = measured(tmp_path / "truth.jsonl", {"ours": run})
    assert (report.compare, report.pipelines["ours"].scores.to_json()["sMOTSA"]) == ("mask", 1)


def test_masks_of_a_smaller_video_are_held_against_boxes_of_their_size():
    halves = BoxPeople(boxes({1: {ALL: (20, 20, 20, 60)}}), size_HW=(120, 200)).frame(0, (60, 100))
    assert halves.boxes_N4.tolist() == [[10, 10, 20, 40]]
    assert halves.height_N.tolist() == [60]


def test_what_a_truth_says_of_visibility_is_taken(tmp_path):
    truth = tmp_path / "gt.txt"
    rows = [
        f"{frame},{person},10,10,10,30,1,1,{share}"
        for frame in range(1, 11)
        for person, share in [(1, 1.0), (2, 0.4)]
    ]
    truth.write_text("\n".join(rows))
    run = write_run(tmp_path / "run", {7: {ALL: LEFT}})
    assert measured(truth, {"ours": run}).pipelines["ours"].tables.tracking.people == 1


def test_a_mask_on_a_distractor_does_no_harm(tmp_path):
    truth = tmp_path / "gt.txt"
    kinds = [(1, LEFT, 1, 1), (2, RIGHT, 0, 7)]  # a pedestrian, and a static person
    rows = [
        f"{t},{who},{','.join(map(str, box))},{flag},{kind},1.0"
        for t in range(1, 11)
        for who, box, flag, kind in kinds
    ]
    truth.write_text("\n".join(rows))
    run = write_run(tmp_path / "run", {7: {ALL: LEFT}, 8: {ALL: RIGHT}})
    report = measured(truth, {"ours": run}).pipelines["ours"]
    assert (report.tables.tracking.people, report.scores.clear.false_positives) == (1, 0)


def test_a_mask_in_an_ignored_region_does_no_harm(tmp_path):
    true = masks({2001: {ALL: LEFT}, 10000: {ALL: (60, 0, 40, 60)}})
    text = [
        f"{index + 1} {item.object_id} {10 if item.object_id == 10000 else 2} 60 100 {item.rle.counts}"
        for index in true.frame_indices
        for item in true.objects(index)
    ]
    path = tmp_path / "street/gt/gt.txt"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(text))
    run = write_run(tmp_path / "run", {7: {ALL: LEFT}, 8: {ALL: RIGHT}})
    report = measured(path, {"ours": run})
    assert (report.compare, report.pipelines["ours"].scores.to_json()["sMOTSA"]) == ("mask", 1)


def test_without_special_cases_the_scores_are_those_of_mot(tmp_path):
    truth = {1: {range(6): LEFT, range(6, 10): RIGHT}, 2: {ALL: (30, 12, 12, 30)}}
    tracks = {5: {range(7): LEFT, range(7, 10): RIGHT}, 6: {range(2, 9): (32, 12, 12, 30)}, 7: {3: (0, 0, 9, 9)}}
    path, run = write_truth(tmp_path / "gt.txt", truth), write_run(tmp_path / "run", tracks)
    mine = measured(path, {"ours": run}, definitions=Definitions(least_visible=0)).pipelines["ours"].scores
    theirs = evaluate_mot(path, run).overall
    assert (mine.clear, mine.identity) == (theirs.clear, theirs.identity)


def test_a_clip_without_anyone_has_no_shares(tmp_path):
    truth = write_truth(tmp_path / "gt.txt", {1: {range(10, 20): LEFT}}, 20)
    run = write_run(tmp_path / "run", {}, 20)
    report = measured(truth, {"ours": run}, only=[0]).to_json()["pipelines"]["ours"]
    assert (report["tracking"]["people"], report["tracking"]["share"], report["scores"]["HOTA"]) == (0, None, None)


def test_a_truth_of_other_things_than_people_is_an_error(tmp_path):
    write_masklets(random_masklets(frames=10), tmp_path / "dogs.json", "coco-video")
    document = (tmp_path / "dogs.json").read_text().replace('"person"', '"dog"')
    (tmp_path / "dogs.json").write_text(document)
    write_masklets(random_masklets(frames=10), tmp_path / "masklets.jsonl", "masklets")
    with pytest.raises(EvaluationError, match=r"labelled person, pedestrian or not at all, got dog"):
        measured(tmp_path / "dogs.json", {"ours": tmp_path})


def test_a_video_that_is_none_is_an_error(truth, tmp_path):
    with pytest.raises(SourceError, match="found nothing there"):
        measured(truth, {"ours": tmp_path}, video=tmp_path / "missing.mp4")


def test_the_paper_stands_apart_as_printed(truth, tmp_path):
    report = measured(truth, {"ours": write_run(tmp_path / "run", {}, 20)}).to_json()
    assert [row["tracked"] for row in report["printed"]["tables"]] == ["97 (74%)", "97 (74%)", "122 (93%)"]
    assert set(report["pipelines"]) == {"ours"}


def test_every_clip_that_a_pipeline_lacks_is_named(truth, tmp_path):
    write_run(tmp_path / "a/street_0000", {})
    write_run(tmp_path / "a/street_0001", {}, 8)
    write_run(tmp_path / "b/street_0000", {}, 12)
    with pytest.raises(EvaluationError) as error:
        measured(truth, {"a": tmp_path / "a", "b": tmp_path / "b"})
    for problem in (
        "got 3 problems",
        "a lacks 2 frames, the first is 18, of clip 1 of street",
        "b has 12 frames, not 10 as its rate and length say, in clip 0 of street",
        "b has no run of clip 1 of street",
    ):
        assert problem in str(error.value)


def test_a_folder_without_runs_says_what_was_expected(truth, tmp_path):
    (tmp_path / "nothing").mkdir()
    with pytest.raises(EvaluationError, match=r"Expected a run of street .* of the pipeline ours, found none"):
        measured(truth, {"ours": tmp_path / "nothing"})


def test_two_runs_of_one_clip_are_an_error(truth, tmp_path):
    write_run(tmp_path / "runs/a_0000", {})
    write_run(tmp_path / "runs/b_0", {})
    with pytest.raises(EvaluationError, match=r"one run for each clip .* got a_0000 and b_0"):
        measured(truth, {"ours": tmp_path / "runs"})


def test_a_rate_that_nothing_tells_must_be_given(truth, tmp_path):
    run = write_run(tmp_path / "run", {}, 20)
    with pytest.raises(EvaluationError, match="--fps"):
        measured(truth, {"ours": run}, frames_per_second=None)


def test_boxes_cannot_be_compared_as_masks(truth, tmp_path):
    run = write_run(tmp_path / "run", {}, 20)
    with pytest.raises(EvaluationError, match="got boxes"):
        measured(truth, {"ours": run}, definitions=Definitions(compare="mask"))


def test_a_video_shorter_than_a_clip_says_what_to_do(truth, tmp_path):
    run = write_run(tmp_path / "run", {}, 20)
    with pytest.raises(EvaluationError, match="--keep-rest"):
        measured(truth, {"ours": run}, lengths=ClipLengths(seconds=5))
    kept = measured(truth, {"ours": run}, lengths=ClipLengths(seconds=5, keep_rest=True))
    assert [span.frames for _, span in kept.clips] == [TWENTY]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param({"right_from": 1.5}, "right_from from 0 to 1", id="share above 1"),
        pytest.param({"located_from": 0.6}, "located_from <= right_from", id="located above right"),
        pytest.param({"located_from": 0}, "0 < located_from", id="located from nothing"),
        pytest.param({"gap_seconds": -1}, "gap_seconds", id="negative time"),
        pytest.param({"least_height": float("nan")}, "least_height", id="no number"),
        pytest.param({"compare": "colour"}, "auto, box, mask or covered", id="unknown comparison"),
    ],
)
def test_choices_out_of_range_are_refused(values, said):
    with pytest.raises(EvaluationError, match=said):
        Definitions(**values)


def test_a_damaged_truth_names_its_line(tmp_path):
    (tmp_path / "gt.txt").write_text("1,1,0,0,10,10,1,-1,-1,-1\n2,1,0,0,ten,10,1,-1,-1,-1\n")
    with pytest.raises(FormatError, match="line 2"):
        measured(tmp_path / "gt.txt", {"ours": write_run(tmp_path / "run", {})})
