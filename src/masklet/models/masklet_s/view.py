"""The part of a frame that is looked at: a rectangle of the frame's own shape, brought to a canvas of one size.

Shapes: H W pixels of the frame, h w cells of 4 canvas pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY
from masklet.models.layers import view as layers
from masklet.models.layers.view import resized

CELL = 4
"""Pixels of the canvas along one side of a cell of masks."""
KEY_CELL = 16
"""Pixels of the canvas along one side of a cell of memory."""
_LARGEST = 2.0
"""Nothing is looked at larger than this, however small the frame."""
_STEPS = 4
"""Zooms between one and its double, so that the view rests while its objects change a little."""


@dataclass(frozen=True)
class View(layers.View):
    """A rectangle of the frame and its canvas, in cells of masks."""

    cell: ClassVar[int] = CELL

    def shares(self, mask_HW: BoolArray) -> FloatArray:
        """Return shares_hw: how much of each cell a mask of the frame covers."""
        return resized(resized(mask_HW[self.part].astype(np.float32), self.canvas_HW), self.grid_hw)

    def spread(self, cells_hw: FloatArray) -> FloatArray:
        """Return what the cells say at every pixel of the view's rectangle, interpolated."""
        return resized(cells_hw, self.part_HW)

    def place(self, memory_view: View) -> FloatArray:
        """Return place_P4 (x, y, 1, x^2 + y^2) of another view's memory cells, in this view's from its middle."""
        rows, columns = (side // KEY_CELL for side in memory_view.canvas_HW)
        step_2, start_2 = memory_view.steps_from(self, KEY_CELL)
        middle_2 = (np.array(self.canvas_HW) // KEY_CELL - 1) / 2
        y_hw, x_hw = np.mgrid[:rows, :columns]
        y_P = (step_2[0] * y_hw + start_2[0] - middle_2[0]).ravel()
        x_P = (step_2[1] * x_hw + start_2[1] - middle_2[1]).ravel()
        return np.stack([x_P, y_P, np.ones_like(x_P), x_P**2 + y_P**2], axis=1).astype(np.float32)


def canvas_of(size_HW: tuple[int, int], pixels: int) -> tuple[int, int]:
    """Return height and width, multiples of a memory cell, of about so many pixels in the frame's shape.

    >>> canvas_of((480, 854), 384 * 672)
    (384, 672)
    """
    scale = min(math.sqrt(pixels / (size_HW[0] * size_HW[1])), _LARGEST)
    height, width = (max(round(side * scale / KEY_CELL), 1) * KEY_CELL for side in size_HW)
    return height, width


def view_of(
    box_xyxy: BoxXYXY, size_HW: tuple[int, int], *, canvas_HW: tuple[int, int], margin: float, zoom: float
) -> View:
    """Return the view around a box of the frame, with room on each side (a share of the box' sides).

    It has the frame's shape and lies within it; `zoom` is how much closer than the whole frame it may be.
    """
    height, width = size_HW
    x1, y1, x2, y2 = box_xyxy
    wanted = max((x2 - x1) * (1 + 2 * margin) / width, (y2 - y1) * (1 + 2 * margin) / height, 1 / zoom)
    closest = canvas_HW[0] / (height * _LARGEST)
    wanted = min(max(wanted, closest), 1.0)
    share = 2.0 ** (math.ceil(_STEPS * math.log2(wanted) - 1e-9) / _STEPS)
    tall, wide = max(round(height * share), 1), max(round(width * share), 1)
    left = min(max(round((x1 + x2 - wide) / 2), 0), width - wide)
    top = min(max(round((y1 + y2 - tall) / 2), 0), height - tall)
    return View(left, top, left + wide, top + tall, canvas_HW)
