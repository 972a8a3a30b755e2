from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from masklet.core.errors import MissingExtraError
from masklet.training.errors import TrainingError
from masklet.training.recipe import describe, load_recipe, run_recipe, shipped_recipes
from masklet.training.settings import flatten, leaves, make, plain

TINY = Path(__file__).with_name("tiny_recipe.py")


@dataclass(frozen=True, kw_only=True)
class Inner:
    factor: float = 0.5
    """How much."""
    sizes: tuple[int, ...] = ()
    span: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Outer:
    folder: Path
    """Where."""
    steps: int = 3
    flip: bool = True
    mode: Literal["poly", "cosine"] = "poly"
    clip: float | None = 1.0
    start: Path | None = None
    inner: Inner = field(default_factory=lambda: Inner(factor=0.25))


@pytest.mark.parametrize(
    ("assignment", "name", "expected"),
    [
        pytest.param("steps=12", "steps", 12, id="int"),
        pytest.param("inner.factor=1e-3", "inner.factor", 0.001, id="float in a dataclass within"),
        pytest.param("flip=false", "flip", False, id="bool"),
        pytest.param("mode=cosine", "mode", "cosine", id="literal"),
        pytest.param("clip=none", "clip", None, id="optional, none"),
        pytest.param("clip=2", "clip", 2.0, id="optional, a number"),
        pytest.param("start=none", "start", None, id="optional path, none"),
        pytest.param("start=a=b/c.pt", "start", Path("a=b/c.pt"), id="optional path with an equals sign"),
        pytest.param("inner.sizes=1, 2,3", "inner.sizes", (1, 2, 3), id="tuple of any length"),
        pytest.param("inner.sizes=", "inner.sizes", (), id="empty tuple"),
        pytest.param("inner.span=2,3.5", "inner.span", (2.0, 3.5), id="pair"),
    ],
)
def test_a_setting_is_read_by_its_type(assignment, name, expected):
    flat = flatten(make(Outer, ["folder=here", assignment]))
    assert flat[name] == expected
    assert type(flat[name]) is type(expected)


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        pytest.param("stepz=1", "got 'stepz'; near to it: steps", id="misspelt"),
        pytest.param("factor=1", "near to it: inner.factor", id="without its prefix"),
        pytest.param("zzzz=1", "--show lists all", id="like none"),
        pytest.param("steps", "Expected NAME=VALUE", id="no value"),
        pytest.param("steps=2.5", "Expected a whole number for steps, got '2.5'", id="not whole"),
        pytest.param("flip=maybe", "Expected true or false for flip", id="no bool"),
        pytest.param("mode=linear", "Expected poly, cosine for mode", id="no choice"),
        pytest.param("clip=much", "Expected a number or none for clip", id="no number"),
        pytest.param("inner.span=1", "Expected 2 numbers with commas between for inner.span", id="half a pair"),
        pytest.param("inner=1", "got 'inner'", id="a dataclass itself"),
    ],
)
def test_a_setting_that_does_not_fit_is_one_sentence(assignment, message):
    with pytest.raises(TrainingError, match=message):
        make(Outer, ["folder=here", assignment])


def test_a_setting_without_default_has_to_be_given():
    with pytest.raises(TrainingError, match=r"Expected a path for folder, got none: --set folder=VALUE"):
        make(Outer, [])


def test_defaults_come_from_the_dataclass_that_holds_them_and_the_last_assignment_wins():
    flat = flatten(make(Outer, ["folder=x", "steps=4", "steps=5"]))
    assert (flat["inner.factor"], flat["steps"]) == (0.25, 5)
    assert plain(flat)["folder"] == "x"
    assert plain(flat)["inner.span"] == [0.0, 1.0]


def test_the_help_of_a_setting_is_its_docstring():
    helps = {leaf.name: leaf.help for leaf in leaves(Outer)}
    assert (helps["folder"], helps["inner.factor"], helps["steps"]) == ("Where.", "How much.", "")


@dataclass(frozen=True, kw_only=True)
class Further(Inner):
    factor: float = 0.75
    more: int = 1
    """How many more."""


def test_what_a_dataclass_takes_over_keeps_its_help():
    helps = {leaf.name: (leaf.help, leaf.default) for leaf in leaves(Further)}
    assert (helps["factor"], helps["more"]) == (("How much.", 0.75), ("How many more.", 1))


def test_shipped_recipes_say_what_they_are():
    assert "masklet-s" in shipped_recipes()
    assert all(about.endswith(".") for about in shipped_recipes().values())


def test_an_unknown_recipe_is_answered_with_near_names():
    with pytest.raises(TrainingError, match=r"Expected a recipe \(masklet-s.*got 'masklet-z'"):
        load_recipe("masklet-z")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        pytest.param(None, "got no file", id="no file"),
        pytest.param("def (", "got in line 1", id="not Python"),
        pytest.param("import nothing_like_it", "got no nothing_like_it", id="a package that is not there"),
        pytest.param("", "Expected a dataclass Settings", id="empty"),
        pytest.param(
            "from dataclasses import dataclass\n@dataclass\nclass Settings:\n    a: int = 1",
            "a field loop: LoopConfig",
            id="no loop",
        ),
        pytest.param(
            "from dataclasses import dataclass\nfrom masklet.training.config import LoopConfig\n"
            "@dataclass\nclass Settings:\n    loop: LoopConfig",
            "Expected a function build",
            id="no build",
        ),
    ],
)
def test_a_file_that_is_no_recipe_says_what_it_lacks(tmp_path, code, message):
    path = tmp_path / "recipe_without.py"
    if code is not None:
        path.write_text(code)
    with pytest.raises(TrainingError, match=message):
        load_recipe(str(path))


def test_without_torch_the_extra_is_named(tmp_path, monkeypatch):
    path = tmp_path / "recipe_with_torch.py"
    path.write_text("import torch\n")
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(
        MissingExtraError, match=r"Training needs an optional package: pip install 'masklet\[torch\]'"
    ):
        load_recipe(str(path))


def test_a_recipe_shows_its_settings():
    pytest.importorskip("torch")
    shown = {setting["name"]: setting for setting in describe(load_recipe(str(TINY)))}
    assert shown["width"] == {"name": "width", "default": "4", "kind": "a whole number", "help": "Hidden units."}
    assert shown["loop.steps"]["default"] == "4"
    assert shown["loop.tensorboard"]["default"] == "false"


def test_a_recipe_is_prepared_trained_and_finished(tmp_path):
    pytest.importorskip("torch")
    out, data = tmp_path / "out", tmp_path / "data"
    result = run_recipe(str(TINY), [f"data.folder={data}", "width=3"], out)
    assert (result.step, result.ended) == (4, "finished")
    assert data.is_dir()
    assert (out / "finished.txt").read_text() == "3"


def test_a_run_leaves_nothing_beside_its_folder(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    run_recipe(str(TINY), ["loop.steps=1"], tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_resumed_recipe_keeps_the_settings_it_began_with(tmp_path):
    pytest.importorskip("torch")
    run_recipe(str(TINY), [f"data.folder={tmp_path / 'data'}", "width=3"], tmp_path / "out")
    longer = run_recipe(str(TINY), ["loop.steps=6"], tmp_path / "out", resume=True)
    assert longer.step == 6
    with pytest.raises(TrainingError, match=r"Expected width=3, .* got 5"):
        run_recipe(str(TINY), ["width=5"], tmp_path / "out", resume=True)
