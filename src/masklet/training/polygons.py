"""Objects drawn as polygons: read from texts of the YOLO layout, filled into labels."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray


def read_polygons(path: Path) -> list[FloatArray]:
    """Return polygons of shape (P, 2), x y as shares of width and height; none where there is no such file.

    A line is a class and x y x y ... of three points or more; raise FormatError for another one.
    """
    from masklet.formats.yolo_polygons import read_yolo_polygons

    return [polygon_P2 for _, polygon_P2 in read_yolo_polygons(path)]


def polygon_labels(polygons: Iterable[FloatArray], size_HW: tuple[int, int]) -> IntArray:
    """Return labels_HW of polygons of shape (P, 2), x y as shares of width and height; ids by area from 1."""
    height, width = size_HW
    masks = [polygon_mask(polygon_P2 * [width, height], size_HW) for polygon_P2 in polygons]
    labels_HW = np.zeros(size_HW, dtype=np.int32)
    for object_id, mask_HW in enumerate(sorted(masks, key=lambda mask_HW: -int(mask_HW.sum())), start=1):
        labels_HW[mask_HW] = object_id
    return labels_HW


def polygon_mask(xy_P2: FloatArray, size_HW: tuple[int, int]) -> BoolArray:
    """Return the pixels whose centres lie inside a polygon in pixels (non-zero winding rule).

    A bridge that leads from one part to another and back again covers nothing.

    >>> polygon_mask(np.array([[1.0, 0.0], [3.0, 0.0], [3.0, 1.0], [1.0, 1.0]]), (2, 4)).astype(int).tolist()
    [[0, 1, 1, 0], [0, 0, 0, 0]]
    """
    height, width = size_HW
    turns_HW = np.zeros((height, width + 1), dtype=np.int32)
    for (x0, y0), (x1, y1) in zip(xy_P2, np.roll(xy_P2, -1, axis=0), strict=True):
        low, high = sorted((y0, y1))
        rows_R = np.arange(*np.clip(np.ceil([low - 0.5, high - 0.5]), 0, height).astype(int))
        crossings_R = x0 + (rows_R + 0.5 - y0) * ((x1 - x0) / (y1 - y0)) if len(rows_R) else np.zeros(0)
        columns_R = np.clip(np.ceil(crossings_R - 0.5), 0, width).astype(int)
        turns_HW[rows_R, columns_R] += 1 if y1 > y0 else -1
    inside: BoolArray = np.cumsum(turns_HW, axis=1)[:, :width] != 0
    return inside
