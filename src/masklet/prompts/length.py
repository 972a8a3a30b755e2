"""Lengths in the picture, said in pixels, in degrees of the wearer's view or in percent of the picture's width.

30 or 30px      pixels of the video
1.5deg          degrees; needs the focal length or the field of view of the scene camera
2%              of the width
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, cast

from masklet.core.errors import PromptError

_FORM = re.compile(r"(\d+\.?\d*|\.\d+)(px|deg|%)?")

Unit = Literal["px", "deg", "%"]


@dataclass(frozen=True)
class Length:
    """A length and its unit."""

    value: float
    unit: Unit = "px"

    def __str__(self) -> str:
        return f"{self.value:g}{self.unit}"

    def pixels(self, width: int, focal_pixels: float | None) -> float:
        """Return the length in pixels of a picture of this width; degrees are taken at its middle.

        Raise PromptError for degrees where the focal length is not known.

        >>> Length(2, "%").pixels(1000, None), round(Length(1, "deg").pixels(1000, 500), 2)
        (20.0, 8.73)
        """
        if self.unit == "%":
            return self.value / 100 * width
        if self.unit == "px":
            return self.value
        if focal_pixels is None:
            raise PromptError(
                f"Expected the scene camera's field of view with {self}, got none; give it (--field-of-view), or "
                "the length in pixels or percent of the width."
            )
        return focal_pixels * math.tan(math.radians(self.value))


def parse_length(text: str) -> Length:
    """Return the length of 30, 1.5deg or 2%; raise PromptError for anything else.

    >>> parse_length("1.5deg")
    Length(value=1.5, unit='deg')
    """
    match = _FORM.fullmatch(text.strip().lower())
    if not match or (match[2] == "deg" and float(match[1]) >= 90):
        raise PromptError(f"Expected a length as 30 (pixels), 1.5deg or 2%, got {text!r}.")
    return Length(float(match[1]), cast(Unit, match[2] or "px"))


def focal_length(width: int, field_of_view: float) -> float:
    """Return the focal length in pixels of a camera that sees so many degrees across the width of the picture.

    >>> round(focal_length(1000, 90))
    500
    """
    if not 0 < field_of_view < 180:
        raise PromptError(f"Expected a field of view between 0 and 180 degrees, got {field_of_view:g}.")
    return width / 2 / math.tan(math.radians(field_of_view) / 2)
