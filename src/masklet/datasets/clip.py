"""One video of a dataset with its truth, both opened when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from masklet.sources import FrameSource

Truth = TypeVar("Truth")


@dataclass(frozen=True)
class Clip(Generic[Truth]):
    """A video by its name; truth is `Masklets`, or `BoxTracks` where a dataset has boxes."""

    name: str
    open_frames: Callable[[], FrameSource]
    read_truth: Callable[[], Truth]

    @property
    def frames(self) -> FrameSource:
        """The frames, opened anew each time; raise SourceError where they are not there."""
        return self.open_frames()

    @property
    def truth(self) -> Truth:
        """The objects, read anew each time; raise FormatError where they are not there or damaged."""
        return self.read_truth()
