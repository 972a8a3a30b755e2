"""Training clips that may go on in the next clip of the cache, as the pairs of P3's released data set do.

There all frames of all sequences stand in one list, and a frame is paired with the one after it in the list: the
last frame of a sequence with the first of the next. Shapes: T frames, H W pixels.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from PIL import Image

from masklet.core.arrays import UInt8Array
from masklet.training.clips import VOID, CachedClip

Place = tuple[CachedClip, int]
"""A clip and the number of a frame in it."""


def places_across(
    clips: Sequence[CachedClip], rng: np.random.Generator, *, length: int, most_gap: int
) -> list[Place]:
    """Return places of the list of all frames of all clips, in its order from anywhere; after the last comes the
    first."""
    ends = list(accumulate(clip.frame_count for clip in clips))
    gaps = rng.integers(1, most_gap, endpoint=True, size=length - 1)
    start = int(rng.integers(ends[-1]))
    found: list[Place] = []
    for number in (start, *(start + np.cumsum(gaps)).tolist()):
        place = number % ends[-1]
        clip = bisect_right(ends, place)
        found.append((clips[clip], place - ends[clip] + clips[clip].frame_count))
    return found


def read_across(places: Sequence[Place]) -> tuple[UInt8Array, UInt8Array]:
    """Return frames_THW3 and labels_THW of places, at the size of the first clip.

    Objects have the numbers of the first clip's: those of another clip are taken for the first clip's by their
    order, which is what makes such a sample wrong.
    """
    first = places[0][0]
    frames, labels = [], []
    for clip, number in places:
        frames_1HW3, labels_1HW = clip.read([number])
        frames.append(_resized(frames_1HW3[0], first.size_HW, Image.Resampling.BOX))
        renamed_HW = labels_1HW[0] if clip is first else _renamed(labels_1HW[0], clip.object_ids, first.object_ids)
        labels.append(_resized(renamed_HW, first.size_HW, Image.Resampling.NEAREST))
    return np.stack(frames), np.stack(labels)


def _renamed(labels_HW: UInt8Array, theirs: Sequence[int], ours: Sequence[int]) -> UInt8Array:
    """Return labels in which objects have others' numbers; those for which there is none are background."""
    table_256 = np.zeros(256, np.uint8)
    table_256[VOID] = VOID
    for old, new in zip(theirs, ours, strict=False):
        table_256[old] = new
    renamed_HW: UInt8Array = table_256[labels_HW]
    return renamed_HW


def _resized(picture: UInt8Array, size_HW: tuple[int, int], how: Image.Resampling) -> UInt8Array:
    if picture.shape[:2] == size_HW:
        return picture
    return np.asarray(Image.fromarray(picture).resize(size_HW[::-1], how))
