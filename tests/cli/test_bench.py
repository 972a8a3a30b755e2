"""masklet bench: rows on stdout and in a file; words that make no sense are refused."""

import csv
import json

import pytest

from masklet.evaluation.end_to_end import Footage, JobRow
from masklet.evaluation.speed import SpeedRow

ROW = SpeedRow(
    model="label-propagation",
    weights=None,
    height=480,
    width=864,
    objects=1,
    frames=200,
    step_ms=80.0,
    frames_per_second=12.5,
    mean_step_ms=90.0,
    resident_mb=400.0,
    cores=2,
    load=0.5,
    processor="x86",
    python="3.11",
    openvino="2026.4",
    masklet="0.1.0",
)


@pytest.fixture
def asked(monkeypatch):
    """What the measurement was asked for."""
    words = {}

    def measure(model, **settings):
        words.update(model=model, **settings)
        return [ROW]

    monkeypatch.setattr("masklet.evaluation.speed.measure_tracker", measure)
    return words


def test_rows_are_said_and_written(masklet, asked, tmp_path):
    code, out, _ = masklet("bench", "--objects", "1,3", "--size", "120x160", "-o", tmp_path / "rows.csv")
    assert code == 0
    assert "80.0 ms a step (90.0 in the mean)" in out
    assert asked["objects"] == [1, 3]
    assert asked["size_HW"] == (120, 160)
    written = next(csv.DictReader((tmp_path / "rows.csv").read_text().splitlines()))
    assert written["frames_per_second"] == "12.5"


def test_own_weights_are_measured(masklet, asked, tmp_path):
    assert masklet("bench", "--weights", tmp_path / "own.pdmodel")[0] == 0
    assert asked["weights"] == tmp_path / "own.pdmodel"


def test_rows_for_programs(masklet, asked):
    assert json.loads(masklet("bench", "--json")[1])[0]["resident_mb"] == 400.0


JOB = JobRow(
    model="label-propagation",
    weights="own.pdmodel",
    video="disks.mp4",
    height=480,
    width=864,
    objects=1,
    frames=200,
    frames_per_second=24.5,
    step_ms=30.0,
    walk_seconds=8.0,
    finish_seconds=0.2,
    start_seconds=1.5,
    peak_mb=400.0,
    cores=2,
    load=0.5,
    processor="x86",
    masklet="0.1.0",
)


@pytest.fixture
def asked_for_runs(monkeypatch):
    words = {}

    def measure(model, **settings):
        words.update(model=model, **settings)
        return [JOB]

    monkeypatch.setattr("masklet.evaluation.end_to_end.measure_jobs", measure)
    return words


def test_whole_runs_are_measured_when_asked_for(masklet, asked_for_runs, tmp_path):
    code, out, _ = masklet("bench", "--end-to-end", "--objects", "1", "-o", tmp_path / "rows.csv")
    assert code == 0
    assert "24.5 frames/s in all" in out
    assert (asked_for_runs["objects"], asked_for_runs["footage"]) == ([1], None)
    assert next(csv.DictReader((tmp_path / "rows.csv").read_text().splitlines()))["finish_seconds"] == "0.2"


def test_whole_runs_are_measured_with_own_weights(masklet, asked_for_runs, tmp_path):
    out = masklet("bench", "--end-to-end", "--weights", tmp_path / "own.pdmodel", "--json")[1]
    assert asked_for_runs["weights"] == tmp_path / "own.pdmodel"
    assert json.loads(out)[0]["weights"] == "own.pdmodel"


def test_a_video_of_ones_own_can_be_measured(masklet, asked_for_runs, tmp_path):
    video, mask = tmp_path / "v.mp4", tmp_path / "m.png"
    video.touch(), mask.touch()
    assert masklet("bench", "--end-to-end", "--video", video, "--mask", mask)[0] == 0
    assert asked_for_runs["footage"] == Footage(video=video, mask=mask)


@pytest.mark.parametrize("words", [("--end-to-end", "--video"), ("--end-to-end", "--mask")])
def test_a_video_needs_its_mask(masklet, asked_for_runs, tmp_path, words):
    (tmp_path / "file").touch()
    code, _, err = masklet("bench", *words, tmp_path / "file")
    assert (code, asked_for_runs) == (2, {})
    assert "--video and --mask together" in " ".join(err.replace("│", " ").split())


@pytest.mark.parametrize(
    "words", [("--size", "480"), ("--objects", "1,x"), ("--frames", "0")], ids=["size", "objects", "frames"]
)
def test_words_that_make_no_sense_are_refused(masklet, asked, words):
    code, _, err = masklet("bench", *words)
    assert code == 2
    assert "whole numbers" in err


def test_a_model_that_is_no_tracker_is_refused(masklet):
    code, _, err = masklet("bench", "eiseg", "--frames", "2")
    assert (code, err.count("\n")) == (1, 1)
    assert "Expected a tracker" in err
