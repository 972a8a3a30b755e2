import json
from dataclasses import replace

import pytest

import masklet as package
from masklet.core.errors import ModelError
from masklet.models import MODELS, load_detector


def test_models_lists_every_network(masklet, tmp_path, monkeypatch):
    monkeypatch.setenv("MASKLET_CACHE", str(tmp_path))
    code, out, _ = masklet("models", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0
    assert set(rows) == set(MODELS)
    assert rows["picodet-s"] == {
        "name": "picodet-s",
        "capability": "detector",
        "about": "boxes of the 80 COCO classes",
        "weights": "picodet-s-416",
        "licence": "Apache-2.0",
        "bytes": 7_845_659,
        "shipped": False,
        "cached": False,
    }


def test_models_as_text_has_a_line_for_each(masklet, tmp_path, monkeypatch):
    monkeypatch.setenv("MASKLET_CACHE", str(tmp_path))
    assert [line.split()[0] for line in masklet("models")[1].splitlines()] == list(MODELS)


def test_an_unknown_model_is_answered_with_the_known_ones():
    with pytest.raises(ModelError, match=r"eiseg.*got 'sam9'"):
        package.load_model("sam9")


def test_a_model_that_cannot_do_what_is_asked_is_named():
    with pytest.raises(ModelError, match=r"Expected a detector \(.*picodet-s.*\), got 'eiseg', a segmenter"):
        load_detector("eiseg")


def test_a_model_whose_weights_come_with_masklet_is_here(masklet, monkeypatch, shipped_toy):
    monkeypatch.setitem(MODELS, "toy", replace(MODELS["picodet-s"], weights="toy"))
    rows = {line.split()[0]: line.split() for line in masklet("models")[1].splitlines()}
    assert "shipped" in rows["toy"]
    assert json.loads(masklet("models", "--json")[1])[-1]["cached"] is True
