"""Masks drawn over the picture they belong to."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.values import FrameMasks, Prompt
from masklet.render.marks import draw_box, draw_outline, draw_prompt
from masklet.render.palette import Colour, colour_of
from masklet.render.regions import Region, regions
from masklet.render.text import paste, plate, text_pixels


def overlay(
    image_HW3: UInt8Array,
    masks: FrameMasks,
    *,
    alpha: float = 0.5,
    contour: float = 2,
    ids: bool = True,
    labels: bool = True,
    scores: bool = False,
    boxes: bool = False,
    prompts: Iterable[Prompt] = (),
) -> UInt8Array:
    """Return a copy of the image with every object tinted, outlined and named in its colour.

    `alpha` is how much of the tint covers the picture (0 none, 1 all), `contour` the width of the outline
    in a picture 720 pixels high (it grows with the picture; 0 draws none). Plates say the id, the class
    name and the score, as far as they are asked for and known. Where objects overlap, the better score
    lies on top. Raise ShapeError where the masks are of another size.
    """
    seen = list(regions(masks, image_HW3))
    drawn_HW3 = np.ascontiguousarray(image_HW3).copy()
    thickness = max(1, round(contour * min(masks.size_HW) / 720)) if contour else 0
    for region in seen:
        _tint(drawn_HW3, region, colour_of(region.object_id), alpha)
    for region in seen:
        if thickness:
            draw_outline(drawn_HW3, region, colour=colour_of(region.object_id), thickness=thickness)
        if boxes:
            draw_box(drawn_HW3, region, colour=colour_of(region.object_id), thickness=max(1, thickness))
    for region in sorted(seen, key=lambda region: region.bottom):  # the nearest object's plate lies on top
        words = _words(masks, region.position, ids=ids, labels=labels, scores=scores)
        if words:
            _name(drawn_HW3, region, words)
    for prompt in prompts:
        draw_prompt(drawn_HW3, prompt)
    return drawn_HW3


def _tint(image_HW3: UInt8Array, region: Region, colour: Colour, alpha: float) -> None:
    """Mix the colour into the object's pixels; per channel that is a table from old to new value."""
    table_3V = np.arange(256) * (1 - alpha) + alpha * np.array(colour)[:, None]
    table_1V3 = np.ascontiguousarray(np.rint(table_3V).astype(np.uint8).T[None])
    part_hw3 = region.of(image_HW3)
    cv2.copyTo(cv2.LUT(part_hw3, table_1V3), region.mask_hw, part_hw3)


def _words(masks: FrameMasks, position: int, *, ids: bool, labels: bool, scores: bool) -> str:
    label = masks.label_of(position) if labels else None
    object_id = str(masks.object_ids[position]) if ids else None
    score = f"{masks.scores_N[position]:.2f}" if scores else None
    name = " ".join(word for word in (label, object_id) if word)
    return " · ".join(word for word in (name, score) if word)


def _name(image_HW3: UInt8Array, region: Region, text: str) -> None:
    """Put the plate above the object, as far as there is room."""
    plate_hw4 = plate(text, text_pixels((image_HW3.shape[0], image_HW3.shape[1])), colour_of(region.object_id))
    height, width = plate_hw4.shape[:2]
    x, y = region.crown
    paste(image_HW3, plate_hw4, left=x - width // 2, top=y - height - 2)
