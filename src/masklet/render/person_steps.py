"""How masks of a person came about, frame by frame: what P2's Fig. 2 shows, and why frames were dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.boxes import BoxXYXY, mask_of_box
from masklet.render.palette import Colour
from masklet.render.sheet import contact_sheet

_FOUND: Colour = (190, 190, 190)
_TAKEN: Colour = (40, 200, 80)
_DROPPED: Colour = (235, 50, 50)
_POINT: Colour = (250, 204, 21)
_TILE = 300


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskSteps:
    """One annotated frame on its way to a mask."""

    frame_index: int
    image_HW3: UInt8Array
    xy_2: FloatArray | None
    """The annotated position."""
    boxes_N4: FloatArray
    """All that was detected."""
    box: BoxXYXY | None
    """What was taken for the person."""
    moving_HW: BoolArray
    """By background subtraction, of the whole picture."""
    mask_HW: BoolArray | None
    """By the network, or whatever made the mask; None where none was made."""
    verdict: str
    """`kept`, or why the frame was dropped."""
    is_kept: bool


def mask_steps_sheet(steps: Sequence[MaskSteps], view: float = 0.4) -> UInt8Array:
    """Return a picture with a row of three tiles for each frame: boxes and position, what moves in the box, mask.

    A tile shows a part of the picture around the person, `view` of its height high. Raise ShapeError for no frame.
    """
    tiles = [tile for one in steps for tile in _tiles(one, view)]
    return contact_sheet(
        [tile for tile, _ in tiles], columns=3, captions=[caption for _, caption in tiles], tile_width=_TILE
    )


def _tiles(one: MaskSteps, view: float) -> Iterator[tuple[UInt8Array, str]]:
    window = _window(one, view)
    verdict = one.verdict if one.is_kept else f"dropped: {one.verdict}"
    yield _cut(_boxes(one), window), f"frame {one.frame_index}"
    moving_HW3 = np.repeat((_inside(one) * np.uint8(255))[..., None], 3, axis=2)
    yield _cut(moving_HW3, window), "background subtraction in the box"
    mask_HW = np.zeros(one.image_HW3.shape[:2], dtype=bool) if one.mask_HW is None else one.mask_HW
    yield _cut(_tinted(one.image_HW3, mask_HW), window), verdict


def _boxes(one: MaskSteps) -> UInt8Array:
    drawn_HW3 = np.ascontiguousarray(one.image_HW3).copy()
    for box_4 in one.boxes_N4:
        _rectangle(drawn_HW3, tuple(box_4.tolist()), _FOUND, 1)
    if one.box is not None:
        _rectangle(drawn_HW3, one.box, _TAKEN if one.is_kept else _DROPPED, 2)
    if one.xy_2 is not None:
        cv2.drawMarker(
            drawn_HW3, (round(one.xy_2[0]), round(one.xy_2[1])), _POINT, cv2.MARKER_CROSS, 12, 2, cv2.LINE_AA
        )
    return drawn_HW3


def _rectangle(image_HW3: UInt8Array, box: Sequence[float], colour: Colour, thickness: int) -> None:
    x1, y1, x2, y2 = (round(value) for value in box)
    cv2.rectangle(image_HW3, (x1, y1), (x2 - 1, y2 - 1), colour, thickness, cv2.LINE_AA)


def _inside(one: MaskSteps) -> BoolArray:
    size_HW = (one.image_HW3.shape[0], one.image_HW3.shape[1])
    return np.zeros(size_HW, dtype=bool) if one.box is None else one.moving_HW & mask_of_box(one.box, size_HW)


def _tinted(image_HW3: UInt8Array, mask_HW: BoolArray) -> UInt8Array:
    drawn_HW3 = image_HW3.copy()
    drawn_HW3[mask_HW] = (0.45 * drawn_HW3[mask_HW] + 0.55 * np.array(_TAKEN)).astype(np.uint8)
    return drawn_HW3


def _window(one: MaskSteps, view: float) -> tuple[int, int, int, int]:
    """Return x1 y1 x2 y2 around the person, or around the middle of the picture, 4 wide and 3 high."""
    height, width = one.image_HW3.shape[:2]
    tall = min(max(round(view * height), 8), height)
    wide = min(round(tall * 4 / 3), width)
    if one.box is not None:
        x, y = (one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2
    elif one.xy_2 is not None:
        x, y = float(one.xy_2[0]), float(one.xy_2[1]) - tall / 4
    else:
        x, y = width / 2, height / 2
    left = round(min(max(x - wide / 2, 0), width - wide))
    top = round(min(max(y - tall / 2, 0), height - tall))
    return left, top, left + wide, top + tall


def _cut(image_HW3: UInt8Array, window: tuple[int, int, int, int]) -> UInt8Array:
    x1, y1, x2, y2 = window
    return image_HW3[y1:y2, x1:x2]
