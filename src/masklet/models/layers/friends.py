"""Which objects lie on each other, as a hat on a head, and so do not compete for pixels."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray

_SAME_PLACE = 0.5
"""Objects whose prompted masks share this much of the smaller one lie on each other, and are no rivals."""

Friends = frozenset[tuple[int, int]]
"""Pairs of ids, the smaller first."""


def befriended(friends: Friends, given: Mapping[int, BoolArray]) -> Friends:
    """Return the friends after masks of some objects were given on one frame: what these say, holds for them."""
    ids = sorted(given)
    pairs = [(first, second) for place, first in enumerate(ids) for second in ids[place + 1 :]]
    return (friends - set(pairs)) | {pair for pair in pairs if _on_each_other(given[pair[0]], given[pair[1]])}


def are_friends(friends: Friends, first: int, second: int) -> bool:
    """Return whether two objects lie on each other."""
    return (min(first, second), max(first, second)) in friends


def rivals(friends: Collection[tuple[int, int]], object_ids: Sequence[int]) -> FloatArray:
    """Return rivals_NN: 1 where two objects may not have the same pixel, and for each with itself.

    >>> rivals({(1, 3)}, [1, 2, 3]).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]
    """
    rivals_NN = np.ones((len(object_ids), len(object_ids)), dtype=np.float32)
    place = {object_id: number for number, object_id in enumerate(object_ids)}
    for first, second in friends:
        if first in place and second in place:
            rivals_NN[place[first], place[second]] = rivals_NN[place[second], place[first]] = 0
    return rivals_NN


def _on_each_other(first_HW: BoolArray, second_HW: BoolArray) -> bool:
    smaller = max(min(first_HW.sum(), second_HW.sum()), 1)
    return bool((first_HW & second_HW).sum() >= _SAME_PLACE * smaller)
