"""Tables 1 to 3 of P0 as counts that add up over clips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np

from masklet.evaluation.json_values import for_json
from masklet.evaluation.pedestrians.causes import Cause, Group
from masklet.evaluation.pedestrians.definitions import Definitions, frames_of
from masklet.evaluation.pedestrians.histories import History


@dataclass(frozen=True)
class Identification:
    """Table 1: is the mask right, given that one lies on the person? Once in frames, once in people."""

    judged_frames: int = 0
    located_frames: int = 0
    right_frames: int = 0
    located_people: int = 0
    right_people: int = 0
    """People whose mask is right in the first frame where one lies on them."""

    def __add__(self, other: Identification) -> Identification:
        return Identification(
            self.judged_frames + other.judged_frames,
            self.located_frames + other.located_frames,
            self.right_frames + other.right_frames,
            self.located_people + other.located_people,
            self.right_people + other.right_people,
        )

    @property
    def of_located_frames(self) -> float:
        """Right masks of the person-frames where one lies on the person; nan without any."""
        return _share(self.right_frames, self.located_frames)

    @property
    def of_located_people(self) -> float:
        """People whose first mask is right, of those who are ever located; nan without any."""
        return _share(self.right_people, self.located_people)

    @property
    def of_all_frames(self) -> float:
        """Right masks of all judged person-frames; nan without any."""
        return _share(self.right_frames, self.judged_frames)


@dataclass(frozen=True)
class Tracking:
    """Table 2: the people of a clip, how many of them are tracked, and how soon those who enter are."""

    people: int = 0
    tracked: int = 0
    entrants: int = 0
    """People who are not judged in the clip's first frame."""
    entrants_tracked: int = 0
    seconds_to_pick_up: tuple[float, ...] = ()
    """Of the entrants ever found: judged time before the first right mask."""

    def __add__(self, other: Tracking) -> Tracking:
        return Tracking(
            self.people + other.people,
            self.tracked + other.tracked,
            self.entrants + other.entrants,
            self.entrants_tracked + other.entrants_tracked,
            self.seconds_to_pick_up + other.seconds_to_pick_up,
        )

    @property
    def share(self) -> float:
        """Tracked people of all; nan without any."""
        return _share(self.tracked, self.people)

    @property
    def median_seconds_to_pick_up(self) -> float:
        """Median over the entrants ever found; nan without any."""
        return median(self.seconds_to_pick_up) if self.seconds_to_pick_up else float("nan")


@dataclass(frozen=True)
class Losses:
    """Table 3: the people who are not tracked, by cause."""

    causes: Mapping[Cause, int] = field(default_factory=dict)

    def __add__(self, other: Losses) -> Losses:
        return Losses(dict(Counter(self.causes) + Counter(other.causes)))

    @property
    def total(self) -> int:
        """All who are not tracked."""
        return sum(self.causes.values())

    def count(self, group: Group) -> int:
        """Return how many belong to a column of the table."""
        return sum(number for cause, number in self.causes.items() if cause.group == group)

    def share(self, group: Group) -> float:
        """Return the share of a column of all losses; nan without any."""
        return _share(self.count(group), self.total)


@dataclass(frozen=True)
class Tables:
    """The three tables of one pipeline, of one clip or of several."""

    identification: Identification = field(default_factory=Identification)
    tracking: Tracking = field(default_factory=Tracking)
    losses: Losses = field(default_factory=Losses)

    def __add__(self, other: Tables) -> Tables:
        return Tables(
            self.identification + other.identification, self.tracking + other.tracking, self.losses + other.losses
        )

    def to_json(self) -> dict[str, Any]:
        """Return counts and shares as JSON values; null for a share of nothing."""
        known, found, lost = self.identification, self.tracking, self.losses
        return {
            "identification": {
                "of_located_frames": for_json(known.of_located_frames),
                "of_located_people": for_json(known.of_located_people),
                "of_all_frames": for_json(known.of_all_frames),
                "judged_frames": known.judged_frames,
                "located_frames": known.located_frames,
                "right_frames": known.right_frames,
                "located_people": known.located_people,
                "right_people": known.right_people,
            },
            "tracking": {
                "people": found.people,
                "tracked": found.tracked,
                "share": for_json(found.share),
                "entrants": found.entrants,
                "entrants_tracked": found.entrants_tracked,
                "median_seconds_to_pick_up": for_json(found.median_seconds_to_pick_up),
            },
            "losses": {
                "total": lost.total,
                **{group.value: lost.count(group) for group in Group},
                "shares": {group.value: for_json(lost.share(group)) for group in Group},
                "causes": {cause.value: lost.causes.get(cause, 0) for cause in Cause},
            },
        }


def people_of(
    everyone: Mapping[int, History], definitions: Definitions, frames_per_second: float
) -> dict[int, History]:
    """Return those who are judged for long enough to be people of the clip."""
    least = frames_of(definitions.least_seconds, frames_per_second)
    return {person: history for person, history in everyone.items() if history.judged_T.sum() >= least}


def tables(people: Mapping[int, History], causes: Mapping[int, Cause], frames_per_second: float) -> Tables:
    """Return the three tables of one clip from its people and the causes of those who are not tracked."""
    entrants = {person: history for person, history in people.items() if not history.in_first_frame}
    return Tables(
        identification=_identification(people),
        tracking=Tracking(
            people=len(people),
            tracked=len(people) - len(causes),
            entrants=len(entrants),
            entrants_tracked=sum(person not in causes for person in entrants),
            seconds_to_pick_up=tuple(
                _judged_before_right(history) / frames_per_second
                for history in entrants.values()
                if history.right_T.any()
            ),
        ),
        losses=Losses(dict(Counter(causes.values()))),
    )


def _identification(people: Mapping[int, History]) -> Identification:
    located = [history for history in people.values() if history.located_T.any()]
    return Identification(
        judged_frames=sum(int(history.judged_T.sum()) for history in people.values()),
        located_frames=sum(int(history.located_T.sum()) for history in located),
        right_frames=sum(int(history.right_T.sum()) for history in located),
        located_people=len(located),
        right_people=sum(bool(history.right_T[np.flatnonzero(history.located_T)[0]]) for history in located),
    )


def _judged_before_right(history: History) -> int:
    return int(history.judged_T[: np.flatnonzero(history.right_T)[0]].sum())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
