"""Contact sheets: a video at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import ShapeError
from masklet.render.palette import Colour
from masklet.render.scale import scaled_image
from masklet.render.text import line, paste, text_height

TILE_WIDTH = 480
"""Pixels; four tiles make a sheet that fills a screen."""
_PAPER = 22
_INK: Colour = (225, 225, 225)
_GAP = 12
_TEXT_PIXELS = 16


def evenly(items: Sequence[int], count: int) -> tuple[int, ...]:
    """Return at most `count` of the items, evenly spread, the first and the last among them.

    >>> evenly(range(100), 4)
    (0, 33, 66, 99)
    >>> evenly([5, 7], 4)
    (5, 7)
    """
    if count < 1 or not items:
        return ()
    positions = np.linspace(0, len(items) - 1, min(count, len(items)))
    return tuple(items[round(position)] for position in positions.tolist())


def contact_sheet(
    images: Iterable[UInt8Array],
    *,
    columns: int = 4,
    captions: Sequence[str] = (),
    tile_width: int = TILE_WIDTH,
) -> UInt8Array:
    """Return one picture of many, row by row, each `tile_width` wide, its caption below it.

    Images may differ in size; a row is as high as its highest tile. Raise ShapeError where there is no
    image, or where there are captions but not one for each.
    """
    tiles = [scaled_image(image_HW3, tile_width) for image_HW3 in images]
    if not tiles:
        raise ShapeError("Expected at least one picture for a contact sheet, got none.")
    if len(captions) not in (0, len(tiles)):
        raise ShapeError(f"Expected a caption for each of {len(tiles)} pictures or none, got {len(captions)}.")
    if captions:
        tiles = [_with_caption(tile, caption) for tile, caption in zip(tiles, captions, strict=True)]
    columns = min(columns, len(tiles))
    rows = [_row(tiles[start : start + columns], columns) for start in range(0, len(tiles), columns)]
    return _on_paper(np.concatenate(rows), top=_GAP, left=_GAP)


def _with_caption(tile_HW3: UInt8Array, caption: str) -> UInt8Array:
    height = text_height(_TEXT_PIXELS)
    captioned = _on_paper(tile_HW3, bottom=height + 4)
    paste(captioned, line(caption, _TEXT_PIXELS, _INK), left=1, top=tile_HW3.shape[0] + 4)
    return captioned


def _row(tiles: Sequence[UInt8Array], columns: int) -> UInt8Array:
    height, width = max(tile.shape[0] for tile in tiles), tiles[0].shape[1]
    padded = [_on_paper(tile, bottom=height - tile.shape[0] + _GAP, right=_GAP) for tile in tiles]
    return _on_paper(np.concatenate(padded, axis=1), right=(columns - len(tiles)) * (width + _GAP))


def _on_paper(
    image_HW3: UInt8Array, *, top: int = 0, bottom: int = 0, left: int = 0, right: int = 0
) -> UInt8Array:
    return np.pad(image_HW3, ((top, bottom), (left, right), (0, 0)), constant_values=_PAPER)
