"""What moves before a fixed camera, by OpenCV's MOG2 and KNN, frames fed in time order.

Sources: Zivkovic, ICPR 2004 (MOG2); Zivkovic and van der Heijden, Pattern Recognition Letters 2006 (both).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, UInt8Array
from masklet.sources import FrameSource

Subtraction = Literal["mog2", "knn"]

WARM_UP = 120
"""Frames seen before the first one that is asked for; where the video has fewer, its first ones are seen twice."""
_OBJECT = 255
"""In the answer; 127 is a shadow."""


def foregrounds(source: FrameSource, frame_indices: Collection[int], method: Subtraction) -> dict[int, BoolArray]:
    """Return mask_HW of what moves, shadows left out, for each of these frames of a source with an end."""
    if not frame_indices:
        return {}
    first, last = min(frame_indices), max(frame_indices)
    start = max(first - WARM_UP, 0)
    subtractor = _subtractor(method)
    if first < WARM_UP:
        for frame in source.read(0, min(WARM_UP, source.info.frame_count or WARM_UP)):
            subtractor.apply(frame.image_HW3)
    found: dict[int, BoolArray] = {}
    for frame in source.read(start, last + 1):
        answer_HW = subtractor.apply(frame.image_HW3)
        if frame.index in frame_indices:
            found[frame.index] = _cleaned(np.asarray(answer_HW, dtype=np.uint8))
    return found


def _subtractor(method: Subtraction) -> cv2.BackgroundSubtractor:
    create = {"mog2": cv2.createBackgroundSubtractorMOG2, "knn": cv2.createBackgroundSubtractorKNN}[method]
    return create(history=2 * WARM_UP, detectShadows=True)


def _cleaned(answer_HW: UInt8Array) -> BoolArray:
    """Return what is no shadow, without single pixels and with small holes filled."""
    moving_HW = (answer_HW == _OBJECT).astype(np.uint8)
    opened_HW = cv2.morphologyEx(moving_HW, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    closed_HW = cv2.morphologyEx(opened_HW, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return np.asarray(closed_HW, dtype=bool)
