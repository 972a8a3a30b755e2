"""Some frames of a source, read without the rest as far as that pays."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise

from masklet.core.values import Frame
from masklet.sources.protocol import FrameSource

_GAP = 30
"""Frames that are sooner read than jumped over."""


def frames_at(source: FrameSource, indices: Collection[int]) -> Iterator[Frame]:
    """Yield these frames of a source, in order; what lies between is read where that is little."""
    ordered = sorted(indices)
    begins = [place for place in range(len(ordered)) if not place or ordered[place] - ordered[place - 1] > _GAP]
    for begin, end in pairwise([*begins, len(ordered)]):
        wanted = set(ordered[begin:end])
        yield from (frame for frame in source.read(ordered[begin], ordered[end - 1] + 1) if frame.index in wanted)


def every_nth(source: FrameSource, step: int, *, start: int = 0) -> Iterator[Frame]:
    """Yield frames start, start + step, start + 2 step, ... to the end, with their own indices."""
    count = source.info.frame_count
    if step == 1:
        return source.read(start)
    if count is None:
        return (frame for frame in source.read(start) if not (frame.index - start) % step)
    return frames_at(source, range(start, count, step))
