"""What OSVOS learns from: many views made of few annotated frames.

Labels are 0 background, 1 the object, 2 other objects alike, 255 pixels that do not count.
Shapes: H W pixels, 3 is RGB, 23 an affine map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from masklet.core.arrays import AnyArray, FloatArray, UInt8Array
from masklet.models.layers.filling import smooth_fill
from masklet.models.osvos.config import OnlineConfig
from masklet.models.protocols import Example

View = tuple[UInt8Array, UInt8Array]
"""image_HW3 and labels_HW."""
OBJECT, OTHERS, VOID = 1, 2, 255
_DEGREES = 20.0
_APART_SHIFT, _APART_SCALE, _APART_DEGREES = 0.1, 1.2, 15.0
"""How far object and background are moved apart: a share of the frame's sides, a factor, an angle."""
_BEND = 0.02
"""Standard deviation of an object's bend, as a share of the frame's shorter side."""
_LIGHT = 0.15
"""How much brightness and contrast change."""


@dataclass(frozen=True)
class Picture:
    """An annotated frame at the size it is looked at, and what is behind its object."""

    image_HW3: UInt8Array
    labels_HW: UInt8Array
    backdrop_HW3: UInt8Array

    @property
    def size_HW(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return (self.labels_HW.shape[0], self.labels_HW.shape[1])


def picture_of(example: Example, size_HW: tuple[int, int], rim: int) -> Picture:
    """Return an example at a size; `rim` pixels on both sides of the object's outline do not count."""
    image_HW3 = _uint8(cv2.resize(example.frame.image_HW3, size_HW[::-1], interpolation=cv2.INTER_AREA))
    whole_HW = np.zeros(example.mask_HW.shape, np.uint8)
    if example.others_HW is not None:
        whole_HW[example.others_HW] = OTHERS
    whole_HW[example.mask_HW] = OBJECT
    labels_HW = _uint8(cv2.resize(whole_HW, size_HW[::-1], interpolation=cv2.INTER_NEAREST))
    if example.mask_HW.any() and not (labels_HW == OBJECT).any():  # an object of a pixel is not lost
        row, column = np.argwhere(example.mask_HW)[0] * size_HW // example.mask_HW.shape
        labels_HW[row, column] = OBJECT
    object_HW = (labels_HW == OBJECT).astype(np.uint8)
    backdrop_HW3 = _filled(image_HW3, _uint8(cv2.dilate(object_HW, np.ones((9, 9), np.uint8))))
    if rim:
        square = np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
        edge_HW = cv2.dilate(object_HW, square) != cv2.erode(object_HW, square)
        labels_HW = np.where(edge_HW & (object_HW == 0), np.uint8(VOID), labels_HW)
    return Picture(image_HW3, labels_HW, backdrop_HW3)


def draw_views(pictures: Sequence[Picture], step: int, config: OnlineConfig) -> list[View]:
    """Return the views of a step, a pure function of the pictures, the seed and the step."""
    rng = np.random.default_rng((config.seed, step))
    return [draw_view(pictures, rng, config) for _ in range(config.batch_size)]


def draw_view(pictures: Sequence[Picture], rng: np.random.Generator, config: OnlineConfig) -> View:
    """Return image_HW3 and labels_HW of one view, whose size is `view_size`; a pure function of the generator."""
    picture = pictures[int(rng.integers(len(pictures)))]
    if config.augmentation == "none":
        return picture.image_HW3, picture.labels_HW
    image_HW3, labels_HW = picture.image_HW3, picture.labels_HW
    if config.augmentation == "dream" and rng.random() < config.dreamt:
        image_HW3, labels_HW = _dream(picture, rng)
    size_HW = view_size(picture.size_HW, config)
    map_23 = _window(labels_HW, rng, config, size_HW)
    return _relit(_warped(image_HW3, map_23, size_HW), rng), _warped_labels(labels_HW, map_23, size_HW)


def view_size(size_HW: tuple[int, int], config: OnlineConfig) -> tuple[int, int]:
    """Return height and width of the views of pictures of a size, in whole cells of 32 pixels."""
    if config.augmentation == "none":
        return size_HW
    height, width = (max(32, round(side * config.view_share / 32) * 32) for side in size_HW)
    return (height, width)


def _dream(picture: Picture, rng: np.random.Generator) -> tuple[UInt8Array, UInt8Array]:
    """Return image and labels with object and background moved apart, the hole being filled.

    In the manner of lucid dreaming (Khoreva et al., IJCV 2019, section 3.3): background and object take affine
    maps of their own, the object bends besides, both get light of their own, outlines are blended.
    """
    size_HW = picture.size_HW
    middle = ((size_HW[1] - 1) / 2, (size_HW[0] - 1) / 2)
    behind_23 = _affine(middle, rng, shift=_APART_SHIFT / 2, scale=1.1, degrees=5.0, size_HW=size_HW)
    ground_HW = np.where(picture.labels_HW == OBJECT, np.uint8(0), picture.labels_HW)
    image_HW3 = _warped(picture.backdrop_HW3, behind_23, size_HW)
    labels_HW = _warped_labels(ground_HW, behind_23, size_HW)
    object_HW = (picture.labels_HW == OBJECT).astype(np.float32)
    rows, columns = np.nonzero(object_HW)
    if not len(rows):
        return image_HW3, labels_HW
    object_23 = _affine(
        (columns.mean(), rows.mean()),
        rng,
        shift=_APART_SHIFT,
        scale=_APART_SCALE,
        degrees=_APART_DEGREES,
        size_HW=size_HW,
    )
    from_x_HW, from_y_HW = _bent(object_23, rng, size_HW)
    moved_HW3 = cv2.remap(_relit(picture.image_HW3, rng), from_x_HW, from_y_HW, cv2.INTER_LINEAR)
    alpha_HW = cv2.remap(cv2.GaussianBlur(object_HW, (0, 0), 0.8), from_x_HW, from_y_HW, cv2.INTER_LINEAR)
    blended_HW3 = image_HW3 + alpha_HW[..., None] * (moved_HW3.astype(np.float32) - image_HW3)
    return _uint8(blended_HW3.round().clip(0, 255)), np.where(alpha_HW > 0.5, np.uint8(OBJECT), labels_HW)


def _affine(
    about: tuple[float, float],
    rng: np.random.Generator,
    *,
    shift: float,
    scale: float,
    degrees: float,
    size_HW: tuple[int, int],
) -> FloatArray:
    """Return map_23 of a turn, a scale and a shift about a point, each drawn evenly."""
    x, y, larger, turn, mirror = rng.uniform(-1, 1, 5)
    map_23: FloatArray = np.asarray(cv2.getRotationMatrix2D(about, turn * degrees, scale**larger), np.float64)
    if mirror > 0:
        map_23 = map_23 @ np.array([[-1, 0, 2 * about[0]], [0, 1, 0], [0, 0, 1]])
    return map_23 + np.array([[0, 0, x * size_HW[1]], [0, 0, y * size_HW[0]]]) * shift


def _bent(map_23: FloatArray, rng: np.random.Generator, size_HW: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Return for every pixel where it comes from, x and y, under a map and a smooth bend."""
    height, width = size_HW
    back_23 = cv2.invertAffineTransform(map_23)
    x_W, y_H1 = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    moves_2 = rng.normal(0, _BEND * min(size_HW), (2, 5, 7)).astype(np.float32)
    bend_x_HW, bend_y_HW = (cv2.resize(each, (width, height), interpolation=cv2.INTER_CUBIC) for each in moves_2)
    from_x_HW = back_23[0, 0] * x_W + back_23[0, 1] * y_H1 + back_23[0, 2] + bend_x_HW
    from_y_HW = back_23[1, 0] * x_W + back_23[1, 1] * y_H1 + back_23[1, 2] + bend_y_HW
    return from_x_HW.astype(np.float32), from_y_HW.astype(np.float32)


def _window(
    labels_HW: UInt8Array, rng: np.random.Generator, config: OnlineConfig, size_HW: tuple[int, int]
) -> FloatArray:
    """Return map_23 from the picture to a view: turned, mirrored, scaled, with the object in it mostly."""
    zoom = float(np.exp(rng.uniform(*np.log(config.zoom))))
    turn, mirror = rng.uniform(-1, 1) * _DEGREES, rng.random() < 0.5
    rows, columns = np.nonzero(labels_HW == OBJECT)
    anywhere = not len(rows) or rng.random() < 0.25
    place = int(rng.integers(len(rows))) if len(rows) else 0
    height, width = labels_HW.shape
    middle = (
        (rng.uniform(0, width), rng.uniform(0, height))
        if anywhere
        else (float(columns[place]), float(rows[place]))
    )
    map_23: FloatArray = np.asarray(cv2.getRotationMatrix2D(middle, turn, zoom), np.float64)
    if mirror:
        map_23 = map_23 @ np.array([[-1, 0, 2 * middle[0]], [0, 1, 0], [0, 0, 1.0]])
    seat = np.array([size_HW[1], size_HW[0]]) * rng.uniform(0.25, 0.75, 2)
    move_2 = _held(seat - np.array(middle), middle, zoom, (height, width), size_HW)
    return np.column_stack([map_23[:, :2], map_23[:, 2] + move_2])


def _held(
    move_2: FloatArray,
    middle: tuple[float, float],
    zoom: float,
    source_HW: tuple[int, int],
    size_HW: tuple[int, int],
) -> FloatArray:
    """Return the move of a point to its seat in the view, changed so that the view shows no more beyond the
    picture than it has to (turns aside)."""
    held = []
    for axis, (source, size) in enumerate(zip(source_HW[::-1], size_HW[::-1], strict=True)):
        first, last = middle[axis] * (1 - zoom), middle[axis] + (source - middle[axis]) * zoom
        lowest, highest = sorted((-first, size - last))
        held.append(np.clip(move_2[axis], lowest, highest))
    return np.array(held)


def _warped(image_HW3: UInt8Array, map_23: FloatArray, size_HW: tuple[int, int]) -> UInt8Array:
    """Return the image under a map; beyond its border it comes back mirrored."""
    return _uint8(cv2.warpAffine(image_HW3, map_23, size_HW[::-1], borderMode=cv2.BORDER_REFLECT))


def _warped_labels(labels_HW: UInt8Array, map_23: FloatArray, size_HW: tuple[int, int]) -> UInt8Array:
    """Return the labels under a map; beyond their border is void."""
    return _uint8(
        cv2.warpAffine(
            labels_HW,
            map_23,
            size_HW[::-1],
            flags=cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(VOID, VOID, VOID),
        )
    )


def _uint8(array: AnyArray) -> UInt8Array:
    return np.asarray(array, np.uint8)


def _relit(image_HW3: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Return the image in another light."""
    contrast, brightness = 1 + rng.uniform(-_LIGHT, _LIGHT, 2)
    tint_3 = 1 + rng.uniform(-0.05, 0.05, 3)
    tones = np.arange(256)[:, None]
    table_2563 = ((tones - 127) * contrast + 127) * brightness * tint_3
    return _uint8(cv2.LUT(image_HW3, _uint8(table_2563.clip(0, 255))[:, None]))


def _filled(image_HW3: UInt8Array, hole_HW: UInt8Array) -> UInt8Array:
    """Return the image with the hole interpolated from what surrounds it."""
    hole = torch.from_numpy(hole_HW > 0)
    image_3HW = torch.from_numpy(image_HW3).permute(2, 0, 1).float()
    filled_3HW = torch.where(hole, smooth_fill(image_3HW, ~hole), image_3HW)
    return filled_3HW.round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
