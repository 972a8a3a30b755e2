"""What is labelled pixel by pixel: the frames of a video, or pictures alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from masklet.core.errors import SourceError
from masklet.core.values import Frame
from masklet.sources import FrameSource, open_source, prefetch
from masklet.sources.folder import image_files
from masklet.sources.images import read_image


class Frames(Protocol):
    """What is labelled: frames of a video, or pictures alone."""

    @property
    def total(self) -> int | None:
        """How many there are, None of a live source."""
        ...

    def about(self) -> dict[str, Any]:
        """Return what run.json says of the input."""
        ...

    def name(self, frame: Frame) -> str:
        """Return the name of a frame in files."""
        ...

    def read(self) -> Iterator[Frame]:
        """Yield all."""
        ...

    def at(self, place: int) -> Frame:
        """Return one of them, by its place."""
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...


@dataclass(frozen=True, eq=False)
class VideoFrames:
    """Every n-th frame of a video."""

    source: FrameSource
    every: int

    @property
    def total(self) -> int | None:
        """How many there are, None of a live source."""
        count = self.source.info.frame_count
        return None if count is None else -(-count // self.every)

    def about(self) -> dict[str, Any]:
        """Return address, size, number of frames and rate of the video."""
        info = self.source.info
        return {
            "uri": info.uri,
            "size_HW": list(info.size_HW),
            "frames": info.frame_count,
            "frames_per_second": info.frames_per_second,
        }

    def name(self, frame: Frame) -> str:
        """Return what the video calls the frame."""
        return self.source.frame_name(frame.index)

    def read(self) -> Iterator[Frame]:
        """Yield all, decoded ahead in a thread."""
        return (frame for frame in prefetch(self.source.read()) if frame.index % self.every == 0)

    def at(self, place: int) -> Frame:
        """Return one of them."""
        index = place * self.every
        return next(self.source.read(index, index + 1))

    def close(self) -> None:
        """Close the video."""
        self.source.close()


@dataclass(frozen=True, eq=False)
class Stills:
    """Every n-th picture of a folder, of any sizes; a picture's index is its place."""

    folder: Path
    every: int

    @cached_property
    def paths(self) -> list[Path]:
        """The pictures; raise SourceError for two of one name."""
        paths = image_files(self.folder, allow_gaps=True)[:: self.every]
        count = Counter(path.stem for path in paths)
        twice = next((path.name for path in paths if count[path.stem] > 1), None)
        if twice:
            raise SourceError(f"Expected pictures of different names in {self.folder}, got {twice} and one alike.")
        return paths

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.paths)

    def about(self) -> dict[str, Any]:
        """Return the folder and how many pictures it has."""
        return {"uri": str(self.folder), "pictures": len(self.paths)}

    def name(self, frame: Frame) -> str:
        """Return the picture's name without suffix."""
        return self.paths[frame.index].stem

    def read(self) -> Iterator[Frame]:
        """Yield all."""
        return (self.at(place) for place in range(len(self.paths)))

    def at(self, place: int) -> Frame:
        """Return one of them."""
        return Frame(place, 0.0, read_image(self.paths[place]))

    def close(self) -> None:
        """Nothing stays open."""


def open_frames(source: str, *, stills: bool, every: int, allow_gaps: bool) -> Frames:
    """Return every n-th frame of a video or a folder of frames, or with `stills` pictures that belong to no video.

    Raise SourceError where there is nothing to read, or pictures of one name.
    """
    if every < 1:
        raise SourceError(f"Expected every first or later frame to be labelled, got every {every}.")
    if not stills:
        return VideoFrames(open_source(source, allow_gaps=allow_gaps), every)
    if not Path(source).exists():
        raise SourceError(f"Expected a folder of pictures at {source}, found nothing there.")
    return Stills(Path(source), every)
