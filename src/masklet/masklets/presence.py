"""When an object is in the picture: that it leaves, and that it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from masklet.masklets.masklets import Masklet

LEAST_AREA = 0.02
"""Share of its first mask from which an object counts as seen; less is a speck that a tracker sees somewhere."""


@dataclass(frozen=True)
class Stay:
    """Frames in a row, of those looked at, in which an object is seen or in which it is not."""

    first_frame: int
    last_frame: int
    frames: int
    is_seen: bool


def stays_of(masklet: Masklet, looked_at: Sequence[int], *, least_area: float = LEAST_AREA) -> list[Stay]:
    """Return in turn when an object is seen and when not, from the first frame it is seen in.

    `looked_at` are the frames that were walked, in order. An object that is never seen has no stays. Its first
    mask is taken as a measure, be it whole or not: what has less than a share of its area counts as gone.
    """
    begun = [index for index in looked_at if index in masklet.rles]
    if not begun:
        return []
    least = least_area * masklet.rles[begun[0]].area
    since = [index for index in looked_at if index >= begun[0]]
    is_seen = {index: index in masklet.rles and masklet.rles[index].area >= least for index in since}
    runs = [(seen, list(indices)) for seen, indices in groupby(since, key=is_seen.__getitem__)]
    return [Stay(indices[0], indices[-1], len(indices), seen) for seen, indices in runs]
