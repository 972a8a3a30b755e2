"""Label maps drawn: in the colours of their classes, over their picture, with a legend.

Shapes: H W pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import ShapeError
from masklet.core.label_space import VOID, LabelSpace
from masklet.core.masks import boundary
from masklet.core.panoptic import PanopticMap
from masklet.render.palette import Colour, colour_of
from masklet.render.text import line, paste, text_height

PAPER: Colour = (22, 22, 22)
INK: Colour = (225, 225, 225)


def paint_labels(label_map_HW: UInt8Array, label_space: LabelSpace) -> UInt8Array:
    """Return image_HW3 of a label map in the colours of its classes, void black."""
    return label_space.palette_256x3[label_map_HW]


def paint_panoptic(panoptic: PanopticMap) -> UInt8Array:
    """Return image_HW3 of a panoptic map: stuff in the colours of its classes, every object in a shade of its
    class's with a white outline, void black."""
    drawn_HW3 = paint_labels(panoptic.label_map(), panoptic.label_space)
    for one in panoptic.things:
        inside_HW = panoptic.segment_ids_HW == one.segment_id
        shade = np.array(colour_of(one.segment_id)) * 0.45 + drawn_HW3[inside_HW][:1] * 0.55
        drawn_HW3[inside_HW] = shade.round().astype(np.uint8)
        drawn_HW3[boundary(inside_HW)] = (255, 255, 255)
    return drawn_HW3


def overlay_labels(
    image_HW3: UInt8Array,
    label_map_HW: UInt8Array,
    label_space: LabelSpace,
    *,
    alpha: float = 0.55,
    contour: float = 1.5,
) -> UInt8Array:
    """Return a copy of the image, every pixel tinted in the colour of its class; void pixels stay as they are.

    `alpha` is how much of the tint covers the picture (0 none, 1 all), `contour` the width of the white lines
    between classes in a picture 720 pixels high (0 draws none). Raise ShapeError where the label map is of another
    size.
    """
    if image_HW3.shape[:2] != label_map_HW.shape:
        raise ShapeError(
            f"Expected labels of {image_HW3.shape[1]}x{image_HW3.shape[0]}, as their picture, "
            f"got {label_map_HW.shape[1]}x{label_map_HW.shape[0]}."
        )
    colours_HW3 = paint_labels(label_map_HW, label_space)
    mixed_HW3 = cv2.addWeighted(np.ascontiguousarray(image_HW3), 1 - alpha, colours_HW3, alpha, 0)
    drawn_HW3 = np.where((label_map_HW == VOID)[..., None], image_HW3, np.asarray(mixed_HW3))
    if contour:
        thickness = max(1, round(contour * min(image_HW3.shape[:2]) / 720))
        drawn_HW3[_borders(label_map_HW, thickness)] = (255, 255, 255)
    return drawn_HW3.astype(np.uint8)


def classes_in(label_maps: Iterable[UInt8Array]) -> tuple[int, ...]:
    """Return the classes that occur in label maps, the most pixels first; VOID does not count."""
    count_256 = np.zeros(256, dtype=np.int64)
    for label_map_HW in label_maps:
        count_256 += np.bincount(label_map_HW.ravel(), minlength=256)
    count_256[VOID] = 0
    return tuple(int(value) for value in np.argsort(-count_256, kind="stable") if count_256[value])


def legend(label_space: LabelSpace, classes: Sequence[int], width: int, *, pixels: int = 16) -> UInt8Array:
    """Return a picture of this width with a swatch and the name of each class, row by row; `pixels` high letters.

    Without classes it is empty (no rows).
    """
    row, swatch, gap = text_height(pixels) + 6, round(1.4 * pixels), pixels // 2
    names = [line(label_space.names[value], pixels, INK) for value in classes]
    places: list[tuple[int, int]] = []
    left, top = 0, 0
    for name_hw4 in names:
        needed = swatch + gap + name_hw4.shape[1] + 2 * gap
        if left and left + needed > width:
            left, top = 0, top + row
        places.append((left, top))
        left += needed
    drawn_HW3 = np.full((top + row if names else 0, width, 3), PAPER, dtype=np.uint8)
    for value, name_hw4, (x, y) in zip(classes, names, places, strict=True):
        cv2.rectangle(
            drawn_HW3, (x, y + 3), (x + swatch, y + row - 5), label_space.classes[value].colour, cv2.FILLED
        )
        cv2.rectangle(drawn_HW3, (x, y + 3), (x + swatch, y + row - 5), INK, 1)
        paste(drawn_HW3, name_hw4, left=x + swatch + gap, top=y + 2)
    return drawn_HW3


def with_legend(
    image_HW3: UInt8Array, label_space: LabelSpace, classes: Sequence[int], *, pixels: int = 16
) -> UInt8Array:
    """Return the image with a strip below it that says what the colours of these classes mean."""
    strip_HW3 = legend(label_space, classes, max(1, image_HW3.shape[1] - pixels), pixels=pixels)
    margin = ((pixels // 3, pixels // 3), (pixels // 2, 0), (0, 0)) if len(strip_HW3) else ((0, 0), (0, 0), (0, 0))
    padded_HW3 = np.pad(strip_HW3, margin, constant_values=PAPER[0])
    missing = image_HW3.shape[1] - padded_HW3.shape[1]
    padded_HW3 = np.pad(padded_HW3, ((0, 0), (0, missing), (0, 0)), constant_values=PAPER[0])
    return np.concatenate([image_HW3, padded_HW3])


def _borders(label_map_HW: UInt8Array, thickness: int) -> np.ndarray:
    """Return where pixels of two classes meet."""
    window = np.ones((thickness + 1, thickness + 1), np.uint8)
    lowest_HW = cv2.erode(label_map_HW, window, borderType=cv2.BORDER_REPLICATE)
    highest_HW = cv2.dilate(label_map_HW, window, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(lowest_HW != highest_HW)
