"""One recipe trained again and again, one setting at a time changed."""

import math
from pathlib import Path

import pytest

pytest.importorskip("torch")

from masklet.training.errors import TrainingError
from masklet.training.study import Curve, Family, plot_study, run_study, summarised
from masklet.training.trials import Validations

TINY = str(Path(__file__).with_name("tiny_recipe.py"))
BRIEF = ["loop.steps=2", "loop.validate_every=1"]


@pytest.mark.parametrize(("text", "values"), [
    ("width=2,3", ("2", "3")),
    ("loss=sums-of:a,b,c", ("a", "b", "c", "a+b", "a+c", "b+c", "a+b+c")),
])  # fmt: skip
def test_a_family_is_read(text, values):
    assert Family.parse(text).values == values


def test_four_losses_have_fifteen_sums():
    assert len(set(Family.parse("loss=sums-of:bce,dice,boundary-edge,focal").values)) == 15


@pytest.mark.parametrize("text", ["width", "width=", "=2", "width=2,,3", "width=2,2"])
def test_what_is_no_family_is_refused(text):
    with pytest.raises(TrainingError, match="Expected NAME=A,B,C"):
        Family.parse(text)


def test_each_value_gets_a_run_a_curve_and_rows(tmp_path):
    families = [Family("width", ("2", "3")), Family("loop.optimiser", ("sgd",))]
    curves = run_study(TINY, families, BRIEF, tmp_path, figure="silence")
    assert [(curve.setting, curve.value, curve.validations.steps_V) for curve in curves] == [
        ("width", "2", (1, 2)),
        ("width", "3", (1, 2)),
        ("loop.optimiser", "sgd", (1, 2)),
    ]
    assert (tmp_path / "width/3/last.pt").exists()
    rows = (tmp_path / "study.csv").read_text().splitlines()
    assert rows[0] == "setting,value,step,silence"
    assert len(rows) == 1 + 6


def test_what_is_finished_is_not_trained_again(tmp_path):
    family = Family("width", ("2",))
    first = run_study(TINY, [family], BRIEF, tmp_path, figure="silence")
    losses = (tmp_path / "width/2/losses.csv").read_text()
    again = run_study(TINY, [family, Family("width", ("3",))], BRIEF, tmp_path, figure="silence")
    assert again[:1] == first
    assert len(again) == 2
    assert (tmp_path / "width/2/losses.csv").read_text() == losses


def test_a_figure_that_no_validation_has_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"figure 'beauty'.*got silence"):
        run_study(TINY, [Family("width", ("2",))], BRIEF, tmp_path, figure="beauty")


def test_every_family_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    families = [Family("width", ("2", "3")), Family("loop.optimiser", ("sgd",))]
    curves = run_study(TINY, families, BRIEF, tmp_path, figure="silence")
    paths = plot_study(curves, tmp_path, figure="silence")
    assert [path.name for path in paths] == ["width-silence.png", "loop.optimiser-silence.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_several_seeds_are_runs_of_one_value_with_mean_and_spread(tmp_path):
    families = [Family("width", ("2", "3"))]
    curves = run_study(TINY, families, BRIEF, tmp_path, figure="silence", seeds=(0, 1, 2))
    assert [(curve.value, curve.seed) for curve in curves] == [
        (width, seed) for width in "23" for seed in (0, 1, 2)
    ]
    assert (tmp_path / "width/3/seed-2/last.pt").exists()
    lasts = [curve.validations.figures["silence"][-1] for curve in curves[:3]]
    assert len(set(lasts)) == 3
    two, three = summarised(curves)
    assert (two.value, two.runs, three.value) == ("2", 3, "3")
    assert two.mean["silence"] == pytest.approx(sum(lasts) / 3)
    deviation = sum((last - sum(lasts) / 3) ** 2 for last in lasts) / 2
    assert two.spread["silence"] == pytest.approx(deviation**0.5)
    rows = (tmp_path / "study.csv").read_text().splitlines()
    assert (rows[0], len(rows)) == ("setting,value,seed,step,silence", 1 + 12)
    assert (tmp_path / "summary.csv").read_text().splitlines()[1].startswith("width,2,3,silence,")


def test_of_one_run_there_is_no_spread():
    (only,) = summarised([Curve("width", "2", Validations((1, 2), {"silence": (0.5, 0.25)}))])
    assert (only.runs, only.mean["silence"]) == (1, 0.25)
    assert math.isnan(only.spread["silence"])


def test_seeds_of_a_value_are_drawn_as_their_mean(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    drawn = {}
    monkeypatch.setattr("masklet.render.plots.plot_lines", lambda lines, path, **_: drawn.update(lines))
    runs = [((1, 2), (0.0, 1.0)), ((1, 2, 3), (1.0, 3.0, 9.0))]
    curves = [Curve("w", "2", Validations(steps, {"J": js}), seed) for seed, (steps, js) in enumerate(runs)]
    plot_study(curves, tmp_path, figure="J")
    assert drawn == {"2": ([1, 2], [0.5, 2.0])}
