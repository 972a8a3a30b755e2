"""The part of a picture that the network looks at, and the way between its pixels and the picture's."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array

_MULTIPLE = 32
"""The network looks at sides of a multiple of this, so that few different sizes occur."""


@dataclass(frozen=True, slots=True)
class CropBox:
    """A prompt's box in pixels of the crop."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def size_xy(self) -> tuple[float, float]:
        """Width and height."""
        return self.x2 - self.x1, self.y2 - self.y1

    def at(self, shares_P2: tuple[tuple[float, float], ...]) -> FloatArray:
        """Return points by their shares of the box: (0, 0) its left upper corner, (1, 1) its right lower one."""
        points_P2: FloatArray = np.array([self.x1, self.y1]) + np.array(shares_P2) * self.size_xy
        return points_P2

    def inside(self, size_hw: tuple[int, int], *, grown: float = 0.0) -> BoolArray:
        """Return inside_hw: true within the box, grown on every side by a share of itself."""
        width, height = self.size_xy
        y_h = np.arange(size_hw[0])[:, None] + 0.5
        x_w = np.arange(size_hw[1])[None, :] + 0.5
        in_rows = (y_h > self.y1 - grown * height) & (y_h < self.y2 + grown * height)
        in_columns = (x_w > self.x1 - grown * width) & (x_w < self.x2 + grown * width)
        return np.asarray(in_rows & in_columns)


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of the picture (whole pixels, right and bottom exclusive) and the size it is looked at."""

    left: int
    top: int
    right: int
    bottom: int
    height: int
    width: int

    def take(self, image_HW3: UInt8Array) -> UInt8Array:
        """Return the part of the picture at the crop's size."""
        part = image_HW3[self.top : self.bottom, self.left : self.right]
        shrinks = self.height < part.shape[0]
        way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(part, (self.width, self.height), interpolation=way), dtype=np.uint8)

    def take_mask(self, mask_HW: BoolArray) -> FloatArray:
        """Return the part of a mask at the crop's size, soft at its edge."""
        part = mask_HW[self.top : self.bottom, self.left : self.right].astype(np.float32)
        return np.asarray(cv2.resize(part, (self.width, self.height), interpolation=cv2.INTER_AREA))

    def put_back(self, logits_hw: FloatArray, size_HW: tuple[int, int], *, outside: float) -> FloatArray:
        """Return logits_HW of the whole picture; what the crop does not cover gets the value `outside`."""
        full_HW = np.full(size_HW, outside, dtype=np.float32)
        part_size = (self.right - self.left, self.bottom - self.top)
        full_HW[self.top : self.bottom, self.left : self.right] = cv2.resize(
            logits_hw, part_size, interpolation=cv2.INTER_LINEAR
        )
        return full_HW

    def to_crop(self, xy_P2: FloatArray) -> FloatArray:
        """Return points of the picture in pixels of the crop."""
        scale_2 = [self.width / (self.right - self.left), self.height / (self.bottom - self.top)]
        moved_P2: FloatArray = (np.asarray(xy_P2, dtype=np.float64) - [self.left, self.top]) * scale_2
        return moved_P2

    def box(self, box_xyxy: tuple[float, float, float, float]) -> CropBox:
        """Return a box of the picture in pixels of the crop."""
        (x1, y1), (x2, y2) = self.to_crop(np.reshape(box_xyxy, (2, 2))).tolist()
        return CropBox(x1, y1, x2, y2)


def crop_around(
    box_xyxy: tuple[float, float, float, float], size_HW: tuple[int, int], *, margin: float, long_side: int
) -> Crop:
    """Return the crop of a box with a margin on every side (a share of the box), inside the picture.

    Its longer side is looked at with `long_side` pixels, the other with about as many as keep its shape.
    """
    x1, y1, x2, y2 = box_xyxy
    margin_x, margin_y = margin * (x2 - x1), margin * (y2 - y1)
    height, width = size_HW
    left, right = _inside(x1 - margin_x, x2 + margin_x, width)
    top, bottom = _inside(y1 - margin_y, y2 + margin_y, height)
    scale = long_side / max(right - left, bottom - top)
    return Crop(
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        height=_near_multiple((bottom - top) * scale),
        width=_near_multiple((right - left) * scale),
    )


def _inside(low: float, high: float, size: int) -> tuple[int, int]:
    """Return whole pixels that cover low to high, at least one, inside 0 to size."""
    start = min(max(0, math.floor(low)), size - 1)
    return start, max(start + 1, min(size, math.ceil(high)))


def _near_multiple(length: float) -> int:
    return max(_MULTIPLE, round(length / _MULTIPLE) * _MULTIPLE)
