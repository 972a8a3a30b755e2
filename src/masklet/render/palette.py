"""A colour for every object id, the same in every picture, video and plot.

The first twelve are picked to be told apart at a glance; later ids walk the same round with the hue turned
and the tone changed a little each time.
"""

from __future__ import annotations

import colorsys
from functools import lru_cache

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

_FIRST: tuple[Colour, ...] = (
    (36, 132, 255),  # blue
    (255, 132, 20),  # orange
    (22, 190, 88),  # green
    (255, 56, 148),  # pink
    (250, 204, 21),  # yellow
    (146, 84, 255),  # violet
    (10, 194, 222),  # cyan
    (240, 50, 50),  # red
    (150, 220, 40),  # lime
    (205, 60, 220),  # magenta
    (16, 150, 130),  # teal
    (190, 120, 60),  # brown
)
_TURN = 0.618 / len(_FIRST)
_TONES = (1.0, 0.78, 0.9)


@lru_cache(maxsize=4096)
def colour_of(object_id: int) -> Colour:
    """Return the colour of an object.

    >>> colour_of(1), colour_of(13)
    ((36, 132, 255), (28, 50, 199))
    """
    turns, place = divmod(object_id - 1, len(_FIRST))
    hue, saturation, value = colorsys.rgb_to_hsv(*(channel / 255 for channel in _FIRST[place]))
    turned = colorsys.hsv_to_rgb((hue + turns * _TURN) % 1, saturation, value * _TONES[turns % len(_TONES)])
    red, green, blue = (round(255 * channel) for channel in turned)
    return (red, green, blue)


def text_colour_on(colour: Colour) -> Colour:
    """Return black or white, whichever reads better on the colour."""
    red, green, blue = colour
    return (0, 0, 0) if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else (255, 255, 255)
