import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from datasets.davis_folders import make_davis
from masklet.core.errors import EvaluationError, FormatError
from masklet.evaluation import evaluate_davis
from masklet.evaluation.problems import ProblemsError
from masklet.formats.davis import read_label_png, write_label_png
from masklet.metrics.boundary import boundary_similarity
from masklet.metrics.region import region_similarity


@pytest.fixture
def davis(tmp_path):
    make_davis(tmp_path / "davis", frames=8)
    return tmp_path / "davis"


@pytest.fixture
def results(davis, tmp_path):
    return write_moved(davis / "Annotations/480p", tmp_path / "results")


def write_moved(truth, results, pixels=2):
    """Write the truth, moved to the right, as results."""
    for path in truth.glob("*/*.png"):
        folder = results / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        write_label_png(folder / path.name, np.roll(read_label_png(path, binary=False), pixels, axis=1))
    return results


def label_maps(folder):
    return np.stack([read_label_png(path, binary=False) for path in sorted(folder.glob("*.png"))])


def test_figures_are_those_of_the_metrics_without_first_and_last_frame(davis, results):
    report = evaluate_davis(davis, results)
    for sequence in report.sequences:
        assert sequence.frame_names == ("00001", "00002", "00003", "00004", "00005", "00006")
        truth, predicted = (
            label_maps(folder / sequence.name)[1:-1] for folder in (davis / "Annotations/480p", results)
        )
        for item in sequence.objects:
            pair = (predicted == item.object_id, truth == item.object_id)
            np.testing.assert_array_equal(item.j_T, region_similarity(*pair))
            np.testing.assert_array_equal(item.f_T, boundary_similarity(*pair))


def test_overall_figures_are_means_over_objects_not_sequences(tmp_path):
    make_davis(tmp_path, names=["dog"], objects=1)
    make_davis(tmp_path, names=["cows"], objects=3, listed=["dog", "cows"])
    report = evaluate_davis(tmp_path, write_moved(tmp_path / "Annotations/480p", tmp_path / "results"))
    dog, cows = report.sequences
    means = [item.j.mean for item in (*dog.objects, *cows.objects)]
    assert len(means) == 4
    assert report.overall["J-Mean"] == pytest.approx(np.mean(means))
    assert report.to_json()["sequences"]["cows"]["J"]["mean"] == pytest.approx(np.mean(means[1:]))


def test_jobs_change_nothing(davis, results):
    assert evaluate_davis(davis, results, jobs=3).to_json() == evaluate_davis(davis, results).to_json()


def test_the_year_2016_merges_all_ids(davis, results):
    report = evaluate_davis(davis, results, year=2016, sequences=["dog"])
    truth, predicted = (label_maps(folder / "dog")[1:-1] for folder in (davis / "Annotations/480p", results))
    (item,) = report.sequences[0].objects
    np.testing.assert_array_equal(item.j_T, region_similarity(predicted > 0, truth > 0))


def test_the_report_has_an_entry_for_every_object_and_rounds_only_single_frames(davis, results):
    report = evaluate_davis(davis, results)
    as_json = json.loads(json.dumps(report.to_json()))
    first = report.sequences[0].objects[0]
    assert as_json["per_object"]["dog_1"] == {"J": first.j_T.mean(), "F": first.f_T.mean()}
    assert as_json["sequences"]["dog"]["objects"]["1"]["J_per_frame"] == np.round(first.j_T, 6).tolist()
    assert as_json["global"]["J&F-Mean"] == (report.overall["J-Mean"] + report.overall["F-Mean"]) / 2


def test_the_folders_of_runs_are_results(davis, results, tmp_path):
    for folder in results.iterdir():
        (tmp_path / "runs" / folder.name).mkdir(parents=True)
        shutil.copytree(folder, tmp_path / "runs" / folder.name / "masks")
    assert evaluate_davis(davis, tmp_path / "runs").to_json() == evaluate_davis(davis, results).to_json()


def test_a_cached_table_in_the_results_is_not_looked_at(davis, results):
    before = evaluate_davis(davis, results).to_json()
    (results / "global_results-val.csv").write_text("J&F-Mean\n1.0\n")
    (results / "per-sequence_results-val.csv").write_text("Sequence,J-Mean\ndog_1,1.0\n")
    assert evaluate_davis(davis, results).to_json() == before


def test_first_and_last_results_may_be_missing(davis, results):
    before = evaluate_davis(davis, results).to_json()
    for name in ("00000.png", "00007.png"):
        (results / "dog" / name).unlink()
    assert evaluate_davis(davis, results).to_json() == before


def test_every_problem_is_counted_and_the_first_are_named(davis, results):
    (results / "dog/00002.png").unlink()
    Image.new("P", (7, 5)).save(results / "dog/00003.png")
    (results / "dog/00004.png").write_bytes(b"no picture")
    label_map_HW = read_label_png(results / "dog/00005.png", binary=False)
    write_label_png(results / "dog/00005.png", np.where(label_map_HW == 0, 9, label_map_HW))
    shutil.rmtree(results / "cows")
    with pytest.raises(ProblemsError) as caught:
        evaluate_davis(davis, results)
    said = str(caught.value)
    assert "got 5 problems" in said
    assert "dog/00002.png is missing" in said
    assert "dog/00003.png is 7x5, not 56x40" in said
    assert "dog/00004.png cannot be read" in said
    assert "dog/00005.png has the id 9, the truth none above 3" in said
    assert "cows has no folder" in said


def test_of_many_problems_the_rest_is_counted(davis, results):
    for path in results.glob("*/*.png"):
        path.unlink()
    with pytest.raises(EvaluationError, match=r"got 12 problems: .*00005\.png is missing; and 7 more\.$"):
        evaluate_davis(davis, results)


def test_results_that_are_not_there_are_an_error(davis, tmp_path):
    with pytest.raises(EvaluationError, match="found none at"):
        evaluate_davis(davis, tmp_path / "nowhere")


def test_masks_of_2016_evaluated_as_2017_are_an_error_that_says_so(davis, results):
    for path in (davis / "Annotations/480p").glob("*/*.png"):
        Image.fromarray(np.where(read_label_png(path, binary=True), 255, 0).astype(np.uint8)).save(path)
    with pytest.raises(EvaluationError, match="evaluate with year 2016"):
        evaluate_davis(davis, results)


def test_an_unknown_sequence_is_an_error(davis, results):
    with pytest.raises(EvaluationError, match="true masks of cat"):
        evaluate_davis(davis, results, sequences=["cat"])


def test_a_sequence_of_two_frames_is_an_error(tmp_path):
    make_davis(tmp_path, frames=2)
    with pytest.raises(EvaluationError, match="at least 3"):
        evaluate_davis(tmp_path, tmp_path / "Annotations/480p")


def test_a_damaged_truth_is_an_error_of_its_own(davis, results):
    (davis / "Annotations/480p/dog/00003.png").write_bytes(b"no picture")
    with pytest.raises(FormatError, match=r"00003\.png"):
        evaluate_davis(davis, results)


def test_decay_beyond_256_frames_can_be_that_of_the_benchmark(tmp_path):
    make_davis(tmp_path, names=["dog"], objects=1, frames=300, size_HW=(8, 16))
    right, official = (
        evaluate_davis(tmp_path, tmp_path / "Annotations/480p", official_decay=official).to_json()
        for official in (False, True)
    )
    assert right["global"]["J-Decay"] == 0
    assert official["global"]["J-Decay"] is None


def assert_equals(ours, expected, where=""):
    """Every figure of the expected is in ours, to 1e-9; texts that describe the run are left aside."""
    if isinstance(expected, dict):
        for key in expected.keys() - {"evaluator", "prediction", "ground_truth"}:
            assert_equals(ours[key], expected[key], f"{where}/{key}")
    elif expected and isinstance(expected, list) and isinstance(expected[0], float):
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-9, err_msg=where)
    elif isinstance(expected, float):
        assert ours == pytest.approx(expected, rel=0, abs=1e-9), where
    else:
        assert ours == expected, where


def fixture(shared: Path, name: str):
    folder = shared / "eval_fixtures" / name
    return folder / "osvos", json.loads((folder / "expected.json").read_text())


@pytest.mark.shared
def test_two_sequences_equal_the_official_figures(shared):
    results, expected = fixture(shared, "davis_binary")
    names = ["car-shadow", "blackswan"]
    report = evaluate_davis(shared / "DAVIS", results, year=2016, sequences=names, jobs=2)
    assert_equals(report.to_json()["sequences"], {name: expected["sequences"][name] for name in names})


@pytest.mark.shared
def test_several_objects_equal_the_official_figures(shared):
    results, expected = fixture(shared, "davis_multi")
    report = evaluate_davis(shared / "DAVIS-multi", results)
    assert_equals(report.to_json(), expected)


@pytest.mark.shared
@pytest.mark.slow
def test_the_whole_split_equals_the_official_figures(shared):
    results, expected = fixture(shared, "davis_binary")
    report = evaluate_davis(shared / "DAVIS", results, year=2016, jobs=2)
    assert_equals(report.to_json(), expected)
