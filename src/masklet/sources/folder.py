"""A folder of pictures as a video."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from masklet.core.errors import SourceError
from masklet.core.values import Frame
from masklet.sources.images import image_size, is_image, read_image
from masklet.sources.names import in_order, require_no_gaps
from masklet.sources.protocol import ASSUMED_RATE, SourceInfo
from masklet.sources.spans import backward, forward


class ImageFolder:
    """The pictures of a folder in the order of their numbers; a frame has the name of its file."""

    def __init__(self, folder: Path, *, allow_gaps: bool = False, frames_per_second: float | None = None) -> None:
        """List the folder; raise SourceError where it holds no picture, or where numbers jump (see names.py)."""
        self.paths: Sequence[Path] = image_files(folder, allow_gaps=allow_gaps)
        self._rate = frames_per_second or ASSUMED_RATE
        self.info = SourceInfo(
            uri=str(folder),
            size_HW=image_size(self.paths[0]),
            frame_count=len(self.paths),
            frames_per_second=frames_per_second,
        )

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames start, start + 1, ... up to stop (exclusive; None: to the end)."""
        return map(self._frame, forward(self.info, start, stop))

    def read_backward(self, start: int) -> Iterator[Frame]:
        """Yield frames start, start - 1, ... down to 0."""
        return map(self._frame, backward(self.info, start))

    def frame_name(self, index: int) -> str:
        """Return the file's name without its suffix."""
        return self.paths[index].stem

    def close(self) -> None:
        """Nothing stays open between frames."""

    def _frame(self, index: int) -> Frame:
        frame = Frame(index, index / self._rate, read_image(self.paths[index]))
        if frame.size_HW != self.info.size_HW:
            raise SourceError(
                f"Expected every picture of {self.info.uri} to be {_said(self.info.size_HW)} like "
                f"{self.paths[0].name}, got {_said(frame.size_HW)} in {self.paths[index].name}: "
                "bring them to one size."
            )
        return frame


def image_files(folder: Path, *, allow_gaps: bool = False) -> list[Path]:
    """Return the pictures of a folder (or the one picture, given a file) in the order of their frames."""
    if folder.is_file():
        return [folder]
    found = [path for path in folder.iterdir() if is_image(path)]
    if not found:
        raise SourceError(f"Expected pictures in {folder}, found none{_hint(folder)}.")
    ordered = [found[position] for position in in_order([path.stem for path in found])]
    if not allow_gaps:
        require_no_gaps([path.stem for path in ordered])
    return ordered


def _hint(folder: Path) -> str:
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    names = ", ".join(path.name for path in inside[:3])
    return f" (it holds {names}{', ...' if len(inside) > 3 else ''}: give one of these)" if inside else ""


def _said(size_HW: tuple[int, int]) -> str:
    return f"{size_HW[1]}x{size_HW[0]}"
