import sys

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import MissingExtraError, OutputError
from masklet.render.palette import colour_of
from masklet.render.plots import plot_curves, plot_lines

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


@pytest.fixture
def drawn(monkeypatch):
    """The figures that would have been written."""
    figures = []
    monkeypatch.setattr("masklet.render.plots._write", lambda figure, path: figures.append(figure))
    return figures


def test_no_two_of_fifteen_lines_look_alike(drawn, tmp_path):
    lines = {str(number): ([0, 1], [number, number]) for number in range(15)}
    plot_lines(lines, tmp_path / "all.png", title="loss", across="step", measure="J")
    (axes,) = drawn[0].axes
    looks = {(line.get_color(), line.get_linestyle()) for line in axes.get_lines()}
    assert len(looks) == 15


@pytest.mark.parametrize(("largest", "scale"), [(10.0, "linear"), (1000.0, "log")])
def test_values_of_very_different_size_are_drawn_by_their_logarithm(drawn, tmp_path, largest, scale):
    lines = {"a": ([0, 1, 2], [1.0, 1.0, largest])}
    plot_lines(lines, tmp_path / "a.png", title="loss", across="step", measure="J")
    assert drawn[0].axes[0].get_yscale() == scale
