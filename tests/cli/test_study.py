"""masklet study: a row for each value on stdout."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

TINY = Path(__file__).parents[1] / "training/tiny_recipe.py"
WORDS = (
    "study",
    TINY,
    "--figure",
    "silence",
    "--no-plot",
    "--set",
    "loop.steps=1",
    "--set",
    "loop.validate_every=1",
)


def test_values_are_compared(masklet, tmp_path):
    code, out, _ = masklet(*WORDS, "--vary", "width=2,3", "-o", tmp_path / "out")
    assert code == 0
    assert [line.split(":")[0] for line in out.splitlines()] == ["width=2", "width=3"]


def test_a_family_that_is_none_is_one_sentence(masklet, tmp_path):
    code, out, err = masklet(*WORDS, "--vary", "width", "-o", tmp_path / "out")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "Expected NAME=A,B,C" in err


def test_seeds_are_told_as_mean_and_spread(masklet, tmp_path):
    code, out, _ = masklet(*WORDS, "--vary", "width=2,3", "--seeds", "0,1", "-o", tmp_path / "out")
    assert code == 0
    assert [line.split(":")[0] for line in out.splitlines()] == ["width=2", "width=3"]
    assert all(" +- " in line and line.endswith("(2 runs)") for line in out.splitlines())


@pytest.mark.parametrize("seeds", ["0,x", "1,1", "-1"])
def test_seeds_that_are_none_are_wrong_usage(masklet, tmp_path, seeds):
    code, _, err = masklet(*WORDS, "--vary", "width=2", "--seeds", seeds, "-o", tmp_path / "out")
    assert code == 2
    assert "Expected" in err
