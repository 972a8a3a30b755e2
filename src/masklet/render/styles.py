"""Other pictures of masks than the overlay: the masks alone, the objects alone, two results beside each other."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import ShapeError
from masklet.core.values import FrameMasks
from masklet.masklets import Masklets
from masklet.render.palette import Colour, colour_of
from masklet.render.regions import regions
from masklet.render.scale import scaled_masks

Draw: TypeAlias = Callable[[UInt8Array, FrameMasks], UInt8Array]
"""Returns a picture with the masks of its frame: `overlay`, `masks_only`, `cut_out` or one of your own."""

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


def only(draw: Draw, object_ids: Collection[int]) -> Draw:
    """Return what draws in the same way, but these objects alone."""

    def draw_chosen(image_HW3: UInt8Array, masks: FrameMasks) -> UInt8Array:
        return draw(image_HW3, _chosen(masks, object_ids))

    return draw_chosen


def beside(draw: Draw, other: Masklets) -> Draw:
    """Return what draws the masks and, right of them, those of another result on the same frame.

    Masks of another size are brought to that of the picture.
    """

    def draw_both(image_HW3: UInt8Array, masks: FrameMasks) -> UInt8Array:
        size_HW = (image_HW3.shape[0], image_HW3.shape[1])
        others = scaled_masks(other.frame(masks.frame_index), size_HW)
        return side_by_side(draw(image_HW3, masks), draw(image_HW3, others))

    return draw_both


def _chosen(masks: FrameMasks, object_ids: Collection[int]) -> FrameMasks:
    positions = [position for position, object_id in enumerate(masks.object_ids) if object_id in object_ids]
    return FrameMasks(
        frame_index=masks.frame_index,
        object_ids=tuple(masks.object_ids[position] for position in positions),
        masks_NHW=masks.masks_NHW[positions],
        scores_N=masks.scores_N[positions],
        labels_N=tuple(masks.labels_N[position] for position in positions) if masks.labels_N else (),
    )
