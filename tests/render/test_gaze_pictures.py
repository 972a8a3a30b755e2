"""Looks drawn over pictures, and over time."""

import sys

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import MissingExtraError
from masklet.render.gaze import DrawnLook, draw_look
from masklet.render.gaze_timeline import TimelineRow, plot_gaze_timeline

GREY = np.full((90, 120, 3), 90, np.uint8)
RED = (220, 30, 30)


def look(**more):
    mask_HW = np.zeros((90, 120), bool)
    mask_HW[50:80, 60:100] = True
    return DrawnLook(
        **{
            "xy_K2": np.array([[60.0, 50]]),
            "radius": 12.0,
            "words": "cup",
            "colour": RED,
            "mask_HW": mask_HW,
            **more,
        }
    )


def test_what_is_looked_at_is_tinted_and_the_rest_is_as_it_was():
    drawn_HW3 = draw_look(GREY, look())
    assert drawn_HW3[75, 90, 0] > 100  # of the mask, away from the disk
    assert (drawn_HW3[85, 5] == 90).all()
    assert (GREY == 90).all()


def test_the_disk_is_drawn_around_the_last_sample():
    drawn_HW3 = draw_look(GREY, look(mask_HW=None, xy_K2=np.array([[20.0, 20], [60, 50]])))
    assert drawn_HW3[50, 72].tolist() == pytest.approx(RED, abs=60)  # smoothed against its white rim
    assert (drawn_HW3[20, 32] == 90).all()


@pytest.mark.parametrize("xy", [(0.0, 0.0), (119.0, 89.0), (60.0, 2.0)])
def test_words_stay_in_the_picture(xy):
    drawn_HW3 = draw_look(GREY, look(xy_K2=np.array([xy]), mask_HW=None))
    assert drawn_HW3.shape == GREY.shape
    assert (drawn_HW3 != 90).any()


def test_no_look_is_no_change():
    assert (draw_look(GREY, None) == GREY).all()


def test_a_look_at_half_the_size_is_drawn_there():
    half = look().scaled(0.5, (45, 60))
    assert (half.xy_K2.tolist(), half.radius, half.mask_HW.sum()) == ([[30, 25]], 6, 300)


ROWS = [
    TimelineRow("cup", RED, [(0.0, 1.0)], [(0.0, 1.5)], note="1.5 s"),
    TimelineRow("nothing", (90, 90, 90), [], []),
]


def test_rows_have_bars_in_their_colours(tmp_path):
    plot_gaze_timeline(ROWS, [(1.5, 1.8)], tmp_path / "t.png", title="what", span=(0, 3))
    with Image.open(tmp_path / "t.png") as image:
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    assert (pixels == RED).all(axis=1).sum() > 100


def test_without_matplotlib_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"masklet\[viz\]"):
        plot_gaze_timeline(ROWS, [], tmp_path / "t.png", title="what", span=(0, 3))
