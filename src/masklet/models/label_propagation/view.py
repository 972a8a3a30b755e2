"""The parts of a frame that are looked at, their pictures, and the way between their grids and the frame's pixels.

Shapes: H W pixels of the frame, h w cells of the grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray
from masklet.core.boxes import BoxXYXY
from masklet.models.label_propagation.backbone import CELL
from masklet.models.layers import view as layers
from masklet.models.layers.view import resized

_ALIGNMENT = 2 * CELL
_STEP = 64
"""Sides of a canvas are multiples of this many pixels, so that the network meets few different shapes."""
_LARGEST = 2.0
"""Nothing is looked at larger than this, however small the frame."""


@dataclass(frozen=True)
class Place:
    """A rectangle of the frame, in whole pixels, and the boxes it was made for, by number."""

    members: tuple[int, ...]
    box_xyxy: tuple[int, int, int, int]

    @property
    def area(self) -> int:
        """Pixels of the frame."""
        return (self.box_xyxy[2] - self.box_xyxy[0]) * (self.box_xyxy[3] - self.box_xyxy[1])

    def touches(self, other: Place) -> bool:
        """Return whether both share a pixel."""
        (x1, y1, x2, y2), (u1, v1, u2, v2) = self.box_xyxy, other.box_xyxy
        return x1 < u2 and u1 < x2 and y1 < v2 and v1 < y2

    def joined(self, other: Place) -> Place:
        """Return the place that holds both."""
        (x1, y1, x2, y2), (u1, v1, u2, v2) = self.box_xyxy, other.box_xyxy
        members = tuple(sorted((*self.members, *other.members)))
        return Place(members, (min(x1, u1), min(y1, v1), max(x2, u2), max(y2, v2)))


@dataclass(frozen=True)
class View(layers.View):
    """A rectangle of the frame and its canvas, in cells of features."""

    cell: ClassVar[int] = CELL

    def shares(self, mask_HW: BoolArray) -> FloatArray:
        """Return shares_hw: how much of each cell a mask of the frame covers."""
        return resized(mask_HW[self.part].astype(np.float32), self.grid_hw)

    def mask(self, evidence_hw: FloatArray, size_HW: tuple[int, int]) -> BoolArray:
        """Return mask_HW of the frame: where evidence, interpolated between cells, is above 0."""
        mask_HW = np.zeros(size_HW, dtype=bool)
        if (evidence_hw > 0).any():
            mask_HW[self.part] = resized(evidence_hw, self.part_HW) > 0
        return mask_HW

    def cells_from(self, other: View, cells_K2: IntArray) -> FloatArray:
        """Return, in rows and columns of this view's grid, where cells of another view lie in the frame."""
        step_2, start_2 = self.steps_from(other, CELL)
        return ((cells_K2 - start_2) / step_2).astype(np.float32)

    def cells_in(self, box_xyxy: FloatArray) -> BoolArray:
        """Return inside_hw: the cells whose middles lie in a box of the frame."""
        rows, columns = self.grid_hw
        x_w = self.left + (np.arange(columns) + 0.5) * (self.right - self.left) / columns
        y_h = self.top + (np.arange(rows) + 0.5) * (self.bottom - self.top) / rows
        in_rows_h = (y_h >= box_xyxy[1]) & (y_h <= box_xyxy[3])
        in_columns_w = (x_w >= box_xyxy[0]) & (x_w <= box_xyxy[2])
        inside_hw: BoolArray = in_rows_h[:, None] & in_columns_w[None, :]
        return inside_hw


def places_of(boxes_N4: FloatArray, size_HW: tuple[int, int], *, margin: float, at_least: float) -> list[Place]:
    """Return places of the frame, apart from each other, that together hold all boxes with their margins.

    A margin is a share of the box's side, and at least so many pixels.

    >>> places_of(np.array([[0, 0, 10, 10], [8, 0, 20, 10], [80, 80, 90, 90]]), (100, 100), margin=0, at_least=0)
    [Place(members=(0, 1), box_xyxy=(0, 0, 20, 10)), Place(members=(2,), box_xyxy=(80, 80, 90, 90))]
    """
    places: list[Place] = []
    for number, box in enumerate(boxes_N4.tolist()):
        x1, y1, x2, y2 = box
        by_x, by_y = max(margin * (x2 - x1), at_least), max(margin * (y2 - y1), at_least)
        place = Place((number,), _whole((x1 - by_x, y1 - by_y, x2 + by_x, y2 + by_y), size_HW))
        while touching := next((other for other in places if place.touches(other)), None):
            places.remove(touching)
            place = place.joined(touching)
        places.append(place)
    return sorted(places, key=lambda place: min(place.members))


def magnification(places: Sequence[Place], size_HW: tuple[int, int], *, pixels: int, zoom: float) -> float:
    """Return how large the places may be looked at: with so many pixels in all, and at most `zoom` times as
    large as the whole frame could be.

    >>> magnification([Place((0,), (0, 0, 40, 40))], (100, 100), pixels=10_000, zoom=2)
    2.0
    """
    area = sum(place.area for place in places)
    return min(closest(size_HW, pixels=pixels, zoom=zoom), math.sqrt(pixels / max(area, 1)))


def closest(size_HW: tuple[int, int], *, pixels: int, zoom: float) -> float:
    """Return how large anything of a frame may be looked at."""
    return min(zoom * math.sqrt(pixels / (size_HW[0] * size_HW[1])), _LARGEST)


def view_of(place: Place, size_HW: tuple[int, int], scale: float) -> View:
    """Return the view of a place at a scale, widened within the frame to a canvas of few possible sizes."""
    left, right, width = _span(place.box_xyxy[0], place.box_xyxy[2], size_HW[1], scale)
    top, bottom, height = _span(place.box_xyxy[1], place.box_xyxy[3], size_HW[0], scale)
    return View(left, top, right, bottom, (height, width))


def _span(start: int, stop: int, length: int, scale: float) -> tuple[int, int, int]:
    """Return start and stop of a side, widened, and the pixels of its canvas."""
    canvas = max(math.ceil((stop - start) * scale / _STEP), 1) * _STEP
    size = min(max(round(canvas / scale), stop - start), length)
    if size == length:
        canvas = max(round(length * scale / _ALIGNMENT), 1) * _ALIGNMENT
    start = min(max(round((start + stop - size) / 2), 0), length - size)
    return start, start + size, canvas


def _whole(box_xyxy: BoxXYXY, size_HW: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the box to the next whole pixels, within the frame and with at least one pixel."""
    height, width = size_HW
    x1, y1 = min(max(math.floor(box_xyxy[0]), 0), width - 1), min(max(math.floor(box_xyxy[1]), 0), height - 1)
    x2, y2 = min(max(math.ceil(box_xyxy[2]), x1 + 1), width), min(max(math.ceil(box_xyxy[3]), y1 + 1), height)
    return (x1, y1, x2, y2)
