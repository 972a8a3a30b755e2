"""Which frames of a video are measured together: clips of a few seconds, counted as `masklet clip` counts them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from masklet.sources.cut import clip_times, frames_between


@dataclass(frozen=True, kw_only=True)
class ClipLengths:
    """How a video is cut; P0 has clips of 5 s."""

    seconds: float | None = 5.0
    """None takes the video whole."""
    overlap: float = 0.0
    keep_rest: bool = False
    """Whether what is left at the end is a shorter clip."""


@dataclass(frozen=True)
class ClipSpan:
    """One clip: its number in the video from 0, and its frames."""

    number: int
    frames: range

    @property
    def name(self) -> str:
        """Its number as `masklet clip` writes it at the end of names."""
        return f"{self.number:04d}"


def clip_spans(frame_count: int, frames_per_second: float, lengths: ClipLengths) -> list[ClipSpan]:
    """Return the clips of a video with an even rate; raise SourceError for an overlap without a way forward.

    >>> [span.frames for span in clip_spans(80, 7, ClipLengths())]
    [range(0, 35), range(35, 70)]
    """
    if lengths.seconds is None:
        return [ClipSpan(0, range(frame_count))] if frame_count else []
    seconds_T = np.arange(frame_count) / frames_per_second
    times = clip_times(
        frame_count / frames_per_second,
        seconds=lengths.seconds,
        overlap=lengths.overlap,
        keep_rest=lengths.keep_rest,
        slack=0.5 / frames_per_second,
    )
    spans = [frames_between(seconds_T, begin, end) for begin, end in times]
    return [ClipSpan(number, span) for number, span in enumerate(spans) if span]
