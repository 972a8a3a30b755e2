"""Where a long video is cut into clips. Pure functions of times."""

from __future__ import annotations

import math

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import SourceError


def clip_times(
    total_seconds: float, *, seconds: float, overlap: float = 0.0, keep_rest: bool = False, slack: float = 0.0
) -> list[tuple[float, float]]:
    """Return begin and end of the clips of a video, in seconds.

    A rest too short for a clip is left out, unless keep_rest makes it a shorter clip. A video that lacks no more
    than `slack` for its last clip has it all the same (half a frame: ten minutes at 29.97 are 599.9994 s).
    Raise SourceError where the overlap leaves no way forward.

    >>> clip_times(12, seconds=5), clip_times(12, seconds=5, overlap=2)
    ([(0.0, 5.0), (5.0, 10.0)], [(0.0, 5.0), (3.0, 8.0), (6.0, 11.0)])
    """
    if seconds <= 0 or not 0 <= overlap < seconds:
        raise SourceError(f"Expected clips longer than 0 s that overlap by less, got {seconds} s and {overlap} s.")
    step = seconds - overlap
    whole = max(0, math.floor((total_seconds + slack - seconds) / step + 1e-9) + 1)
    times = [(float(n * step), float(n * step + seconds)) for n in range(whole)]
    covered = times[-1][1] if times else 0.0
    if keep_rest and total_seconds - covered > slack:
        times.append((float(whole * step), float(total_seconds)))
    return times


def frames_between(seconds_T: FloatArray, begin: float, end: float) -> range:
    """Return the frames shown from begin until just before end, times rounded to the tenth of a millisecond.

    >>> frames_between(np.array([0.0, 0.04, 0.08, 0.12]), 0.04, 0.12)
    range(1, 3)
    """
    start, stop = np.searchsorted(np.round(seconds_T, 4), np.round([begin, end], 4), side="left")
    return range(int(start), int(stop))
