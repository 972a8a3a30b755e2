"""What an object looks like, in a few numbers: the colours inside its mask."""

from __future__ import annotations

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.boxes import box_of_mask

_BINS = (6, 8, 8)
_COLOURFUL = (88, 168)
"""Range of a and b that the bins share out; stronger colours count as the strongest."""


def colours_of(image_HW3: UInt8Array, mask_HW: BoolArray) -> tuple[float, ...]:
    """Return the share of each Lab colour bin (6 x 8 x 8) among the mask's pixels, () of an empty mask."""
    box = box_of_mask(mask_HW)
    if box is None:
        return ()
    x1, y1, x2, y2 = (int(value) for value in box)
    lab_HW3 = cv2.cvtColor(np.ascontiguousarray(image_HW3[y1:y2, x1:x2]), cv2.COLOR_RGB2LAB)
    lab_HW3[..., 1:] = lab_HW3[..., 1:].clip(_COLOURFUL[0], _COLOURFUL[1] - 1)
    inside_HW = mask_HW[y1:y2, x1:x2].astype(np.uint8)
    counts = cv2.calcHist([lab_HW3], [0, 1, 2], inside_HW, _BINS, [0, 256, *_COLOURFUL, *_COLOURFUL]).ravel()
    return tuple((counts / counts.sum()).round(5).tolist())


def blend(old: tuple[float, ...], new: tuple[float, ...], share_of_new: float = 0.1) -> tuple[float, ...]:
    """Return the old colours moved a little towards the new; the other one where one is unknown."""
    if not old or not new:
        return old or new
    return tuple((1 - share_of_new) * before + share_of_new * now for before, now in zip(old, new, strict=True))


def likeness(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    """Return the Bhattacharyya coefficient of two objects' colours, 0 to 1; 0 where one is unknown."""
    if not first or not second:
        return 0.0
    a: FloatArray = np.asarray(first)
    return float(np.sqrt(a * np.asarray(second)).sum())
