"""masklet search: a line for each draw on stdout, the best first."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

TINY = Path(__file__).parents[1] / "training/tiny_recipe.py"
WORDS = ("search", TINY, "--figure", "silence", "--set", "loop.steps=1", "--set", "loop.validate_every=1")


def test_draws_are_compared(masklet, tmp_path):
    drawn = ("--draw", "loop.learning_rate=log:1e-4..1e-1", "--runs", "2")
    code, out, _ = masklet(*WORDS, *drawn, "-o", tmp_path / "out")
    assert code == 0
    assert sorted(line.split(":")[0] for line in out.splitlines()) == ["000", "001"]


def test_a_range_that_is_none_is_one_sentence(masklet, tmp_path):
    code, out, err = masklet(*WORDS, "--draw", "width=3..2", "-o", tmp_path / "out")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "Expected NAME=A..B" in err
