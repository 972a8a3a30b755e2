"""The part of a picture that one object covers, so that drawing touches nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import IntArray, UInt8Array
from masklet.core.errors import ShapeError
from masklet.core.values import FrameMasks


@dataclass(frozen=True, eq=False)
class Region:
    """One visible object: where its mask lies in the frame, and the mask inside that box (0 or 1)."""

    position: int
    object_id: int
    left: int
    top: int
    mask_hw: UInt8Array

    @property
    def right(self) -> int:
        """The first column right of it."""
        return self.left + int(self.mask_hw.shape[1])

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + int(self.mask_hw.shape[0])

    @property
    def crown(self) -> tuple[int, int]:
        """The point x, y to write over: the middle of its mass, its upper end; specks astray do not count."""
        x = _quantile(self.mask_hw.sum(axis=0), 0.5)
        y = _quantile(self.mask_hw.sum(axis=1), 0.01)
        return (self.left + x, self.top + y)

    def of(self, image_HW3: UInt8Array) -> UInt8Array:
        """Return the view of an image that the object's box covers."""
        return image_HW3[self.top : self.bottom, self.left : self.right]


def regions(masks: FrameMasks, image_HW3: UInt8Array) -> Iterator[Region]:
    """Yield the objects that can be seen, worst score first, so that what is drawn last is the best.

    Raise ShapeError where the image is of another size than the masks, or is not uint8 RGB.
    """
    if image_HW3.dtype != np.uint8 or image_HW3.shape != (*masks.size_HW, 3):
        height, width = masks.size_HW
        raise ShapeError(
            f"Expected a uint8 RGB image of {width}x{height} pixels, as its masks are, "
            f"got {image_HW3.dtype} {image_HW3.shape}."
        )
    for position in np.argsort(-masks.scores_N, kind="stable")[::-1].tolist():
        mask_HW = masks.masks_NHW[position]
        rows = np.flatnonzero(mask_HW.any(axis=1))
        if rows.size:
            band_hW = mask_HW[rows[0] : rows[-1] + 1]
            columns = np.flatnonzero(band_hW.any(axis=0))
            mask_hw = np.ascontiguousarray(band_hW[:, columns[0] : columns[-1] + 1]).view(np.uint8)
            yield Region(position, masks.object_ids[position], int(columns[0]), int(rows[0]), mask_hw)


def _quantile(counts: IntArray, share: float) -> int:
    """Return the position where this share of the counts is reached."""
    reached = np.cumsum(counts)
    return int(np.searchsorted(reached, share * reached[-1]))
