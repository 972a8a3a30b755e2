"""A part of a source, as if there were nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from masklet.core.errors import SourceError
from masklet.core.values import Frame
from masklet.sources.protocol import FrameSource, SourceInfo
from masklet.sources.spans import backward, forward


class Part:
    """Frames `span` of a source that has an end, numbered from 0; names and times stay those of the whole."""

    def __init__(self, whole: FrameSource, span: range) -> None:
        """Raise SourceError for a span that is empty or goes beyond the source."""
        count = whole.info.frame_count
        if count is None or span.step != 1 or not 0 <= span.start < span.stop <= count:
            has = "no known end" if count is None else f"{count} frames"
            raise SourceError(
                f"Expected frames of {whole.info.uri}, got {span.start} to {span.stop - 1}: it has {has}."
            )
        self._whole = whole
        self._span = span

    @property
    def info(self) -> SourceInfo:
        """Of the whole, with the number of frames of the part."""
        return replace(self._whole.info, frame_count=len(self._span))

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames start, start + 1, ... of the part; raise SourceError as the whole does."""
        chosen = forward(self.info, start, stop)
        for frame in self._whole.read(*(self._span.start + edge for edge in (chosen.start, chosen.stop))):
            yield replace(frame, index=frame.index - self._span.start)

    def read_backward(self, start: int) -> Iterator[Frame]:
        """Yield frames start, start - 1, ... down to the first of the part."""
        count = len(backward(self.info, start))
        for _, frame in zip(range(count), self._whole.read_backward(self._span.start + start), strict=False):
            yield replace(frame, index=frame.index - self._span.start)

    def frame_name(self, index: int) -> str:
        """Return the name that the frame has in the whole."""
        return self._whole.frame_name(self._span.start + index)

    def close(self) -> None:
        """Close the whole."""
        self._whole.close()
