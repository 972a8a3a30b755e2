"""Pictures in files, brought to uint8 RGB."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from masklet.core.arrays import UInt8Array
from masklet.core.errors import SourceError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm"})


def is_image(path: Path) -> bool:
    """Return whether the name is that of a picture; hidden files are none."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def read_image(path: Path) -> UInt8Array:
    """Return image_HW3, upright by its EXIF orientation.

    Grey becomes three equal channels, 16 bits are scaled to 8, a palette is looked up, alpha is dropped (the
    stored colours stay as they are). Raise SourceError for what is not a whole picture.
    """
    try:
        with Image.open(path) as image:
            return _to_rgb(ImageOps.exif_transpose(image))
    except FileNotFoundError:
        raise SourceError(f"Expected a picture at {path}, found nothing there.") from None
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise SourceError(f"Expected a whole picture in {path}, could not read it ({error}).") from None


def image_size(path: Path) -> tuple[int, int]:
    """Return (height, width) as `read_image` gives them, from the header alone."""
    try:
        with Image.open(path) as image:
            width, height = image.size
            on_its_side = image.getexif().get(0x0112, 1) >= 5
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise SourceError(f"Expected a whole picture in {path}, could not read it ({error}).") from None
    return (width, height) if on_its_side else (height, width)


def _to_rgb(image: Image.Image) -> UInt8Array:
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip rather than scale
        return _scaled_grey(np.asarray(image))
    if image.mode == "F":
        raise ValueError("floating-point pixels; save it with 8 or 16 bits")
    return np.array(image.convert("RGB"))


def _scaled_grey(grey_HW: np.ndarray) -> UInt8Array:
    """Return image_HW3 of 16-bit grey: 0..65535 becomes 0..255."""
    if grey_HW.min() < 0 or grey_HW.max() > 65535:
        raise ValueError("grey values beyond 16 bits; save it with 8 or 16 bits")
    small_HW = ((grey_HW.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    return np.repeat(small_HW[..., None], 3, axis=2)
