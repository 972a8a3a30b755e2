"""The window of a training crop: how large what it shows is, and where in the frame it lies.

Shapes: H W pixels, 2 is (x, y) in pixels.
"""

from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.training.transforms import Per, Range
from masklet.training.warp import Affine

BACKGROUND, VOID = 0, 255


@dataclass(frozen=True, kw_only=True)
class Crop:
    """A window with scaling, placed by an object of its frame; within the frame as far as that goes."""

    per: Per = "clip"
    fill: Range = (0.2, 0.9)
    """The object's longer side as a share of the crop's shorter one, drawn evenly in the logarithm."""
    frame_share: Range = (0.3, 1.1)
    """The crop's shorter side as a share of the frame's shorter side."""
    scale: Range = (0.6, 2.5)
    """Crop pixels per source pixel; the last word where the ranges above disagree."""
    all_objects: float = 0.5
    """How often all objects together place the crop; else one of them does."""
    any_frame: float = 0.0
    """How often a clip's window is placed by another frame than its first, in which objects may lie partly or
    wholly outside then."""
    jitter: float = 1.0
    """How far the object may be from the middle, as a share of the room there is."""


@dataclass(frozen=True, kw_only=True)
class FreeCrop:
    """A window with scaling anywhere in the frame, or around any pixel of a label: for labels that are classes."""

    per: Per = "clip"
    scale: Range = (0.5, 2.0)
    """Crop pixels per source pixel, drawn evenly in the logarithm."""
    any_frame: float = 0.0
    """As of `Crop`."""


def draw_window(
    labels_HW: UInt8Array,
    rng: np.random.Generator,
    crop: Crop | FreeCrop,
    size_HW: tuple[int, int],
    linear: Affine,
    *,
    around: int | None = None,
) -> Affine:
    """Return the map of scale and place that follows `linear` (flips and turns about the crop's middle).

    With it the drawn object lies in the crop whatever `linear` does, and the crop lies in the frame where
    both can be had. `around` names the label whose object, or for a `FreeCrop` one of whose pixels, that is; one
    that the frame has not is as none.
    """
    frame_2 = np.array([labels_HW.shape[1], labels_HW.shape[0]])
    crop_2 = np.array([size_HW[1], size_HW[0]])
    if isinstance(crop, FreeCrop):
        scale = float(np.exp(rng.uniform(*np.log(crop.scale))))
        object_2: FloatArray = np.ones(2)
        corner_2, jitter = _draw_spot(labels_HW, rng, around, np.abs(frame_2 - crop_2 / scale))
    else:
        corner_2, object_2 = _draw_object(labels_HW, rng, crop, around)
        sides = {"frame_side": frame_2.min(), "crop_side": crop_2.min()}
        scale = _draw_scale(rng, crop, object_side=object_2.max(), **sides)
        jitter = crop.jitter
    seen_2 = crop_2 / scale
    object_middle_2 = corner_2 + (object_2 - 1) / 2
    room_2 = np.maximum((seen_2 - object_2) / 2, 0)
    middle_2: FloatArray = object_middle_2 + jitter * room_2 * rng.uniform(-1, 1, 2)
    middle_2 = _within_frame(middle_2, seen_2, frame_2)
    middle_2 = np.round(middle_2 - (crop_2 - 1) / 2) + (crop_2 - 1) / 2  # at scale 1 pixels fall on pixels
    window = Affine(np.eye(2) / scale, middle_2)
    # where the object's middle comes to lie in the crop; held off the border, as turns may push it over
    seat_2 = window.after(linear).inverse()(object_middle_2[None])[0]
    reach_2 = np.maximum(crop_2 / 2 - scale * object_2 / 2, 0)
    held_2 = np.clip(seat_2, -reach_2, reach_2)
    back_2 = linear(seat_2[None])[0] - linear(held_2[None])[0]
    return Affine(window.linear_22, middle_2 + back_2 / scale)


def _draw_spot(
    labels_HW: UInt8Array, rng: np.random.Generator, around: int | None, spare_2: FloatArray
) -> tuple[FloatArray, float]:
    """Return (x, y) of a pixel of the label, and 1: the window may be anywhere around it.

    Without such a label, the middle of a window anywhere in the frame, and 0: that is where it is to be.
    """
    chosen, anywhere_2 = rng.random(), rng.uniform(-1, 1, 2)
    pixels = np.flatnonzero(labels_HW == around) if around is not None else np.empty(0, int)
    if len(pixels):
        row, column = divmod(int(pixels[int(chosen * len(pixels))]), labels_HW.shape[1])
        return np.array([column, row], dtype=float), 1.0
    return (np.array(labels_HW.shape[::-1]) - 1 + anywhere_2 * spare_2) / 2, 0.0


def _draw_object(
    labels_HW: UInt8Array, rng: np.random.Generator, crop: Crop, around: int | None
) -> tuple[FloatArray, FloatArray]:
    """Return corner_2 and size_2 of the box that places the crop; a spot anywhere where there is no object."""
    counts = np.bincount(labels_HW.ravel(), minlength=256)
    object_ids = np.flatnonzero(counts[1:VOID]) + 1
    together, chosen = rng.random() < crop.all_objects, rng.random(2)
    if len(object_ids) == 0:
        frame_2 = np.array([labels_HW.shape[1], labels_HW.shape[0]])
        return np.floor(chosen * frame_2), np.full(2, max(1.0, 0.3 * frame_2.min()))
    one = object_ids[int(chosen[0] * len(object_ids))]
    if around in object_ids:
        one, together = around, False
    mask_HW = (labels_HW != BACKGROUND) & (labels_HW != VOID) if together else labels_HW == one
    rows, columns = np.flatnonzero(mask_HW.any(axis=1)), np.flatnonzero(mask_HW.any(axis=0))
    corner_2 = np.array([columns[0], rows[0]], dtype=float)
    return corner_2, np.array([columns[-1], rows[-1]]) - corner_2 + 1


def _draw_scale(
    rng: np.random.Generator, crop: Crop, *, object_side: float, frame_side: float, crop_side: float
) -> float:
    fill = np.exp(rng.uniform(*np.log(crop.fill)))
    scale = fill * crop_side / object_side
    scale = np.clip(scale, *sorted(crop_side / (np.array(crop.frame_share) * frame_side)))
    return float(np.clip(scale, *crop.scale))


def _within_frame(middle_2: FloatArray, seen_2: FloatArray, frame_2: FloatArray) -> FloatArray:
    """Return the middle nearest to `middle_2` with the window inside the frame, or the frame inside the window."""
    spare_2 = np.abs(frame_2 - seen_2) / 2
    return np.asarray(np.clip(middle_2, (frame_2 - 1) / 2 - spare_2, (frame_2 - 1) / 2 + spare_2))
