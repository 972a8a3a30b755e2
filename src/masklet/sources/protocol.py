"""What every source of frames offers, be it a file, a folder, an array or a camera."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from masklet.core.values import Frame

ASSUMED_RATE = 25.0
"""Frames per second where nothing is known of time (folders and arrays)."""


@dataclass(frozen=True)
class SourceInfo:
    """What is known of a source before its frames are read."""

    uri: str
    size_HW: tuple[int, int]
    """Of the frames as they are handed out: upright, at the stored resolution."""
    frame_count: int | None
    """How many frames can be read, exactly; None of a live source."""
    frames_per_second: float | None
    """The average rate, None where nothing is known of it; a frame's own time is in `Frame.seconds`."""
    pixel_aspect: Fraction = Fraction(1)
    """Width of a pixel by its height. Frames are handed out as stored, so that masks fit stored pixels."""


class FrameSource(Protocol):
    """Frames one after the other, never the whole video in memory."""

    @property
    def info(self) -> SourceInfo:
        """Size, number of frames, rate."""
        ...

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames start, start + 1, ... up to stop (exclusive; None: to the end).

        Raise SourceError where a frame cannot be read, after all frames before it were yielded.
        """
        ...

    def read_backward(self, start: int) -> Iterator[Frame]:
        """Yield frames start, start - 1, ... down to 0; raise SourceError for a live source."""
        ...

    def frame_name(self, index: int) -> str:
        """Return the name of a frame in files, without suffix: '00000', or what the folder calls it."""
        ...

    def close(self) -> None:
        """Give back file handles and threads; more than once does no harm. Reading on is a SourceError."""
        ...


def counted_name(index: int) -> str:
    """Return the name of a frame where the source gives none.

    >>> counted_name(7)
    '00007'
    """
    return f"{index:05d}"
