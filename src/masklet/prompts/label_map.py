"""Label maps as prompts: 0 is background, every other value an object's id.

255 is void where it stands beside ids (as in DAVIS and YouTube-VOS), and the object where it is the only
value (as in the black and white masks of DAVIS 2016 and of drawing programs).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np

from masklet.core.arrays import BoolArray, IntArray, UInt8Array
from masklet.core.errors import PromptError
from masklet.core.values import MaskPrompt

VOID = 255

ReadLabelMap: TypeAlias = Callable[[Path], IntArray | UInt8Array]
"""Reads label_map_HW of a picture file; `formats.davis.read_label_png` is one."""


def mask_prompts(label_map_HW: IntArray | UInt8Array, frame_index: int) -> tuple[MaskPrompt, ...]:
    """Return one prompt for each id of a label map, ascending; a black and white mask is object 1.

    Raise PromptError where the map marks nothing.

    >>> [prompt.object_id for prompt in mask_prompts(np.array([[0, 3], [7, 255]]), frame_index=0)]
    [3, 7]
    """
    values = _marked(label_map_HW)
    if values == [VOID]:
        return (MaskPrompt(frame_index, 1, label_map_HW == VOID),)
    return tuple(
        MaskPrompt(frame_index, value, label_map_HW == value)
        for value in values
        if (value, values[-1]) != (VOID, VOID)
    )


def only_mask(label_map_HW: IntArray | UInt8Array) -> BoolArray:
    """Return the mask of the one object that a picture shows, whatever value it is painted with.

    Raise PromptError where the picture shows none or several.
    """
    values = _marked(label_map_HW)
    if len(values) > 1:
        raise PromptError(
            f"Expected a mask of one object, got a label map with the values {_listed(values)}; "
            "leave the object's number out to take every id of the map."
        )
    mask_HW: BoolArray = label_map_HW == values[0]
    return mask_HW


def _marked(label_map_HW: IntArray | UInt8Array) -> list[int]:
    values = [int(value) for value in np.unique(label_map_HW) if value != 0]
    if not values:
        raise PromptError("Expected a mask with at least one pixel set, got an empty one.")
    return values


def _listed(values: list[int]) -> str:
    return ", ".join(map(str, values[:5])) + (", ..." if len(values) > 5 else "")
