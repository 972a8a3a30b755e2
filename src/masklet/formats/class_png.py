"""Class PNGs: a pixel's value is a class of a label space, 255 void; the palette has the colours of the classes.

Data sets of semantic segmentation have them grey (Cityscapes, CamVid, ADE20K) or indexed (VOC); tools also write
pictures in the colours themselves. Shapes: H W pixels.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from masklet.core.arrays import AnyArray, UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import VOID, LabelSpace
from masklet.core.label_spaces import LABEL_SPACES
from masklet.formats.davis import write_label_png

_TOO_COMMON = ("voc",)
"""Its palette is also what many tools give to any indexed picture, so it says nothing of what the values mean."""


def read_class_png(path: Path, label_space: LabelSpace) -> UInt8Array:
    """Return label_map_HW: values of the space and VOID.

    Grey and indexed pictures hold the values themselves, colour pictures the colours of the classes, black void
    where no class is black. Raise FormatError for numbers and colours the space does not have, for colours that
    two classes of the space share, for an indexed picture with the palette of another space, and for what is no
    whole picture.
    """
    values, colours_256x3 = _opened(path)
    if values.ndim == 3:
        return _values_of_colours(values, label_space, path)
    if colours_256x3 is not None:
        _require_no_other_palette(colours_256x3, label_space, path)
    label_space.require(values, str(path))
    return values.astype(np.uint8)


def read_values(path: Path) -> UInt8Array:
    """Return the stored values_HW of a grey or indexed picture; raise FormatError for any other."""
    values, _ = _opened(path)
    if values.ndim == 3:
        raise FormatError(f"Expected a grey or indexed PNG of class numbers in {path}, got colours.")
    if values.size and not 0 <= values.min() <= values.max() <= 255:
        raise FormatError(f"Expected class numbers from 0 to 255 in {path}, got {values.min()} to {values.max()}.")
    return values.astype(np.uint8)


def write_class_png(path: Path, label_map_HW: UInt8Array, label_space: LabelSpace) -> None:
    """Write an indexed picture in the colours of the classes, whole or not at all; void is black.

    Raise FormatError for values the space does not have, OutputError where writing fails.
    """
    label_space.require(label_map_HW, path.name)
    write_label_png(path, label_map_HW, label_space.palette_256x3)


def _opened(path: Path) -> tuple[AnyArray, UInt8Array | None]:
    """Return values_HW, or image_HW3 of a colour picture; and the palette of an indexed one."""
    try:
        with Image.open(path) as image:
            if image.mode in ("RGB", "RGBA"):
                return np.asarray(image.convert("RGB")), None
            if image.mode == "P":
                colours = np.zeros(768, dtype=np.uint8)
                stored = image.getpalette("RGB") or []
                colours[: len(stored)] = stored
                return np.asarray(image), colours.reshape(256, 3)
            if image.mode in ("L", "1") or image.mode.startswith("I"):
                return np.asarray(image).astype(np.int32), None
            got = f"mode {image.mode}"
    except FileNotFoundError as error:
        raise FormatError(f"Expected a class PNG at {path}, found nothing there.") from error
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise FormatError(f"Expected a whole class PNG in {path}, could not read it ({error}).") from error
    raise FormatError(f"Expected a grey, indexed or colour PNG of classes in {path}, got {got}.")


def _values_of_colours(image_HW3: UInt8Array, label_space: LabelSpace, path: Path) -> UInt8Array:
    codes_P, position_HW = np.unique(_code(image_HW3), return_inverse=True)
    value_of: dict[int, list[int]] = {0: [VOID]}
    for value, one in enumerate(label_space.classes):
        code = int(_code(np.array(one.colour)))
        value_of[code] = [*value_of.get(code, []), value] if code else [value]
    unknown = [_said(code) for code in codes_P.tolist() if code not in value_of]
    if unknown:
        raise FormatError(
            f"Expected colours of {label_space.name} in {path}, got {len(unknown)} others such as {unknown[0]}; "
            "name the label space they are of, or save class numbers."
        )
    shared = [value_of[code] for code in codes_P.tolist() if len(value_of[code]) > 1]
    if shared:
        names = " and ".join(label_space.names[value] for value in shared[0])
        raise FormatError(
            f"Expected colours that tell classes of {label_space.name} apart in {path}, got the one of {names}; "
            "save class numbers."
        )
    values_P = np.array([value_of[code][0] for code in codes_P.tolist()], dtype=np.uint8)
    return values_P[position_HW.reshape(image_HW3.shape[:2])]


def _require_no_other_palette(colours_256x3: UInt8Array, label_space: LabelSpace, path: Path) -> None:
    """Raise FormatError where the first colours are exactly those of another known space, and not of this one."""
    if _begins_with(colours_256x3, label_space):
        return
    for other in LABEL_SPACES.values():
        if other.name not in _TOO_COMMON and _begins_with(colours_256x3, other):
            raise FormatError(
                f"Expected classes of {label_space.name} in {path}, got the palette of {other.name}; "
                "name the label space it was made with."
            )


def _begins_with(colours_256x3: UInt8Array, label_space: LabelSpace) -> bool:
    count = len(label_space)
    return bool(np.array_equal(colours_256x3[:count], label_space.palette_256x3[:count]))


def _code(colours: AnyArray) -> AnyArray:
    return np.asarray(colours, dtype=np.int32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)


def _said(code: int) -> str:
    return f"({code >> 16}, {code >> 8 & 255}, {code & 255})"
