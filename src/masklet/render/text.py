"""Short texts on pictures, set in the typeface that comes with Pillow."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from masklet.core.arrays import UInt8Array
from masklet.render.palette import Colour, text_colour_on


def text_pixels(size_HW: tuple[int, int]) -> int:
    """Return the height of letters that read well in a picture of this size."""
    return max(10, 6 + round(min(size_HW) / 72))


def text_height(pixels: int) -> int:
    """Return the height of a line of letters of this height."""
    ascent, descent = _font(pixels).getmetrics()
    return ascent + descent


def paste(image_HW3: UInt8Array, picture_hw4: UInt8Array, *, left: int, top: int) -> None:
    """Lay a picture with opacity over the image, moved as little as needed to lie inside, cut where larger."""
    height, width = image_HW3.shape[:2]
    picture_hw4 = picture_hw4[:height, :width]
    top = min(max(top, 0), height - picture_hw4.shape[0])
    left = min(max(left, 0), width - picture_hw4.shape[1])
    under_hw3 = image_HW3[top : top + picture_hw4.shape[0], left : left + picture_hw4.shape[1]]
    opacity_hw1 = picture_hw4[..., 3:].astype(np.uint16)
    under_hw3[:] = (picture_hw4[..., :3] * opacity_hw1 + under_hw3 * (255 - opacity_hw1)) // 255


@lru_cache(maxsize=2048)
def plate(text: str, pixels: int, colour: Colour) -> UInt8Array:
    """Return plate_hw4, the text on a rounded plate of a colour: red, green, blue, opacity."""
    pad = max(2, pixels // 5)
    picture = Image.new("RGBA", (_width(text, pixels) + 3 * pad, text_height(pixels) + pad), (*colour, 0))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((0, 0, picture.width - 1, picture.height - 1), radius=pad, fill=(*colour, 235))
    draw.text((1.5 * pad, pad / 2), text, font=_font(pixels), fill=(*text_colour_on(colour), 255))
    return np.asarray(picture)


@lru_cache(maxsize=2048)
def line(text: str, pixels: int, colour: Colour) -> UInt8Array:
    """Return line_hw4, the text in a colour on nothing: red, green, blue, opacity."""
    picture = Image.new("RGBA", (_width(text, pixels), text_height(pixels)), (*colour, 0))
    ImageDraw.Draw(picture).text((0, 0), text, font=_font(pixels), fill=(*colour, 255))
    return np.asarray(picture)


def _width(text: str, pixels: int) -> int:
    return max(1, math.ceil(_font(pixels).getlength(text)))


@lru_cache(maxsize=16)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(pixels)
    assert isinstance(font, ImageFont.FreeTypeFont)  # Pillow's wheels carry FreeType
    return font
