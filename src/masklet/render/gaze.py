"""A look drawn over its picture: the disk in which the eye can have rested, the samples, and what it is at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.masks import resize
from masklet.render.palette import Colour
from masklet.render.text import paste, plate, text_pixels

NOTHING_COLOUR: Colour = (120, 120, 120)
_RIM: Colour = (255, 255, 255)
_TINT = 0.3


@dataclass(frozen=True, eq=False)
class DrawnLook:
    """What one frame's samples say: where they lie, what is looked at, in which words and which colour."""

    xy_K2: FloatArray
    """Pixels of the picture; the last one has the disk."""
    radius: float
    words: str
    colour: Colour
    mask_HW: BoolArray | None = None
    """What is looked at, as far as it can be seen."""

    def scaled(self, factor: float, size_HW: tuple[int, int]) -> DrawnLook:
        """Return the look for the same picture at another size, `factor` as wide."""
        mask_HW = None if self.mask_HW is None else resize(self.mask_HW, size_HW)
        return replace(self, xy_K2=self.xy_K2 * factor, radius=self.radius * factor, mask_HW=mask_HW)


def draw_look(image_HW3: UInt8Array, look: DrawnLook | None) -> UInt8Array:
    """Return a copy of the picture with the look drawn in: what is looked at tinted and outlined, the disk, words.

    Without a look the picture is as it was.
    """
    drawn_HW3 = np.ascontiguousarray(image_HW3).copy()
    if look is None or not len(look.xy_K2):
        return drawn_HW3
    height, width = image_HW3.shape[:2]
    stroke = max(1, round(min(height, width) / 360))
    if look.mask_HW is not None and look.mask_HW.any():
        drawn_HW3[look.mask_HW] = ((1 - _TINT) * drawn_HW3[look.mask_HW] + _TINT * np.array(look.colour)).astype(
            np.uint8
        )
        contours, _ = cv2.findContours(look.mask_HW.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
        cv2.drawContours(drawn_HW3, contours, -1, look.colour, stroke, cv2.LINE_AA)
    points = [(round(x), round(y)) for x, y in look.xy_K2.tolist()]
    centre = points[-1]
    radius = max(round(look.radius), 2 * stroke)
    for thickness, colour in ((3 * stroke, _RIM), (stroke, look.colour)):
        cv2.circle(drawn_HW3, centre, radius, colour, thickness, cv2.LINE_AA)
    for point in points:
        cv2.circle(drawn_HW3, point, 2 * stroke, _RIM, -1, cv2.LINE_AA)
        cv2.circle(drawn_HW3, point, stroke, look.colour, -1, cv2.LINE_AA)
    name_hw4 = plate(look.words, text_pixels((height, width)), look.colour)
    above = centre[1] - radius - name_hw4.shape[0] - 3 * stroke
    top = above if above >= 0 else centre[1] + radius + 3 * stroke
    paste(drawn_HW3, name_hw4, left=centre[0] - name_hw4.shape[1] // 2, top=top)
    return drawn_HW3
