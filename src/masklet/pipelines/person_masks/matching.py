"""Which detection is which annotated person, decided for all people of a frame together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.boxes import box_area, intersection_area
from masklet.metrics.assignment import assigned
from masklet.pipelines.person_size import Anchor, anchors_of

Refusal = Literal["outside the picture", "no detection", "too far", "nearer to another person", "overlapped"]

LIMIT_HEIGHT = 576
"""Height of the picture that a limit in pixels is meant for (P2's videos); it grows with the picture."""


@dataclass(frozen=True, eq=False)
class Match:
    """One person's detection (its place among the frame's) and distance in pixels, or why there is none."""

    detection: int | None
    distance: float | None = None
    refusal: Refusal | None = None


def match_people(
    positions: Mapping[int, FloatArray], boxes_N4: FloatArray, *, anchor: Anchor, limit: float
) -> dict[int, Match]:
    """Return the match of each person with one of the boxes, each box at most once.

    The sum of distances between positions and anchors, in units of the limit, is the least there is. A box that is
    nearer to another person is not given away, and neither is one beyond the limit (pixels).

    >>> people = {1: np.array([5.0, 30]), 2: np.array([15.0, 30])}
    >>> found = match_people(people, np.array([[0.0, 0, 9, 30], [10, 0, 21, 30]]), anchor="foot", limit=40)
    >>> found[1].detection, found[2].detection
    (0, 1)
    """
    ids = list(positions)
    points_N2 = np.array([positions[person_id] for person_id in ids], dtype=float).reshape(-1, 2)
    apart_NM2 = points_N2[:, None] - anchors_of(boxes_N4, anchor)[None]
    distance_NM = np.linalg.norm(apart_NM2, axis=2)
    pairs = dict(assigned(1 - distance_NM / limit, at_least=1e-9))
    return {person_id: _match(n, pairs.get(n), distance_NM, limit) for n, person_id in enumerate(ids)}


def _match(n: int, m: int | None, distance_NM: FloatArray, limit: float) -> Match:
    if not distance_NM.shape[1]:
        return Match(None, refusal="no detection")
    nearest = float(distance_NM[n].min())
    if m is None:
        taken = nearest < limit
        return Match(None, nearest, "nearer to another person" if taken else "too far")
    distance = float(distance_NM[n, m])
    if distance_NM[:, m].min() < distance:
        return Match(None, distance, "nearer to another person")
    return Match(m, distance)


def scaled_limit(limit: float, size_HW: tuple[int, int]) -> float:
    """Return a limit in pixels for a picture of this size."""
    return limit * size_HW[0] / LIMIT_HEIGHT


def overlap_of(boxes_N4: FloatArray, m: int) -> float:
    """Return the largest share of a box that lies in another one."""
    shared_N = intersection_area(boxes_N4[m][None], np.delete(boxes_N4, m, axis=0))[0]
    return float(shared_N.max(initial=0) / max(float(box_area(boxes_N4[m][None])[0]), 1e-9))
