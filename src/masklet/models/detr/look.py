"""How a network looks at a picture: its size, its range of values, its mean. transformers has it in
preprocessor_config.json, for image processors that need torchvision; here it is read from there and done plainly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.core.errors import WeightsError

FILE = "preprocessor_config.json"
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
_BILINEAR = 2


@dataclass(frozen=True, kw_only=True)
class Look:
    """A picture's way into a network: `height` by `width`, or `shortest` side to a size, `longest` at most."""

    height: int = 0
    width: int = 0
    shortest: int = 0
    longest: int = 0
    multiple: int = 1
    """Sides have to be multiples of this; those by `shortest` and `longest` are cut to them."""
    resample: int = _BILINEAR
    """Pillow's number of the interpolation, which averages where it makes smaller."""
    averaged: bool = True
    """False: values between neighbouring pixels alone, of the rescaled picture, always bilinear."""
    rescale: float = 1 / 255
    normalise: bool = False
    mean: tuple[float, ...] = _IMAGENET_MEAN
    deviation: tuple[float, ...] = _IMAGENET_DEVIATION

    def size_for(self, size_HW: tuple[int, int]) -> tuple[int, int]:
        """Return height and width that a picture of this size is brought to."""
        if not self.shortest:
            return (self.height, self.width) if self.height else size_HW
        scale = self.shortest / min(size_HW)
        if self.longest and scale * max(size_HW) > self.longest:
            scale = self.longest / max(size_HW)
            shorter = round(scale * min(size_HW))
        else:
            shorter = self.shortest
        longer = int(max(size_HW) * scale)
        height, width = (shorter, longer) if size_HW[0] <= size_HW[1] else (longer, shorter)
        return (self._cut(height), self._cut(width))

    def _cut(self, side: int) -> int:
        return max(side - side % self.multiple, self.multiple)

    def __call__(self, image_HW3: UInt8Array) -> FloatArray:
        """Return pixels_13HW (float32) as the network takes them."""
        height, width = self.size_for((image_HW3.shape[0], image_HW3.shape[1]))
        if self.averaged:
            resized = Image.fromarray(image_HW3).resize((width, height), resample=Image.Resampling(self.resample))
            pixels_HW3: FloatArray = np.asarray(resized, np.float32) * np.float32(self.rescale)
        else:
            rescaled_HW3 = image_HW3.astype(np.float32) * np.float32(self.rescale)
            pixels_HW3 = np.asarray(cv2.resize(rescaled_HW3, (width, height)), np.float32)
        if self.normalise:
            mean_3, deviation_3 = np.array(self.mean, np.float32), np.array(self.deviation, np.float32)
            pixels_HW3 = (pixels_HW3 - mean_3) / deviation_3
        return np.ascontiguousarray(pixels_HW3.transpose(2, 0, 1)[None])


def read_look(folder: Path, default: Look | None) -> Look:
    """Return what a folder's preprocessor_config.json says, in what it leaves out and without it the default.

    Raise WeightsError for a file that cannot be read, or where there is neither a file nor a default.
    """
    path = folder / FILE
    if not path.is_file():
        if default is None:
            raise WeightsError(
                f"Expected {FILE} in {folder}, got none; this network says there how large a picture it takes."
            )
        return default
    try:
        look = _look_of(json.loads(path.read_text()), default or Look(averaged=False, normalise=True))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsError(
            f"Expected size, mean and deviation of a picture in {path}, got what cannot be read: {error}."
        ) from error
    if look.height % look.multiple or look.width % look.multiple:
        raise WeightsError(
            f"Expected height and width in multiples of {look.multiple} in {path}, got {look.height} and "
            f"{look.width}."
        )
    return look


def _look_of(said: Mapping[str, Any], default: Look) -> Look:
    look = default
    if said.get("do_resize", True) is False:
        look = replace(look, height=0, width=0, shortest=0, longest=0)
    elif said.get("size") is not None:
        sides: dict[str, Any] = _sides(said["size"], said.get("max_size"))
        look = replace(look, **sides)
    if said.get("resample") is not None:
        look = replace(look, resample=Image.Resampling(said["resample"]).value)
    if said.get("image_mean") is not None and said.get("image_std") is not None:
        mean, deviation = (tuple(float(value) for value in said[name]) for name in ("image_mean", "image_std"))
        look = replace(look, mean=mean, deviation=deviation)
    rescales = said.get("do_rescale", True)
    factor = float(said.get("rescale_factor") or look.rescale) if rescales else 1.0
    return replace(look, rescale=factor, normalise=bool(said.get("do_normalize", look.normalise)))


def _sides(size: Any, longest: Any) -> dict[str, int]:
    """Return the sides that `size` says: height and width, shortest and longest edge, or one number for a side."""
    none = {"height": 0, "width": 0, "shortest": 0, "longest": 0}
    if isinstance(size, int):
        sides = {"shortest": size, "longest": int(longest or 0)}
    elif "shortest_edge" in size:
        sides = {"shortest": int(size["shortest_edge"]), "longest": int(size.get("longest_edge") or 0)}
    else:
        sides = {"height": int(size["height"]), "width": int(size["width"])}
    if min(sides.values()) < 0 or not any(sides.values()):
        raise ValueError(f"size {size}")
    return none | sides
