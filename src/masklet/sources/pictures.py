"""From what a decoder gives to upright uint8 RGB."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame

from masklet.core.arrays import UInt8Array

Turn = tuple[int, int, int, int]
"""How a picture is to be turned to stand upright: the signs a, b, c, d of x' = ax + cy, y' = bx + dy."""

UPRIGHT: Turn = (1, 0, 0, 1)


def turn_of(frame: VideoFrame) -> Turn:
    """Return how the file wants the frame shown: quarter turns and mirrors; other angles are left alone."""
    matrix = cast(SideDataContainer, frame.side_data).get(Type.DISPLAYMATRIX)
    if matrix is None:
        return UPRIGHT
    a, b, _, c, d, *_ = np.frombuffer(bytes(matrix), dtype=np.int32)
    turn = tuple(int(np.sign(value)) for value in (a, b, c, d))
    is_right_angle = (turn[0] == turn[3] == 0) != (turn[1] == turn[2] == 0)
    return (turn[0], turn[1], turn[2], turn[3]) if is_right_angle else UPRIGHT


def turned(image_HW3: np.ndarray[Any, Any], turn: Turn) -> np.ndarray[Any, Any]:
    """Return the picture turned.

    >>> turned(np.array([[1, 2]]), (0, 1, -1, 0))  # a quarter clockwise, as a telephone held upright films
    array([[1],
           [2]])
    """
    a, b, c, d = turn
    across, down = a + c, b + d
    if a == 0:
        image_HW3 = image_HW3.swapaxes(0, 1)
    return image_HW3[::down, ::across]


def rgb_pixels(frame: VideoFrame) -> UInt8Array:
    """Return image_HW3 as stored: any pixel format and bit depth brought to 8-bit RGB."""
    return cast(UInt8Array, frame.to_ndarray(format="rgb24"))


def to_rgb(frame: VideoFrame, turn: Turn) -> UInt8Array:
    """Return image_HW3: any pixel format and bit depth brought to 8-bit RGB, upright."""
    image_HW3 = rgb_pixels(frame)
    return image_HW3 if turn == UPRIGHT else np.ascontiguousarray(turned(image_HW3, turn))


def quarter_turns(turn: Turn) -> tuple[int, bool]:
    """Return a turn in words: degrees clockwise, and whether the picture is then mirrored left to right.

    >>> quarter_turns(UPRIGHT), quarter_turns((0, 1, -1, 0)), quarter_turns((1, 0, 0, -1))
    ((0, False), (90, False), (180, True))
    """
    a, b, c, d = turn
    mirrored = a * d - b * c < 0
    across, down = (-a, -c) if mirrored else (a, c)
    return {(1, 0): 0, (0, -1): 90, (-1, 0): 180, (0, 1): 270}[(across, down)], mirrored
