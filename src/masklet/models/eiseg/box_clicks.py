"""What a box says in clicks, for a network that was taught clicks alone.

A click in the box's middle is most likely on the object, clicks outside its corners are beside it. Whether
the click was well placed shows in the mask: its own box should be the prompt's.
"""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.boxes import box_iou, box_of_mask
from masklet.models.eiseg.clicks import Clicks
from masklet.models.eiseg.crop import CropBox

_POSITIVE_SHARES = ((0.5, 0.5), (0.5, 0.3), (0.5, 0.7))
"""Places to try for the click, in shares of the box, the likeliest first."""
_CORNER_SHARES = ((-0.05, -0.05), (1.05, -0.05), (-0.05, 1.05), (1.05, 1.05))


def clicks_of_box(box: CropBox, given: Clicks) -> tuple[Clicks, ...]:
    """Return the clicks a box may stand for, the likeliest first: one on the object, four outside the corners.

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
