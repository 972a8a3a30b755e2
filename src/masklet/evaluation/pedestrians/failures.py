"""Failures that the truth lets one find (P0 5.1-5.3): what a reader of the report should look at.

Shapes: h w pixels of a part of the picture, N people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

import numpy as np

from masklet.core import rle
from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY, box_area, intersection_area
from masklet.evaluation.pedestrians.definitions import Definitions, frames_of
from masklet.evaluation.pedestrians.histories import NO_MASK, History
from masklet.evaluation.pedestrians.matching import boxes_of
from masklet.evaluation.pedestrians.people import PeopleFrame, box_of
from masklet.masklets import ObjectMask

LEAST_OWN_SHARE = 0.1
"""Of half a box: less than this outside other boxes is too little to say whose a mask is."""


class Failure(StrEnum):
    """What went wrong."""

    TWO_PEOPLE = "two people in one mask"
    MIXED = "torso of one, legs of another"
    NEVER_FOUND = "never found"
    NOT_PICKED_UP = "entered, never picked up"
    MOVED = "mask moved to another person"


@dataclass(frozen=True)
class Finding:
    """One failure: whom it concerns, where to look, why it is one."""

    failure: Failure
    frame_index: int
    """Of the video; where it begins."""
    frames: int
    """How many frames it lasts."""
    person_ids: tuple[int, ...]
    mask_ids: tuple[int, ...]
    why: str
    box_xyxy: BoxXYXY
    """Where to look, in pixels of the masks."""

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON values."""
        return {
            "failure": self.failure.value,
            "frame": self.frame_index,
            "frames": self.frames,
            "people": list(self.person_ids),
            "masks": list(self.mask_ids),
            "why": self.why,
            "box": [round(edge, 2) for edge in self.box_xyxy],
        }


@dataclass(frozen=True)
class Sighting:
    """One mask that holds parts of several people in one frame."""

    failure: Failure
    t: int
    mask_id: int
    person_ids: tuple[int, ...]
    box_xyxy: BoxXYXY


def find_failures(
    indices: Sequence[int],
    frames: Sequence[PeopleFrame],
    people: Mapping[int, History],
    sightings: Sequence[Sighting],
    definitions: Definitions,
    frames_per_second: float,
) -> list[Finding]:
    """Return the failures of one clip, by frame; `indices` are its frames in the video."""
    found = [
        *_spans(sightings, indices),
        *_never_found(indices, frames, people, definitions, frames_per_second),
        *_moved(indices, frames, people),
    ]
    return sorted(found, key=lambda finding: (finding.frame_index, finding.failure, finding.person_ids))


def sightings_in(
    t: int, people: PeopleFrame, masks: Sequence[ObjectMask], definitions: Definitions
) -> Iterator[Sighting]:
    """Yield the masks of a frame that hold two people, or the upper half of one and the lower half of another."""
    judged_N = people.judged_N(definitions)
    touches_MN = intersection_area(boxes_of(masks), people.boxes_N4) > LEAST_OWN_SHARE * box_area(people.boxes_N4)
    for item, touched_N in zip(masks, touches_MN & judged_N, strict=True):
        if touched_N.sum() < 2:
            continue
        box = _around([item.rle.box_xyxy, *_boxes(people.boxes_N4[touched_N])])
        own_N2 = halves_covered(item, people, np.flatnonzero(touched_N), box)
        ids = np.array(people.person_ids)[touched_N]
        found = _reading(own_N2, definitions.held_share)
        if found is not None:
            failure, places = found
            yield Sighting(failure, t, item.object_id, tuple(int(person) for person in ids[places]), box)


def halves_covered(item: ObjectMask, people: PeopleFrame, places: np.ndarray, box: BoxXYXY) -> FloatArray:
    """Return covered_N2: the share of each person's upper and lower half that a mask covers.

    Of a person with a box, only what lies in no other person's box counts; nan where that is too little to tell.
    `places` are the people asked about, `box` contains them and the mask.
    """
    mask_hw = _part(rle.decode(item.rle), box)
    covered_N2 = np.full((len(places), 2), np.nan)
    for row, place in enumerate(places.tolist()):
        own_hw, middle = _own(people, place, box, mask_hw.shape), _middle_row(people, place, box)
        for half, rows in enumerate((slice(None, middle), slice(middle, None))):
            size = int(own_hw[rows].sum())
            if size > LEAST_OWN_SHARE * _half_area(people, place):
                covered_N2[row, half] = (mask_hw[rows] & own_hw[rows]).sum() / size
    return covered_N2


def _reading(covered_N2: FloatArray, held_share: float) -> tuple[Failure, list[int]] | None:
    """Return what is wrong with a mask that covers these shares of people's halves, None where nothing is."""
    with np.errstate(invalid="ignore"):
        holds_N2, lacks_N2 = covered_N2 >= held_share, covered_N2 < held_share / 2
    whole = np.flatnonzero(holds_N2.all(axis=1)).tolist()
    if len(whole) > 1:
        return Failure.TWO_PEOPLE, whole
    upper = np.flatnonzero(holds_N2[:, 0] & lacks_N2[:, 1]).tolist()
    lower = np.flatnonzero(holds_N2[:, 1] & lacks_N2[:, 0]).tolist()
    return (Failure.MIXED, [upper[0], lower[0]]) if upper and lower else None


def _own(people: PeopleFrame, place: int, box: BoxXYXY, shape: tuple[int, ...]) -> BoolArray:
    """Return own_hw: a person's mask, or the box without the boxes of other people."""
    if people.rles is not None:
        return _part(rle.decode(people.rles[place]), box)
    own_hw = np.zeros(shape, dtype=bool)
    own_hw[_slices(people.boxes_N4[place], box)] = True
    for other in range(len(people)):
        if other != place:
            own_hw[_slices(people.boxes_N4[other], box)] = False
    return own_hw


def _middle_row(people: PeopleFrame, place: int, box: BoxXYXY) -> int:
    y1, y2 = people.boxes_N4[place, 1::2]
    return max(0, round(float(y1 + y2) / 2) - round(box[1]))


def _half_area(people: PeopleFrame, place: int) -> float:
    area = people.rles[place].area if people.rles is not None else float(box_area(people.boxes_N4[[place]])[0])
    return area / 2


def _slices(box_4: FloatArray, within: BoxXYXY) -> tuple[slice, slice]:
    left, top = round(within[0]), round(within[1])
    x1, y1, x2, y2 = (round(float(edge)) for edge in box_4)
    return (slice(max(0, y1 - top), max(0, y2 - top)), slice(max(0, x1 - left), max(0, x2 - left)))


def _part(mask_HW: BoolArray, box: BoxXYXY) -> BoolArray:
    x1, y1, x2, y2 = (max(0, round(edge)) for edge in box)
    return mask_HW[y1:y2, x1:x2]


def _spans(sightings: Sequence[Sighting], indices: Sequence[int]) -> Iterator[Finding]:
    """Yield one finding for each mask, failure and group of people, however many frames it is seen in."""

    def key(item: Sighting) -> tuple[str, int, tuple[int, ...]]:
        return (item.failure.value, item.mask_id, item.person_ids)

    for (failure, mask_id, person_ids), seen in groupby(sorted(sightings, key=lambda s: (key(s), s.t)), key):
        listed = list(seen)
        yield Finding(
            failure=Failure(failure),
            frame_index=indices[listed[0].t],
            frames=len(listed),
            person_ids=person_ids,
            mask_ids=(mask_id,),
            why=_said(Failure(failure), mask_id, person_ids),
            box_xyxy=listed[0].box_xyxy,
        )


def _said(failure: Failure, mask_id: int, person_ids: tuple[int, ...]) -> str:
    if failure == Failure.TWO_PEOPLE:
        return f"mask {mask_id} holds people {' and '.join(map(str, person_ids))}"
    return f"mask {mask_id} holds the upper half of {person_ids[0]} and the lower half of {person_ids[1]}"


def _never_found(
    indices: Sequence[int],
    frames: Sequence[PeopleFrame],
    people: Mapping[int, History],
    definitions: Definitions,
    frames_per_second: float,
) -> Iterator[Finding]:
    """Yield the people whom no right mask ever finds: entrants, and those judged for long."""
    long = frames_of(definitions.long_seconds, frames_per_second)
    for person, history in people.items():
        judged = np.flatnonzero(history.judged_T)
        never_located = not history.located_T.any()
        is_long = len(judged) >= long and never_located
        if history.right_T.any() or (history.in_first_frame and not is_long):
            continue
        middle = int(judged[len(judged) // 2])
        seconds = len(judged) / frames_per_second
        words = [f"person {person}, judged for {seconds:.1f} s", "no mask" if never_located else "no right mask"]
        if history.aspect < definitions.low_aspect:
            words.append(f"low shape ({history.aspect:.1f} high by wide): may be sitting")
        yield Finding(
            failure=Failure.NEVER_FOUND if history.in_first_frame else Failure.NOT_PICKED_UP,
            frame_index=indices[middle],
            frames=len(judged),
            person_ids=(person,),
            mask_ids=(),
            why=", ".join(words),
            box_xyxy=box_of(frames[middle], person),
        )


def _moved(
    indices: Sequence[int], frames: Sequence[PeopleFrame], people: Mapping[int, History]
) -> Iterator[Finding]:
    """Yield where a mask that was right on one person is first right on another, once for each pair of them."""
    owner: dict[int, int] = {}
    seen: set[tuple[int, int, int]] = set()
    for t, index in enumerate(indices):
        for person, history in people.items():
            mask_id = int(history.mask_id_T[t])
            before = owner.get(mask_id, person)
            if mask_id != NO_MASK and before != person and (mask_id, before, person) not in seen:
                seen.add((mask_id, before, person))
                run = history.mask_id_T[t:] == mask_id
                yield Finding(
                    failure=Failure.MOVED,
                    frame_index=index,
                    frames=int(run.sum()),
                    person_ids=(before, person),
                    mask_ids=(mask_id,),
                    why=f"mask {mask_id} was on {before} and is now on {person}",
                    box_xyxy=box_of(frames[t], person),
                )
        owner |= {int(history.mask_id_T[t]): person for person, history in people.items() if history.mask_id_T[t]}


def _boxes(boxes_N4: FloatArray) -> list[BoxXYXY]:
    return [(float(a), float(b), float(c), float(d)) for a, b, c, d in boxes_N4]


def _around(boxes: Sequence[BoxXYXY]) -> BoxXYXY:
    lows, highs = np.array(boxes)[:, :2].min(axis=0), np.array(boxes)[:, 2:].max(axis=0)
    return (float(lows[0]), float(lows[1]), float(highs[0]), float(highs[1]))
