"""The part of a frame that is looked at: a rectangle of it, brought to a canvas that is divided into cells.

Shapes: H W pixels of the frame, h w cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import cv2
import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array


@dataclass(frozen=True)
class View:
    """A rectangle of the frame, in whole pixels, and the size of the canvas it is brought to.

    A network has a view of its own, which says how large its cells are.
    """

    cell: ClassVar[int]
    """Pixels of the canvas along one side of a cell."""

    left: int
    top: int
    right: int
    bottom: int
    canvas_HW: tuple[int, int]

    @property
    def grid_hw(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        return (self.canvas_HW[0] // self.cell, self.canvas_HW[1] // self.cell)

    @property
    def part_HW(self) -> tuple[int, int]:
        """Height and width of the rectangle."""
        return (self.bottom - self.top, self.right - self.left)

    @property
    def part(self) -> tuple[slice, slice]:
        """Where the rectangle is in an array of the frame."""
        return (slice(self.top, self.bottom), slice(self.left, self.right))

    @property
    def numbers(self) -> tuple[int, int, int, int, int, int]:
        """The view as six whole numbers."""
        return (self.left, self.top, self.right, self.bottom, *self.canvas_HW)

    @classmethod
    def from_numbers(cls, numbers: Sequence[int]) -> Self:
        """Return the view of these `numbers`."""
        left, top, right, bottom, height, width = (int(number) for number in numbers)
        return cls(left, top, right, bottom, (height, width))

    def picture(self, image_HW3: UInt8Array) -> UInt8Array:
        """Return canvas_HW3: what the view shows, at the canvas' size."""
        return np.asarray(resized(image_HW3[self.part], self.canvas_HW), dtype=np.uint8)

    def seen_from(self, other: Self, cells_hw: FloatArray) -> FloatArray:
        """Return, in this view's cells, what another view of the same video has in its own; 0 beyond it."""
        if self == other:
            return cells_hw
        step_2, start_2 = self.steps_from(other, self.cell)
        to_other_23 = np.array([[step_2[1], 0, start_2[1]], [0, step_2[0], start_2[0]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(cells_hw, to_other_23, self.grid_hw[::-1], flags=flags), dtype=np.float32)

    def steps_from(self, other: Self, cell: int) -> tuple[FloatArray, FloatArray]:
        """Return what takes rows and columns of this view's cells, of a size, to the other's:
        other = step_2 * own + start_2."""
        sizes_22 = np.array([view.part_HW for view in (self, other)], dtype=np.float64)
        cell_2, other_cell_2 = sizes_22 * cell / np.array([self.canvas_HW, other.canvas_HW])
        step_2 = cell_2 / other_cell_2
        corner_2 = np.array([self.top - other.top, self.left - other.left])
        # The middle of cell (0, 0) lies half a cell from the corner.
        return step_2, corner_2 / other_cell_2 + 0.5 * step_2 - 0.5


def resized(array: FloatArray | UInt8Array, size_HW: tuple[int, int]) -> FloatArray:
    """Return the array at another size: means where it shrinks, interpolated where it grows."""
    height, width = size_HW
    if array.shape[:2] == (height, width):
        return np.ascontiguousarray(array)
    shrinks = array.shape[0] > height and array.shape[1] > width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(array, (width, height), interpolation=method))
