"""Training on a machine where only torch, torchvision, numpy and Pillow are installed."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

TINY = Path(__file__).with_name("tiny_recipe.py")
HIDDEN = "cv2 scipy pycocotools av typer rich openvino platformdirs matplotlib onnxruntime transformers timm"
BARE = f"""
import importlib.machinery, runpy, sys

class Bare(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        hidden = name.partition(".")[0] in {HIDDEN!r}.split()
        return None if hidden else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder)] = Bare
sys.argv[0] = "masklet.training"
"""
RUN = BARE + "runpy.run_module('masklet.training', run_name='__main__')"


def bare(code, *words):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_a_recipe_trains_and_resumes_on_a_bare_machine(tmp_path):
    out = tmp_path / "out"
    code, said, told = bare(RUN, TINY, "-o", out, "--set", "loop.validate_every=4")
    assert (code, said) == (0, f"finished after step 4 -> {out}\n"), told
    assert "PREPARE of the recipe" in told
    assert "cv2 is not installed" in told
    code, said, told = bare(RUN, TINY, "-o", out, "--resume", "--set", "loop.steps=6", "--json")
    assert (code, json.loads(said)["step"]) == (0, 6), told
    with (out / "losses.csv").open(newline="") as file:
        assert [row["step"] for row in csv.DictReader(file)] == list("123456")


def test_every_part_of_training_that_runs_there_can_be_imported_there():
    parts = ("clips", "augment", "synthetic", "losses", "loop")
    code, _, told = bare(BARE + "".join(f"import masklet.training.{part}\n" for part in parts))
    assert code == 0, told


@pytest.mark.parametrize("recipe", ["masklet-s", "semantic", "adapt"])
def test_the_shipped_recipes_can_be_loaded_there(recipe):
    code, said, told = bare(RUN, recipe, "--show")
    assert (code, "loop.steps=" in said) == (0, True), told


def test_a_user_error_is_one_line(tmp_path):
    code, _, told = bare(RUN, TINY, "-o", tmp_path, "--set", "loop.stepz=1")
    assert (code, told.count("\n")) == (1, 1)
    assert told.startswith("masklet: Expected the name of a setting, got 'loop.stepz'; near to it: loop.steps")
