import json

import numpy as np
import pytest

from masklet.core.errors import EvaluationError, FormatError
from masklet.core.values import FrameMasks
from masklet.evaluation import evaluate_mot
from masklet.evaluation.mot import score_tracks
from masklet.formats.mot import read_mot
from masklet.masklets import BoxTracks, FrameBoxes
from masklet.masklets.store import MaskletWriter


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    return path


TRUTH = [(frame, 1, 10 * frame, 20, 30, 40, 1, -1, -1, -1) for frame in range(1, 5)]


def test_the_truth_against_itself_is_perfect(tmp_path):
    path = write(tmp_path / "gt.txt", *TRUTH)
    assert evaluate_mot(path, path).to_json()["overall"] == {
        **dict.fromkeys(["MOTA", "IDF1", "MOTP", "IDP", "IDR", "Recall", "Precision"], 1),
        **dict.fromkeys(["FP", "FN", "IDSW", "Frag", "PT", "ML"], 0),
        "TP": 4,
        "MT": 1,
    }


def test_results_without_boxes_in_some_frames_miss_there(tmp_path):
    truth, results = write(tmp_path / "gt.txt", *TRUTH), write(tmp_path / "out.txt", *TRUTH[:3])
    score = evaluate_mot(truth, results).overall
    assert (score.clear.misses, score.clear.matches, score.identity.idr) == (1, 3, 0.75)


def test_the_threshold_can_be_set(tmp_path):
    truth = write(tmp_path / "gt.txt", (1, 1, 0, 0, 10, 10, 1, -1, -1, -1))
    results = write(tmp_path / "out.txt", (1, 5, 0, 0, 10, 4, 1, -1, -1, -1))
    assert evaluate_mot(truth, results).overall.clear.matches == 0
    assert evaluate_mot(truth, results, threshold=0.4).overall.clear.matches == 1


MOT17 = [
    (1, 1, 0, 0, 10, 10, 1, 1, 1.0),  # a pedestrian
    (1, 2, 50, 0, 10, 10, 0, 1, 1.0),  # one that is not to be counted
    (1, 3, 100, 0, 10, 10, 0, 7, 1.0),  # a static person
    (1, 4, 150, 0, 10, 10, 0, 3, 1.0),  # a car
]


@pytest.mark.parametrize(
    ("x", "counts"),
    [
        pytest.param(0, (1, 0, 0), id="on a pedestrian"),
        pytest.param(50, (0, 1, 1), id="on a box that is not counted"),
        pytest.param(100, (0, 0, 1), id="on a distractor"),
        pytest.param(150, (0, 1, 1), id="on another class"),
    ],
)
def test_only_pedestrians_count_and_distractors_do_no_harm(tmp_path, x, counts):
    truth = write(tmp_path / "gt.txt", *MOT17)
    results = write(tmp_path / "out.txt", (1, 9, x, 0, 10, 10, 1, -1, -1, -1))
    clear = evaluate_mot(truth, results).overall.clear
    assert (clear.matches, clear.false_positives, clear.misses) == counts


def boxes(*objects):
    """Boxes of one frame from (id, x, label)."""
    ids, lefts, labels = zip(*objects, strict=True)
    return FrameBoxes(ids, np.array([[x, 0, x + 10, 10] for x in lefts], float), np.ones(len(ids)), labels)


def test_only_the_classes_asked_for_count():
    truth = BoxTracks({0: boxes((1, 0, None))})
    predicted = BoxTracks({0: boxes((4, 0, "person"), (5, 90, "car"))})
    assert score_tracks(truth, predicted).clear.false_positives == 1
    assert score_tracks(truth, predicted, labels=["person"]).clear.false_positives == 0


def write_run(folder, frames):
    """A run that finds the object of TRUTH in these frames (from 0)."""
    folder.mkdir(parents=True)
    with MaskletWriter(folder / "masklets.jsonl") as file:
        for index in frames:
            masks_NHW = np.zeros((1, 70, 90), bool)
            left = 10 * (index + 1)
            masks_NHW[0, 20:60, left : left + 30] = True
            file.append(FrameMasks(index, (3,), masks_NHW, np.ones(1)), seconds=0, name=f"{index:05d}")
    return folder


@pytest.mark.parametrize("name", ["", "masklets.jsonl"], ids=["folder of a run", "its masklets"])
def test_a_run_is_compared_by_the_boxes_of_its_masks(tmp_path, name):
    truth = write(tmp_path / "gt.txt", *TRUTH)
    score = evaluate_mot(truth, write_run(tmp_path / "run", range(4)) / name).overall
    assert (score.clear.mota, score.clear.motp, score.identity.idf1) == (1, 1, 1)


def test_a_run_that_lacks_frames_is_an_error_and_no_bad_score(tmp_path):
    truth = write(tmp_path / "PETS/gt/gt.txt", *TRUTH)
    with pytest.raises(EvaluationError, match="PETS lacks 2 of the truth's 4 frames, the first is 2"):
        evaluate_mot(truth, write_run(tmp_path / "run", range(2)))


def test_several_sequences_find_their_results_by_name(tmp_path):
    for name in ("A", "B"):
        write(tmp_path / f"truth/{name}/gt/gt.txt", *TRUTH)
    write(tmp_path / "results/A.txt", *TRUTH[:2])
    write_run(tmp_path / "results/B", range(4))
    report = evaluate_mot(tmp_path / "truth", tmp_path / "results")
    assert [report.sequences[name].clear.matches for name in ("A", "B")] == [2, 4]
    assert report.overall.clear.recall == 6 / 8


def test_every_sequence_without_results_is_named(tmp_path):
    for name in ("A", "B", "C"):
        write(tmp_path / f"truth/{name}/gt/gt.txt", *TRUTH)
    write(tmp_path / "results/B.txt", *TRUTH)
    with pytest.raises(EvaluationError, match=r"2 problems: A has neither A\.txt nor .*; C has neither"):
        evaluate_mot(tmp_path / "truth", tmp_path / "results")


def test_results_that_are_not_there_are_an_error(tmp_path):
    with pytest.raises(EvaluationError, match="found nothing at"):
        evaluate_mot(write(tmp_path / "gt.txt", *TRUTH), tmp_path / "none.txt")


def test_a_text_that_is_no_tracks_is_an_error_that_names_the_line(tmp_path):
    truth = write(tmp_path / "gt.txt", *TRUTH)
    with pytest.raises(FormatError, match="line 2"):
        evaluate_mot(truth, write(tmp_path / "out.txt", TRUTH[0], ("frame", "id")))


@pytest.mark.shared
def test_the_figures_of_mot15_equal_those_of_motmetrics(shared):
    folder = shared / "eval_fixtures/mot15_text"
    report = evaluate_mot(folder / "train", folder / "train/results")
    expected = json.loads((folder / "expected_motmetrics.json").read_text())["results"]
    names = {
        "idf1": "IDF1",
        "idp": "IDP",
        "idr": "IDR",
        "mota": "MOTA",
        "recall": "Recall",
        "precision": "Precision",
        "num_false_positives": "FP",
        "num_misses": "FN",
        "num_switches": "IDSW",
        "num_fragmentations": "Frag",
        "mostly_tracked": "MT",
        "partially_tracked": "PT",
        "mostly_lost": "ML",
    }
    for sequence, figures in expected.items():
        score = report.overall if sequence == "OVERALL" else report.sequences[sequence]
        ours = score.to_json()
        for theirs, name in names.items():
            assert ours[name] == pytest.approx(figures[theirs], rel=0, abs=1e-9), (sequence, name)
        assert ours["MOTP"] == pytest.approx(1 - figures["motp"], rel=0, abs=1e-9)


def made_tracks(truth: BoxTracks, seed: int) -> BoxTracks:
    """Tracks of the truth with noise: moved, lost, swapped, cut into pieces, and false ones."""
    random = np.random.default_rng(seed)
    frames = {}
    for index, true_boxes in truth.frames.items():
        kept = [row for row in range(len(true_boxes)) if random.random() < 0.85] or [0]
        moved_N4 = (
            true_boxes.boxes_N4[kept] + random.normal(0, 6, (len(kept), 1)) + random.normal(0, 1, (len(kept), 4))
        )
        ids = [
            true_boxes.object_ids[row] + 100 * ((index + 37 * true_boxes.object_ids[row]) // 150) for row in kept
        ]
        if index % 90 > 70 and len(ids) > 1:
            ids[0], ids[1] = ids[1], ids[0]
        if random.random() < 0.3:
            ids.append(5000 + index // 10)
            moved_N4 = np.vstack([moved_N4, [[5, 5, 40, 90]]])
        frames[index] = FrameBoxes(tuple(ids), moved_N4, np.ones(len(ids)), (None,) * len(ids))
    return BoxTracks(frames)


def trackeval_figures(truth: BoxTracks, predicted: BoxTracks):
    """What TrackEval says of the same boxes."""
    trackeval = pytest.importorskip("trackeval")
    from trackeval.datasets._base_dataset import _BaseDataset

    def numbered(tracks):
        order = {object_id: number for number, object_id in enumerate(tracks.object_ids)}
        return [
            np.array([order[object_id] for object_id in tracks.frames[index].object_ids], dtype=int)
            for index in truth.frames
        ]

    def boxes_at(tracks):
        return [tracks.frames[index].boxes_N4 for index in truth.frames]

    data = {
        "num_timesteps": len(truth.frames),
        "gt_ids": numbered(truth),
        "tracker_ids": numbered(predicted),
        "num_gt_ids": len(truth.object_ids),
        "num_tracker_ids": len(predicted.object_ids),
        "num_gt_dets": sum(map(len, truth.frames.values())),
        "num_tracker_dets": sum(map(len, predicted.frames.values())),
        "similarity_scores": [
            _BaseDataset._calculate_box_ious(first, second, box_format="x0y0x1y1")
            for first, second in zip(boxes_at(truth), boxes_at(predicted), strict=True)
        ],
    }
    settings = {"PRINT_CONFIG": False, "THRESHOLD": 0.5}
    return {
        **trackeval.metrics.CLEAR(settings).eval_sequence(data),
        **trackeval.metrics.Identity(settings).eval_sequence(data),
    }


@pytest.mark.shared
@pytest.mark.parametrize("seed", [0, 1])
def test_made_tracks_of_pets_score_as_trackeval_says(shared, seed):
    truth = read_mot(shared / "PETS09-S2L1/gt/gt.txt")
    predicted = made_tracks(truth, seed)
    ours, theirs = score_tracks(truth, predicted).to_json(), trackeval_figures(truth, predicted)
    assert ours["IDSW"] > 0
    assert ours["Frag"] > 0
    for name in ("MOTA", "MOTP", "IDF1", "IDP", "IDR", "IDSW", "Frag", "MT", "PT", "ML"):
        assert ours[name] == pytest.approx(theirs[name], rel=0, abs=1e-9), name
    for ours_name, name in {"TP": "CLR_TP", "FP": "CLR_FP", "FN": "CLR_FN"}.items():
        assert ours[ours_name] == theirs[name], name
