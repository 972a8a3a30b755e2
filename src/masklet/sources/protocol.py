"""What every source of frames offers, be it a file, a folder, an array or a camera."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from masklet.core.values import Frame


@dataclass(frozen=True)
class SourceInfo:
    """What is known of a source before its frames are read."""

    uri: str
    size_HW: tuple[int, int]
    """Of the frames as they are handed out: rotation and pixel aspect are already applied."""
    frame_count: int | None
    """Exact where it is known, None of a live source."""
    frames_per_second: float | None
    """The average rate; a frame's own time is in `Frame.seconds`."""


class FrameSource(Protocol):
    """Frames one after the other, never the whole video in memory."""

    @property
    def info(self) -> SourceInfo:
        """Size, number of frames, rate."""
        ...

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames start, start + 1, ... up to stop (exclusive; None: to the end)."""
        ...

    def read_backward(self, start: int) -> Iterator[Frame]:
        """Yield frames start, start - 1, ... down to 0; raise SourceError for a live source."""
        ...

    def frame_name(self, index: int) -> str:
        """Return the name of a frame in files, without suffix: '00000', or what the folder calls it."""
        ...

    def close(self) -> None:
        """Give back file handles and threads; more than once does no harm."""
        ...
