"""Where an object can be in a frame: a few rectangles of cells, so that fine features are worked out there alone.

It can be near where it was seen last, and where memory finds cells like those it covered. A convolution's output
depends on neighbours; a window is therefore taken larger than its region, and what its missing neighbours spoiled
is cut away again. Inside its regions an object is so found as it is in the whole frame.

Shapes: h w cells of 16 pixels.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from torch import Tensor

from masklet.core.arrays import UInt8Array

_LIKELY = 0.05
"""What memory says a cell is covered by an object, at least, where the object can be."""
_WORTH = 0.8
"""Share of the frame up to which windows pay."""
_HALO = 2
"""Cells that most of the work on a window looks beyond its region, on each side."""


class Region(NamedTuple):
    """A rectangle of cells."""

    top: int
    left: int
    bottom: int
    right: int

    def grown(self, by: int, grid_hw: tuple[int, int]) -> Region:
        """Return it larger by so many cells on each side, within a grid; smaller where that is below 0, but for
        sides on the grid's edge."""
        height, width = grid_hw
        top, left = (0 if side == 0 else max(side - by, 0) for side in (self.top, self.left))
        bottom, right = (
            end if side == end else min(side + by, end)
            for side, end in ((self.bottom, height), (self.right, width))
        )
        return Region(top, left, bottom, right)

    def finer(self, factor: int) -> Region:
        """Return it in cells that are so many times smaller along each side."""
        return Region(*(factor * side for side in self))

    def within(self, other: Region) -> Region:
        """Return it as counted from the corner of another."""
        return Region(
            self.top - other.top, self.left - other.left, self.bottom - other.top, self.right - other.left
        )

    def of(self, feature: Tensor) -> Tensor:
        """Return this part of a feature of the whole grid, a view."""
        return feature[..., self.top : self.bottom, self.left : self.right]

    @property
    def cells(self) -> int:
        """How many it has."""
        return (self.bottom - self.top) * (self.right - self.left)


def whole(grid_hw: tuple[int, int]) -> Region:
    """Return all cells of a grid."""
    return Region(0, 0, *grid_hw)


def regions_of(seen_hw: Tensor | None, cover_hw: Tensor, margin: int) -> tuple[Region, ...]:
    """Return rectangles around where an object can be: the cells where it was seen, larger by a margin, and those
    that memory says it covers, larger by one; the whole grid where it was not seen, or windows would not pay.

    >>> import torch
    >>> cover_hw = torch.zeros(20, 30)
    >>> cover_hw[4:6, 5:8] = 0.3
    >>> regions_of(cover_hw > 0, cover_hw, margin=2)
    (Region(top=2, left=3, bottom=8, right=10),)
    """
    height, width = cover_hw.shape
    everywhere = (whole((height, width)),)
    if seen_hw is None:
        return everywhere
    possible_hw = _grown(seen_hw, margin) | _grown(cover_hw >= _LIKELY, 1)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(possible_hw)
    regions = tuple(
        Region(int(top), int(left), int(top + high), int(left + wide)) for left, top, wide, high, _ in boxes[1:]
    )
    cells = sum(region.grown(_HALO, (height, width)).cells for region in regions)
    return regions if regions and cells < _WORTH * height * width else everywhere


def _grown(cells_hw: Tensor, by: int) -> UInt8Array:
    kernel = np.ones((2 * by + 1, 2 * by + 1), np.uint8)
    return np.asarray(cv2.dilate(cells_hw.cpu().numpy().astype(np.uint8), kernel))
