"""Frames that are already in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import SourceError
from masklet.core.values import Frame
from masklet.sources.protocol import ASSUMED_RATE, SourceInfo, counted_name
from masklet.sources.spans import backward, forward


class ArraySource:
    """Frames of an array (T, H, W, 3) of uint8 RGB; a memory-mapped one is fine, frames are views of it."""

    def __init__(self, video_THW3: UInt8Array, *, frames_per_second: float | None = None) -> None:
        _require_video(video_THW3)
        self._video_THW3 = video_THW3
        self._rate = frames_per_second or ASSUMED_RATE
        self.info = SourceInfo(
            uri="array",
            size_HW=(video_THW3.shape[1], video_THW3.shape[2]),
            frame_count=len(video_THW3),
            frames_per_second=frames_per_second,
        )

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames start, start + 1, ... up to stop (exclusive; None: to the end)."""
        return map(self._frame, forward(self.info, start, stop))

    def read_backward(self, start: int) -> Iterator[Frame]:
        """Yield frames start, start - 1, ... down to 0."""
        return map(self._frame, backward(self.info, start))

    def frame_name(self, index: int) -> str:
        """Return the index with five digits."""
        return counted_name(index)

    def close(self) -> None:
        """Let go of nothing: the array belongs to the caller."""

    def _frame(self, index: int) -> Frame:
        return Frame(index, index / self._rate, self._video_THW3[index])


def _require_video(video_THW3: np.ndarray[Any, Any]) -> None:
    if video_THW3.ndim != 4 or video_THW3.shape[3] != 3 or video_THW3.dtype != np.uint8:
        raise SourceError(
            f"Expected an array (T, H, W, 3) of uint8 RGB, got {video_THW3.dtype} {video_THW3.shape}."
        )
    if 0 in video_THW3.shape:
        raise SourceError(f"Expected at least one frame with at least one pixel, got {video_THW3.shape}.")
