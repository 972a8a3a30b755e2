"""The part of a frame that is looked at: a rectangle of the frame's own shape, brought to a canvas of one size.

Shapes: H W pixels of the frame, h w cells of 4 canvas pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.boxes import BoxXYXY

CELL = 4
"""Pixels of the canvas along one side of a cell of masks."""
KEY_CELL = 16
"""Pixels of the canvas along one side of a cell of memory."""
_LARGEST = 2.0
"""Nothing is looked at larger than this, however small the frame."""
_STEPS = 4
"""Zooms between one and its double, so that the view rests while its objects change a little."""


@dataclass(frozen=True)
class View:
    """A rectangle of the frame, in whole pixels, and the size of the canvas it is brought to."""

    left: int
    top: int
    right: int
    bottom: int
    canvas_HW: tuple[int, int]

    @property
    def grid_hw(self) -> tuple[int, int]:
        """Rows and columns of mask cells."""
        return (self.canvas_HW[0] // CELL, self.canvas_HW[1] // CELL)

    def picture(self, image_HW3: UInt8Array) -> UInt8Array:
        """Return canvas_HW3: what the view shows, at the canvas' size."""
        part_HW3 = image_HW3[self.top : self.bottom, self.left : self.right]
        return np.asarray(_resize(part_HW3, self.canvas_HW), dtype=np.uint8)

    def shares(self, mask_HW: BoolArray) -> FloatArray:
        """Return shares_hw: how much of each cell a mask of the frame covers."""
        part_HW = mask_HW[self.top : self.bottom, self.left : self.right].astype(np.float32)
        canvas_HW = _resize(part_HW, self.canvas_HW)
        return _resize(canvas_HW, self.grid_hw)

    def spread(self, cells_hw: FloatArray) -> FloatArray:
        """Return what the cells say at every pixel of the view's rectangle, interpolated."""
        return _resize(cells_hw, (self.bottom - self.top, self.right - self.left))

    @property
    def numbers(self) -> tuple[int, int, int, int, int, int]:
        """The view as six whole numbers."""
        return (self.left, self.top, self.right, self.bottom, *self.canvas_HW)

    @classmethod
    def from_numbers(cls, numbers: Sequence[int]) -> View:
        """Return the view of these `numbers`."""
        left, top, right, bottom, height, width = numbers
        return cls(left, top, right, bottom, (height, width))

    def place(self, memory_view: View) -> FloatArray:
        """Return place_P4 (x, y, 1, x^2 + y^2) of another view's memory cells, in this view's from its middle."""
        rows, columns = (side // KEY_CELL for side in self.canvas_HW)
        step_x, start_x = _steps(memory_view.left, memory_view.right, columns, self.left, self.right, columns)
        step_y, start_y = _steps(memory_view.top, memory_view.bottom, rows, self.top, self.bottom, rows)
        y_hw, x_hw = np.mgrid[:rows, :columns].astype(np.float32)
        x_P = (step_x * x_hw + start_x - (columns - 1) / 2).ravel()
        y_P = (step_y * y_hw + start_y - (rows - 1) / 2).ravel()
        return np.stack([x_P, y_P, np.ones_like(x_P), x_P**2 + y_P**2], axis=1).astype(np.float32)

    def seen_from(self, other: View, cells_hw: FloatArray) -> FloatArray:
        """Return, in this view's cells, what another view of the same video has in its own; 0 beyond it."""
        if self == other:
            return cells_hw
        (step_x, start_x), (step_y, start_y) = (
            _steps(self.left, self.right, self.grid_hw[1], other.left, other.right, other.grid_hw[1]),
            _steps(self.top, self.bottom, self.grid_hw[0], other.top, other.bottom, other.grid_hw[0]),
        )
        to_other_23 = np.array([[step_x, 0, start_x], [0, step_y, start_y]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(cells_hw, to_other_23, self.grid_hw[::-1], flags=flags), dtype=np.float32)


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


def _steps(start: int, stop: int, cells: int, start_b: int, stop_b: int, cells_b: int) -> tuple[float, float]:
    """Return step and start, in cells of b, of this side's cells."""
    cell, cell_b = (stop - start) / cells, (stop_b - start_b) / cells_b
    step = cell / cell_b
    return step, (start - start_b) / cell_b + 0.5 * step - 0.5


def _resize(array: FloatArray | UInt8Array, size_HW: tuple[int, int]) -> FloatArray:
    """Return the array at another size: means where it shrinks, interpolated where it grows."""
    height, width = size_HW
    if array.shape[:2] == (height, width):
        return np.ascontiguousarray(array)
    shrinks = array.shape[0] > height and array.shape[1] > width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(array, (width, height), interpolation=method))
