"""When the frames of a source are shown, known before they are read."""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import SourceError
from masklet.sources.protocol import ASSUMED_RATE, FrameSource
from masklet.sources.video import VideoFile


def times_of(source: FrameSource) -> FloatArray:
    """Return seconds_T of all frames; raise SourceError for a live source, whose times lie ahead."""
    if isinstance(source, VideoFile):
        return source.timeline.seconds_T()
    if source.info.frame_count is None:
        raise SourceError(f"Expected a source with an end, got the live {source.info.uri}: record it first.")
    return np.arange(source.info.frame_count) / (source.info.frames_per_second or ASSUMED_RATE)


def frame_step(seconds_T: FloatArray, rate: float) -> float:
    """Return how long a frame is usually shown; 1 / rate where there is only one.

    >>> frame_step(np.array([0.0, 0.04, 0.08, 1.0]), rate=30)
    0.04
    """
    return float(np.median(np.diff(seconds_T))) if len(seconds_T) > 1 else 1 / rate


def duration(seconds_T: FloatArray, rate: float) -> float:
    """Return how long all frames are shown, the last one as long as is usual."""
    return float(seconds_T[-1]) + frame_step(seconds_T, rate)
