"""A part of a picture beside its truth and its prediction: what a failure looks like."""

from __future__ import annotations

import cv2
import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.label_space import LabelSpace
from masklet.render.labels import overlay_labels
from masklet.render.scale import scaled_image

_TILE = 220
_YELLOW = (250, 204, 21)


def failure_tile(
    image_HW3: UInt8Array,
    truth_HW: UInt8Array,
    predicted_HW: UInt8Array,
    label_space: LabelSpace,
    box: tuple[int, int, int, int],
    *,
    view: float = 0.35,
) -> UInt8Array:
    """Return picture, truth and prediction side by side, cut around a box, which is outlined in yellow.

    What is shown is 4:3, at least `view` of the picture's height high, and more where the box is larger.
    """
    window = _window(box, (image_HW3.shape[0], image_HW3.shape[1]), view)
    tiles = []
    for label_map_HW in (None, truth_HW, predicted_HW):
        tile_HW3 = image_HW3 if label_map_HW is None else overlay_labels(image_HW3, label_map_HW, label_space)
        tiles.append(_cut(tile_HW3, window, box))
    return np.concatenate(tiles, axis=1)


def _cut(image_HW3: UInt8Array, window: tuple[int, int, int, int], box: tuple[int, int, int, int]) -> UInt8Array:
    left, top, right, bottom = window
    tile_HW3 = np.ascontiguousarray(scaled_image(image_HW3[top:bottom, left:right], _TILE))
    scale = _TILE / (right - left)
    x1, y1, x2, y2 = box
    corners = [(round((x - left) * scale), round((y - top) * scale)) for x, y in ((x1, y1), (x2, y2))]
    cv2.rectangle(tile_HW3, corners[0], corners[1], _YELLOW, 1, cv2.LINE_AA)
    return np.pad(tile_HW3, ((0, 0), (0, 3), (0, 0)), constant_values=255)


def _window(box: tuple[int, int, int, int], size_HW: tuple[int, int], view: float) -> tuple[int, int, int, int]:
    """Return x1 y1 x2 y2 around the box, inside the picture."""
    x1, y1, x2, y2 = box
    tall = max(view * size_HW[0], 1.4 * (y2 - y1), 1.4 * (x2 - x1) * 3 / 4)
    wide = min(round(tall * 4 / 3), size_HW[1])
    high = min(round(tall), size_HW[0])
    left = round(min(max((x1 + x2 - wide) / 2, 0), size_HW[1] - wide))
    top = round(min(max((y1 + y2 - high) / 2, 0), size_HW[0] - high))
    return left, top, left + wide, top + high
