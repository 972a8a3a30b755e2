"""A recipe trained with settings that are drawn."""

import csv
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from masklet.training.errors import TrainingError
from masklet.training.search import Drawn, run_search

TINY = str(Path(__file__).with_name("tiny_recipe.py"))
BRIEF = ["loop.steps=2", "loop.validate_every=1"]
DRAWN = [Drawn.parse("loop.learning_rate=log:1e-4..1e-1"), Drawn.parse("width=2|3")]


def search(out, runs=3, **settings):
    return run_search(TINY, DRAWN, BRIEF, out, runs=runs, figure="silence", **settings)


def test_draws_stay_within_their_range_and_logarithms_are_even():
    drawn = Drawn.parse("x=log:1e-6..1e-2")
    rng = np.random.default_rng(0)
    values = [float(drawn.value(rng)) for _ in range(400)]
    assert min(values) >= 1e-6
    assert max(values) <= 1e-2
    assert 0.4 < np.mean(np.array(values) < 1e-4) < 0.6


def test_each_part_between_commas_is_drawn_alone():
    drawn = Drawn.parse("loop.betas=0.8..0.9,0.99|0.999")
    rng = np.random.default_rng(0)
    pairs = [tuple(map(float, drawn.value(rng).split(","))) for _ in range(50)]
    assert all(0.8 <= first <= 0.9 for first, _ in pairs)
    assert {second for _, second in pairs} == {0.99, 0.999}


@pytest.mark.parametrize("text", ["x", "=1..2", "x=", "x=2..1", "x=a..b", "x=log:0..1", "x=1|", "x=1..2,"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(TrainingError, match="Expected NAME=A"):
        Drawn.parse(text)


def test_the_best_run_comes_first(tmp_path):
    found = search(tmp_path)
    last = [run.last("silence") for run in found]
    assert last == sorted(last, reverse=True)
    with (tmp_path / "search.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["run", "loop.learning_rate", "width", "step", "silence"]
    assert [int(row["run"]) for row in rows] == [run.number for run in found]
    assert [run.number for run in search(tmp_path, best_is="lowest")] == [run.number for run in reversed(found)]


def test_more_runs_keep_those_that_were_made(tmp_path):
    few = {run.number: run for run in search(tmp_path, runs=2)}
    losses = (tmp_path / "001/losses.csv").read_text()
    more = {run.number: run for run in search(tmp_path, runs=3)}
    assert [more[0], more[1]] == [few[0], few[1]]
    assert (tmp_path / "001/losses.csv").read_text() == losses
    assert len(more) == 3


def test_another_seed_in_the_same_folder_is_refused(tmp_path):
    search(tmp_path, runs=1)
    with pytest.raises(TrainingError, match="to resume it"):
        search(tmp_path, runs=1, seed=5)
