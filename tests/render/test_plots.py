import sys

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import MissingExtraError, OutputError
from masklet.render.palette import colour_of
from masklet.render.plots import plot_curves

CURVES = {1: np.linspace(1, 0.5, 40), 4: np.full(40, 0.2)}
NAMES = [f"{index:05d}" for index in range(40)]


def test_every_object_has_a_curve_in_its_colour(tmp_path):
    plot_curves(CURVES, tmp_path / "dog.png", title="dog", frame_names=NAMES)
    with Image.open(tmp_path / "dog.png") as image:
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    for object_id, present in {1: True, 4: True, 2: False}.items():
        assert (pixels == colour_of(object_id)).all(axis=1).any() == present


def test_one_frame_is_enough(tmp_path):
    plot_curves({1: np.ones(1)}, tmp_path / "dog.png", title="dog", frame_names=["00001"])
    assert (tmp_path / "dog.png").exists()


def test_without_matplotlib_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"masklet\[viz\]"):
        plot_curves(CURVES, tmp_path / "dog.png", title="dog", frame_names=NAMES)


def test_a_folder_that_is_not_there_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(OutputError, match=r"none.dog\.png"):
        plot_curves(CURVES, tmp_path / "none/dog.png", title="dog", frame_names=NAMES)
    assert not list(tmp_path.iterdir())
