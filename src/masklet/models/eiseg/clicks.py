"""Clicks as the network takes them, and the clicks that a box stands for.

Source of the input's form: Sofiiuk et al., 2021 (arXiv:2102.06583): previous mask, positive and negative disks.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from masklet.core.arrays import FloatArray

_RADIUS = 5
"""Of a disk, in pixels of the crop; the network was trained with this one."""


@dataclass(frozen=True, eq=False)
class Clicks:
    """Points on the object and beside it, in pixels of the crop."""

    positive_P2: FloatArray
    negative_Q2: FloatArray


def disks(xy_P2: FloatArray, size_hw: tuple[int, int]) -> FloatArray:
    """Return a map_hw that is 1 within a disk around each point, else 0; points outside are cut off."""
    map_hw = np.zeros(size_hw, dtype=np.float32)
    for x, y in np.round(xy_P2).astype(int).tolist():
        cv2.circle(map_hw, (x, y), _RADIUS, color=1.0, thickness=cv2.FILLED)
    return map_hw


def coordinate_features(previous_hw: FloatArray, clicks: Clicks) -> FloatArray:
    """Return the network's second input, [1, 3, h, w]: previous mask, positive disks, negative disks."""
    size_hw = (previous_hw.shape[0], previous_hw.shape[1])
    maps = [previous_hw, disks(clicks.positive_P2, size_hw), disks(clicks.negative_Q2, size_hw)]
    return np.stack(maps)[None].astype(np.float32)
