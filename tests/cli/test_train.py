import json
from pathlib import Path

import pytest

TINY = Path(__file__).parents[1] / "training/tiny_recipe.py"


@pytest.fixture
def tiny(masklet, tmp_path):
    """Train the tiny recipe into tmp_path / "out"."""
    pytest.importorskip("torch")
    folder = f"data.folder={tmp_path / 'data'}"
    return lambda *words: masklet("train", TINY, "-o", tmp_path / "out", "--set", folder, *words)


def test_train_says_what_it_did(tiny, tmp_path):
    code, out, err = tiny("--set", "loop.steps=2")
    assert (code, out) == (0, f"finished after step 2 -> {tmp_path / 'out'}\n")
    assert "step 2/2" in err
    assert (tmp_path / "out/last.pt").is_file()


def test_train_reports_as_json_and_can_be_quiet(tiny, tmp_path):
    words = ("--set", "loop.validate_every=2", "--set", "loop.keep_best=silence")
    code, out, err = tiny("--json", "--quiet", *words)
    report = json.loads(out)
    assert (code, err, report["step"], report["best"]["figure"]) == (0, "", 4, "silence")
    assert report["figures"].keys() == {"silence"}


def test_train_resumes_and_overwrites_only_when_told(tiny):
    assert tiny("-q")[0] == 0
    code, _, err = tiny()
    assert (code, "--resume goes on with it" in err) == (1, True)
    assert tiny("--resume", "--set", "loop.steps=5")[1].startswith("finished after step 5")
    assert tiny("--overwrite")[1].startswith("finished after step 4")
    assert tiny("--overwrite", "--resume")[0] == 2


def test_train_lists_recipes(masklet):
    code, out, _ = masklet("train", "--list")
    assert code == 0
    assert [line.split(":")[0] for line in out.splitlines()][:2] == ["adapt", "masklet-s"]
    assert "masklet-s" in json.loads(masklet("train", "--list", "--json")[1])


def test_train_shows_settings(masklet):
    pytest.importorskip("torch")
    code, out, _ = masklet("train", TINY, "--show")
    assert code == 0
    assert out.splitlines()[0] == "width=4  (a whole number) Hidden units."
    assert json.loads(masklet("train", TINY, "--show", "--json")[1])[0]["default"] == "4"


def test_train_names_a_setting_that_is_wrong(tiny):
    code, _, err = tiny("--set", "loop.steps=many")
    assert (code, err) == (1, "masklet: Expected a whole number for loop.steps, got 'many'.\n")


@pytest.mark.parametrize("words", [(), ("masklet-s",)], ids=["no recipe", "no folder"])
def test_train_without_what_it_needs_is_wrong_usage(masklet, words):
    assert masklet("train", *words)[0] == 2
