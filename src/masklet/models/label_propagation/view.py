"""The part of a frame that is looked at, its picture, and the way between its grid and the frame's pixels.

Shapes: H W pixels of the frame, h w cells of the grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray, UInt8Array
from masklet.models.label_propagation.backbone import CELL

_ALIGNMENT = 2 * CELL
_WIDEST = 4.0
"""Frames more than this many times wider than high (or the reverse) are squeezed."""


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
        """Rows and columns of cells."""
        return (self.canvas_HW[0] // CELL, self.canvas_HW[1] // CELL)

    def picture(self, image_HW3: UInt8Array) -> UInt8Array:
        """Return what the view shows, at the canvas' size."""
        part_HW3 = image_HW3[self.top : self.bottom, self.left : self.right]
        return np.asarray(_resize(part_HW3, self.canvas_HW), dtype=np.uint8)

    def shares(self, mask_HW: BoolArray) -> FloatArray:
        """Return shares_hw: how much of each cell a mask of the frame covers."""
        part_HW = mask_HW[self.top : self.bottom, self.left : self.right].astype(np.float32)
        return _resize(part_HW, self.grid_hw)

    def mask(self, evidence_hw: FloatArray, size_HW: tuple[int, int]) -> BoolArray:
        """Return mask_HW of the frame: where evidence, interpolated between cells, is above 0."""
        mask_HW = np.zeros(size_HW, dtype=bool)
        if (evidence_hw > 0).any():
            part_hw = (self.bottom - self.top, self.right - self.left)
            mask_HW[self.top : self.bottom, self.left : self.right] = _resize(evidence_hw, part_hw) > 0
        return mask_HW

    def seen_from(self, other: View, grid_hw: FloatArray) -> FloatArray:
        """Return, on this view's grid, what another view of the same video has on its own; 0 beyond it."""
        step_2, start_2 = self._steps_from(other)
        to_other_23 = np.array([[step_2[1], 0, start_2[1]], [0, step_2[0], start_2[0]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(grid_hw, to_other_23, self.grid_hw[::-1], flags=flags), dtype=np.float32)

    def cells_from(self, other: View, cells_K2: IntArray) -> FloatArray:
        """Return, in rows and columns of this view's grid, where cells of another view lie in the frame."""
        step_2, start_2 = self._steps_from(other)
        return ((cells_K2 - start_2) / step_2).astype(np.float32)

    def _steps_from(self, other: View) -> tuple[FloatArray, FloatArray]:
        """Return what takes this grid's rows and columns to the other's: other = step_2 * own + start_2."""
        cell_2, other_cell_2 = self._cell_2(), other._cell_2()
        step_2 = cell_2 / other_cell_2
        corner_2 = np.array([self.top - other.top, self.left - other.left])
        # The middle of cell (0, 0) lies half a cell from the corner.
        return step_2, corner_2 / other_cell_2 + 0.5 * step_2 - 0.5

    def _cell_2(self) -> FloatArray:
        """Return height and width of a cell in pixels of the frame."""
        return np.array([self.bottom - self.top, self.right - self.left]) / self.grid_hw

    def cells_in(self, box_xyxy: FloatArray) -> BoolArray:
        """Return inside_hw: the cells whose middles lie in a box of the frame."""
        rows, columns = self.grid_hw
        x_w = self.left + (np.arange(columns) + 0.5) * (self.right - self.left) / columns
        y_h = self.top + (np.arange(rows) + 0.5) * (self.bottom - self.top) / rows
        in_rows_h = (y_h >= box_xyxy[1]) & (y_h <= box_xyxy[3])
        in_columns_w = (x_w >= box_xyxy[0]) & (x_w <= box_xyxy[2])
        inside_hw: BoolArray = in_rows_h[:, None] & in_columns_w[None, :]
        return inside_hw


def canvas_size(size_HW: tuple[int, int], pixels: int) -> tuple[int, int]:
    """Return height and width of a canvas with the frame's proportions and about so many pixels.

    >>> canvas_size((480, 854), 384 * 672)
    (384, 672)
    """
    proportion = min(max(size_HW[1] / size_HW[0], 1 / _WIDEST), _WIDEST)
    height = max(round((pixels / proportion) ** 0.5 / _ALIGNMENT), 1) * _ALIGNMENT
    width = max(round(pixels / height / _ALIGNMENT), 1) * _ALIGNMENT
    return (height, width)


def view_of(
    boxes_N4: FloatArray, size_HW: tuple[int, int], canvas_HW: tuple[int, int], *, zoom: float, margin: float
) -> View:
    """Return the view, of the frame's proportions, that holds all boxes with a margin, or the whole frame."""
    height, width = size_HW
    (x1, y1), (x2, y2) = boxes_N4[:, :2].min(axis=0).tolist(), boxes_N4[:, 2:].max(axis=0).tolist()
    room = 1 + 2 * margin
    share = min(1.0, max((x2 - x1) * room / width, (y2 - y1) * room / height, 1 / zoom))
    left, right = _span((x1 + x2) / 2, share, width)
    top, bottom = _span((y1 + y2) / 2, share, height)
    return View(left, top, right, bottom, canvas_HW)


def _span(middle: float, share: float, length: int) -> tuple[int, int]:
    """Return start and stop of a share of a side around a place, kept within the side."""
    size = max(1, round(share * length))
    start = min(max(round(middle - size / 2), 0), length - size)
    return (start, start + size)


def _resize(array: FloatArray | UInt8Array, size_HW: tuple[int, int]) -> FloatArray:
    """Return the array at another size: means where it shrinks, interpolated where it grows."""
    height, width = size_HW
    shrinks = array.shape[0] > height and array.shape[1] > width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(array, (width, height), interpolation=method))
