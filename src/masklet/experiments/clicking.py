"""Someone who points people out with a mouse: at most two clicks each, as P0 uses Track-Anything (B13).

The first click goes to the middle of what is seen of a person. Where the mask it gives is not right, a second one
goes to the middle of the larger of what is missing and what is too much; the better of the two masks is kept.
Where the truth has boxes alone, a person is the inner part of the box, without the boxes of those standing nearer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core import rle
from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import mask_of_box
from masklet.core.masks import deepest_points
from masklet.core.values import Frame, Points
from masklet.evaluation.pedestrians.definitions import Comparison, Definitions
from masklet.evaluation.pedestrians.matching import overlaps
from masklet.evaluation.pedestrians.people import PeopleFrame
from masklet.masklets import ObjectMask
from masklet.models.protocols import Segmenter

BODY = (0.2, 0.08, 0.8, 0.92)
"""The part of a box that is person and not ground: x1 y1 x2 y2 by its size."""
TORSO = (0.3, 0.15, 0.7, 0.6)
"""Where a person in a box is clicked on first."""
MOST_CLICKS = 2

Click = tuple[float, float, int]
"""x and y in pixels of the picture, and 1 on the person or 0 beside."""


@dataclass(frozen=True)
class Clicked:
    """One person who was pointed out."""

    person_id: int
    clicks: tuple[Click, ...]
    """Those whose mask is kept, in the order they were made."""
    overlap: float
    """Of that mask with the person."""
    right: bool

    def points(self, frame_index: int, object_id: int) -> Points:
        """Return the clicks as a prompt."""
        xyl_P3 = np.array(self.clicks)
        return Points(frame_index, object_id, xyl_P3[:, :2], xyl_P3[:, 2].astype(np.int64))


def click_people(
    people: PeopleFrame,
    frame: Frame,
    segmenter: Segmenter,
    definitions: Definitions,
    *,
    compare: Comparison,
    most: int = MOST_CLICKS,
) -> list[Clicked]:
    """Return the clicks on everyone who is judged in a frame, at most so many on each.

    A mask is right where its overlap with the person, by `compare`, is `right_from` of the definitions.
    """
    found: list[Clicked] = []
    for person in np.flatnonzero(people.judged_N(definitions)).tolist():
        click: Click | None = _first_click(people, person, frame.size_HW)
        clicks: tuple[Click, ...] = ()
        best: Clicked | None = None
        while click is not None and len(clicks) < most and not (best and best.right):
            clicks = (*clicks, click)
            tried = Clicked(people.person_ids[person], clicks, 0.0, False)
            mask_HW = segmenter.segment(frame, [tried.points(frame.index, 1)]).masks_NHW[0]
            overlap = _overlap(people, person, mask_HW, compare)
            if best is None or overlap > best.overlap:
                best = Clicked(tried.person_id, clicks, overlap, overlap >= definitions.right_from)
            click = _next_click(people, person, mask_HW)
        if best is not None:
            found.append(best)
    return found


def _first_click(people: PeopleFrame, person: int, size_HW: tuple[int, int]) -> Click | None:
    """Return a click on the middle of what is seen of a person, None where nothing is."""
    for part in (TORSO, BODY):
        seen_HW = _seen(people, person, part, size_HW)
        if seen_HW.any():
            return _middle(seen_HW, on=True)
    return None


def _next_click(people: PeopleFrame, person: int, mask_HW: BoolArray) -> Click | None:
    """Return a click on what is missing or beside what is too much, whichever is larger; None where nothing is."""
    size_HW = (mask_HW.shape[0], mask_HW.shape[1])
    missing_HW = _seen(people, person, BODY, size_HW) & ~mask_HW
    too_much_HW = mask_HW & ~_seen(people, person, (0, 0, 1, 1), size_HW)
    if not (missing_HW.any() or too_much_HW.any()):
        return None
    on = bool(missing_HW.sum() >= too_much_HW.sum())
    return _middle(missing_HW if on else too_much_HW, on=on)


def _seen(
    people: PeopleFrame, person: int, part: tuple[float, float, float, float], size_HW: tuple[int, int]
) -> BoolArray:
    """Return where a person is seen: the mask, or a part of the box without the boxes of those standing nearer."""
    if people.rles is not None:
        return rle.decode(people.rles[person])
    box_4 = people.boxes_N4[person]
    seen_HW = _inner(box_4, part, size_HW)
    for other_4 in people.boxes_N4[people.boxes_N4[:, 3] > box_4[3]]:
        seen_HW &= ~_inner(other_4, (0, 0, 1, 1), size_HW)
    return seen_HW


def _inner(box_4: FloatArray, part: Sequence[float], size_HW: tuple[int, int]) -> BoolArray:
    sides_4 = np.tile(box_4[2:] - box_4[:2], 2)
    x1, y1, x2, y2 = (np.tile(box_4[:2], 2) + np.array(part) * sides_4).tolist()
    return mask_of_box((x1, y1, x2, y2), size_HW)


def _middle(region_HW: BoolArray, *, on: bool) -> Click:
    ((x, y),) = deepest_points(region_HW, 1).tolist()
    return (x, y, int(on))


def _overlap(people: PeopleFrame, person: int, mask_HW: BoolArray, compare: Comparison) -> float:
    if not mask_HW.any():
        return 0.0
    return float(overlaps(people, [ObjectMask(1, rle.encode(mask_HW))], compare)[person, 0])
