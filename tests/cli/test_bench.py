"""masklet bench: rows on stdout and in a file; words that make no sense are refused."""

import csv
import json

import pytest

from masklet.evaluation.speed import SpeedRow

ROW = SpeedRow(
    model="label-propagation",
    height=480,
    width=864,
    objects=1,
    frames=200,
    step_ms=80.0,
    frames_per_second=12.5,
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
    assert "80.0 ms a step" in out
    assert asked["objects"] == [1, 3]
    assert asked["size_HW"] == (120, 160)
    written = next(csv.DictReader((tmp_path / "rows.csv").read_text().splitlines()))
    assert written["frames_per_second"] == "12.5"


def test_rows_for_programs(masklet, asked):
    assert json.loads(masklet("bench", "--json")[1])[0]["resident_mb"] == 400.0


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
