"""Label maps of several models side by side, a row for each time: how Figs 2.3 and 2.4 of P1 compare two
networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import ShapeError
from masklet.core.label_space import LabelSpace
from masklet.render.labels import INK, PAPER, classes_in, overlay_labels, with_legend
from masklet.render.scale import scaled_image
from masklet.render.styles import side_by_side
from masklet.render.text import line, paste, text_height

_GAP = 8
_PIXELS = 16


@dataclass(frozen=True, eq=False)
class LabelRow:
    """One moment of a video: its picture, and what each model says of it."""

    caption: str
    image_HW3: UInt8Array
    label_maps: Mapping[str, UInt8Array | None]
    """By the model's name; None of one that says nothing of this frame."""


def label_sheet(
    rows: Sequence[LabelRow],
    label_space: LabelSpace,
    *,
    tile_width: int = 360,
    alpha: float = 0.55,
    picture: bool = True,
) -> UInt8Array:
    """Return a picture with a row for each moment and a column for each model, after one of the pictures
    themselves.

    Names stand above, times at the left end of each row, the classes that occur below. `picture` says whether the
    first column shows the pictures. Raise ShapeError where there is no row, or rows name different models.
    """
    if not rows or any(list(row.label_maps) != list(rows[0].label_maps) for row in rows):
        raise ShapeError(f"Expected rows of the same models, at least one, got {len(rows)}.")
    names = [*(["picture"] if picture else []), *rows[0].label_maps]
    lines = [_row(row, label_space, tile_width=tile_width, alpha=alpha, picture=picture) for row in rows]
    seen = classes_in(each for row in rows for each in row.label_maps.values() if each is not None)
    drawn_HW3 = np.concatenate([_heads(names, tile_width, lines[0].shape[1]), *lines])
    framed_HW3 = np.pad(drawn_HW3, ((_GAP, 0), (_GAP, 0), (0, 0)), constant_values=PAPER[0])
    return with_legend(framed_HW3, label_space, seen, pixels=_PIXELS)


def labels_beside(
    image_HW3: UInt8Array,
    label_maps: Mapping[str, UInt8Array | None],
    label_space: LabelSpace,
    *,
    alpha: float = 0.55,
) -> UInt8Array:
    """Return one frame of a video: its picture under each model's labels, side by side, each named."""
    drawn: UInt8Array | None = None
    for name, label_map_HW in label_maps.items():
        tile_HW3 = _tile(image_HW3, label_map_HW, label_space, alpha)
        if len(label_maps) > 1:
            _name(tile_HW3, name)
        drawn = tile_HW3 if drawn is None else side_by_side(drawn, tile_HW3)
    return image_HW3 if drawn is None else drawn


def _row(row: LabelRow, label_space: LabelSpace, *, tile_width: int, alpha: float, picture: bool) -> UInt8Array:
    tiles = [row.image_HW3] if picture else []
    tiles += [_tile(row.image_HW3, each, label_space, alpha) for each in row.label_maps.values()]
    scaled = [_padded(scaled_image(tile_HW3, tile_width)) for tile_HW3 in tiles]
    _name(scaled[0], row.caption)
    return np.concatenate(scaled, axis=1)


def _tile(
    image_HW3: UInt8Array, label_map_HW: UInt8Array | None, label_space: LabelSpace, alpha: float
) -> UInt8Array:
    if label_map_HW is None:
        return image_HW3 // 3
    return overlay_labels(image_HW3, label_map_HW, label_space, alpha=alpha)


def _padded(tile_HW3: UInt8Array) -> UInt8Array:
    return np.pad(tile_HW3, ((0, _GAP), (0, _GAP), (0, 0)), constant_values=PAPER[0])


def _heads(names: Sequence[str], tile_width: int, width: int) -> UInt8Array:
    drawn_HW3 = np.full((text_height(_PIXELS) + 4, width, 3), PAPER, dtype=np.uint8)
    for column, name in enumerate(names):
        paste(drawn_HW3, line(name, _PIXELS, INK)[:, :tile_width], left=column * (tile_width + _GAP), top=0)
    return drawn_HW3


def _name(tile_HW3: UInt8Array, text: str) -> None:
    """Write a text on a dark plate into the upper left corner."""
    text_hw4 = line(text, _PIXELS, INK)
    height, width = text_hw4.shape[:2]
    corner_hw3 = tile_HW3[: height + 4, : width + 8]
    corner_hw3[:] = corner_hw3 // 4
    paste(tile_HW3, text_hw4, left=4, top=2)
