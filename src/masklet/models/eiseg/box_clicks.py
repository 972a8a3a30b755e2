"""What a box says in clicks, for a network that was taught clicks alone.

A click in the box's middle is most likely on the object, clicks outside its corners are beside it. A mask
tells by its own box how well it agrees: where it leaves the prompt's box it wants a click beside the
object, where it stays far from a side it wants one on the object.
"""

from __future__ import annotations

import cv2
import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.boxes import box_iou, box_of_mask
from masklet.models.eiseg.clicks import Clicks
from masklet.models.eiseg.crop import CropBox

_POSITIVE_SHARES = ((0.5, 0.5), (0.5, 0.3), (0.5, 0.7))
"""Places to try for the first click, in shares of the box, the likeliest first."""
_CORNER_SHARES = ((-0.05, -0.05), (1.05, -0.05), (-0.05, 1.05), (1.05, 1.05))
_SPILL_SIDE = 0.02
"""A mask may leave its box by this share of the box's sides."""
_SPILL_AREA = 0.02
"""What leaves it further wants a click when it is larger than this share of the box."""
_GAP = 0.08
"""A mask that stays further from a side of its box than this share of the box wants a click there."""


def first_clicks(box: CropBox, given: Clicks) -> tuple[Clicks, ...]:
    """Return the clicks to begin with, the likeliest first: one on the object, four outside the corners.

    Clicks that are given stay in all of them; where one of them is on the object no other is tried.
    """
    beside_Q2 = np.vstack([box.at(_CORNER_SHARES), given.negative_Q2])
    if len(given.positive_P2):
        return (Clicks(given.positive_P2, beside_Q2),)
    return tuple(Clicks(box.at((share,)), beside_Q2) for share in _POSITIVE_SHARES)


def fit(logits_hw: FloatArray, box: CropBox) -> float:
    """Return how well a mask's own box agrees with the prompt's: their IoU, 0 for an empty mask."""
    own = box_of_mask(logits_hw > 0)
    if own is None:
        return 0.0
    return float(box_iou(np.array([own]), np.array([[box.x1, box.y1, box.x2, box.y2]]))[0, 0])


def correct(logits_hw: FloatArray, box: CropBox, clicks: Clicks) -> Clicks | None:
    """Return the clicks with those that the mask's disagreement with its box calls for, None where none does."""
    beside_2, on_2 = _spill(logits_hw, box), _gap(logits_hw, box)
    if beside_2 is not None:
        clicks = clicks.and_negative(beside_2)
    if on_2 is not None:
        clicks = clicks.and_positive(on_2)
    return None if beside_2 is None and on_2 is None else clicks


def _spill(logits_hw: FloatArray, box: CropBox) -> FloatArray | None:
    """Return the deepest point of the mask's part outside the box, None where that part is small."""
    size_hw = (logits_hw.shape[0], logits_hw.shape[1])
    spill_hw = (logits_hw > 0) & ~box.inside(size_hw, grown=_SPILL_SIDE)
    width, height = box.size_xy
    if spill_hw.sum() <= _SPILL_AREA * width * height:
        return None
    padded_hw = np.pad(spill_hw, 1).astype(np.uint8)
    depth_hw: FloatArray = np.asarray(cv2.distanceTransform(padded_hw, cv2.DIST_L2, 3), dtype=np.float32)
    return _xy_of_greatest(depth_hw[1:-1, 1:-1])


def _gap(logits_hw: FloatArray, box: CropBox) -> FloatArray | None:
    """Return the likeliest point between the mask and the side it is furthest from, None where it is near all.

    A side beyond the crop counts where the crop ends.
    """
    size_hw = (logits_hw.shape[0], logits_hw.shape[1])
    inside_hw = box.inside(size_hw)
    own, whole = box_of_mask((logits_hw > 0) & inside_hw), box_of_mask(inside_hw)
    if own is None or whole is None:
        return None
    width, height = box.size_xy
    gaps = {
        "left": (own[0] - whole[0]) / width,
        "top": (own[1] - whole[1]) / height,
        "right": (whole[2] - own[2]) / width,
        "bottom": (whole[3] - own[3]) / height,
    }
    side = max(gaps, key=lambda name: gaps[name])
    if gaps[side] <= _GAP:
        return None
    x1, y1, x2, y2 = (int(edge) for edge in own)
    between = {
        "left": np.s_[:, :x1],
        "top": np.s_[:y1, :],
        "right": np.s_[:, x2:],
        "bottom": np.s_[y2:, :],
    }
    band_hw = np.zeros(size_hw, dtype=bool)
    band_hw[between[side]] = inside_hw[between[side]]
    smooth_hw = cv2.GaussianBlur(logits_hw, (0, 0), sigmaX=5)
    return _xy_of_greatest(np.where(band_hw, smooth_hw, -np.inf))


def _xy_of_greatest(values_hw: FloatArray) -> FloatArray:
    row, column = np.unravel_index(int(values_hw.argmax()), values_hw.shape)
    return np.array([float(column), float(row)])
