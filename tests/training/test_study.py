"""One recipe trained again and again, one setting at a time changed."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

from masklet.training.errors import TrainingError
from masklet.training.study import Family, plot_study, run_study

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
