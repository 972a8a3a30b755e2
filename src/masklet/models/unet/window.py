"""The part of a frame that is looked at for one object: a window around it, brought to a square.

Shapes: H W pixels of the frame, h w of the square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY
from masklet.models.layers import view as layers
from masklet.models.layers.view import resized

_NEVER_EMPTY = 1e-6


@dataclass(frozen=True)
class Window(layers.View):
    """A rectangle of the frame, seen as a square."""

    cell: ClassVar[int] = 1

    def cover(self, mask_HW: BoolArray | FloatArray) -> FloatArray:
        """Return cover_hw: how much of each pixel a mask of the frame covers, or the mean of its shares. A mask
        that is smaller than a pixel has one of its own."""
        cover_hw = resized(mask_HW[self.part].astype(np.float32), self.canvas_HW)
        if mask_HW.dtype != np.bool_:
            return cover_hw
        return cover_hw / max(float(cover_hw.max()), _NEVER_EMPTY)

    def spread(self, values_hw: FloatArray) -> FloatArray:
        """Return what the square says at every pixel of the window, interpolated."""
        return resized(values_hw, self.part_HW)


def window_of(box_xyxy: BoxXYXY, frame_HW: tuple[int, int], *, margin: float | None, size: int) -> Window:
    """Return the window around a box with room on each side, a share of the box's longer side; the whole frame for
    a margin of None. It lies within the frame: where the frame is smaller than that square, it is no square.

    >>> window_of((40, 40, 60, 50), (100, 200), margin=0.5, size=64).numbers
    (30, 25, 70, 65, 64, 64)
    """
    height, width = frame_HW
    if margin is None:
        return Window(0, 0, width, height, (size, size))
    x1, y1, x2, y2 = box_xyxy
    side = max(round(max(x2 - x1, y2 - y1) * (1 + 2 * margin)), 2)
    wide, tall = min(side, width), min(side, height)
    left = min(max(round((x1 + x2 - wide) / 2), 0), width - wide)
    top = min(max(round((y1 + y2 - tall) / 2), 0), height - tall)
    return Window(left, top, left + wide, top + tall, (size, size))
