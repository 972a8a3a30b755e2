"""What the network looks at: the whole frame at its internal size, with a border up to whole cells.

Shapes: H W pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.models.layers.view import resized

CELL = 16
"""Pixels of the canvas along one side of a cell."""
MEAN_3 = (0.485, 0.456, 0.406)
"""Of the colours of ImageNet's pictures; what is as usual is nothing to the network, so borders have it."""


@dataclass(frozen=True)
class Canvas:
    """A size of frames, the size at which they are looked at, and where that lies on the canvas."""

    frame_HW: tuple[int, int]
    inner_HW: tuple[int, int]

    @property
    def size_HW(self) -> tuple[int, int]:
        """Height and width of the canvas, whole cells."""
        height, width = (-(-side // CELL) * CELL for side in self.inner_HW)
        return height, width

    @property
    def part(self) -> tuple[slice, slice]:
        """Where the frame is on the canvas: in its middle."""
        rows, columns = (
            slice((whole - side) // 2, (whole - side) // 2 + side)
            for whole, side in zip(self.size_HW, self.inner_HW, strict=True)
        )
        return rows, columns

    def picture(self, image_HW3: UInt8Array) -> FloatArray:
        """Return canvas_HW3 in 0..1: the frame, and a border of ImageNet's mean colour."""
        canvas_HW3 = np.empty((*self.size_HW, 3), dtype=np.float32)
        canvas_HW3[:] = MEAN_3
        np.divide(resized(image_HW3, self.inner_HW), np.float32(255), out=canvas_HW3[self.part])
        return canvas_HW3

    def cover(self, mask_HW: BoolArray) -> FloatArray:
        """Return cover_HW on the canvas: how much of a pixel a mask covers; a small one has one for itself."""
        inner_HW = resized(mask_HW.astype(np.float32), self.inner_HW)
        cover_HW = np.zeros(self.size_HW, dtype=np.float32)
        cover_HW[self.part] = inner_HW / max(float(inner_HW.max()), 1e-6)
        return cover_HW

    def masks(self, evidence_NHW: FloatArray) -> BoolArray:
        """Return mask_NHW of the frame: where the evidence on the canvas, interpolated, is above 0."""
        masks_NHW = np.zeros((len(evidence_NHW), *self.frame_HW), dtype=bool)
        for mask_HW, evidence_HW in zip(masks_NHW, evidence_NHW, strict=True):
            inner_HW = evidence_HW[self.part]
            if (inner_HW > 0).any():
                np.greater(resized(inner_HW, self.frame_HW), 0, out=mask_HW)
        return masks_NHW


def canvas_of(frame_HW: tuple[int, int], short_side: int | None) -> Canvas:
    """Return the canvas of frames of a size, whose shorter side is looked at with `short_side` pixels at most.

    >>> canvas_of((1080, 1920), 480).size_HW
    (480, 864)
    """
    shrinking = 1.0 if short_side is None else min(short_side / min(frame_HW), 1.0)
    height, width = (max(round(side * shrinking), 1) for side in frame_HW)
    return Canvas(frame_HW, (height, width))
