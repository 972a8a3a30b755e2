"""Other pictures of masks than the overlay: the masks alone, the objects alone, two results beside each other."""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import ShapeError
from masklet.core.values import FrameMasks
from masklet.render.palette import Colour, colour_of
from masklet.render.regions import regions

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def masks_only(image_HW3: UInt8Array, masks: FrameMasks, *, background: Colour = BLACK) -> UInt8Array:
    """Return the objects as flat areas of their colours on a plain background; the better score lies on top."""
    seen = list(regions(masks, image_HW3))
    drawn_HW3 = np.full_like(image_HW3, background)
    for region in seen:
        region.of(drawn_HW3)[region.mask_hw == 1] = colour_of(region.object_id)
    return drawn_HW3


def cut_out(image_HW3: UInt8Array, masks: FrameMasks, *, background: Colour = WHITE) -> UInt8Array:
    """Return the objects' own pixels on a plain background."""
    seen = list(regions(masks, image_HW3))
    drawn_HW3 = np.full_like(image_HW3, background)
    for region in seen:
        inside_hw = region.mask_hw == 1
        region.of(drawn_HW3)[inside_hw] = region.of(image_HW3)[inside_hw]
    return drawn_HW3


def side_by_side(left_HW3: UInt8Array, right_HW3: UInt8Array) -> UInt8Array:
    """Return two pictures of one height beside each other; raise ShapeError for different heights."""
    if left_HW3.shape[0] != right_HW3.shape[0]:
        raise ShapeError(f"Expected pictures of one height, got {left_HW3.shape[0]} and {right_HW3.shape[0]}.")
    seam_H13 = np.full((left_HW3.shape[0], 4, 3), WHITE, dtype=np.uint8)
    return np.concatenate([left_HW3, seam_H13, right_HW3], axis=1)
