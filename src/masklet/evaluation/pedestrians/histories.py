"""What happened to each person in a clip, frame by frame.

Shapes: T frames of the clip.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import groupby, pairwise

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray
from masklet.evaluation.pedestrians.definitions import Definitions
from masklet.evaluation.pedestrians.matching import Pairs
from masklet.evaluation.pedestrians.people import PeopleFrame

NO_MASK = 0


class State(IntEnum):
    """One person in one frame."""

    ABSENT = 0
    """Not in the truth."""
    HIDDEN = 1
    """Too little visible to be judged."""
    SMALL = 2
    """Too small to be judged."""
    LOST = 3
    """Judged, and no mask lies there."""
    WRONG = 4
    """Judged, and a mask lies there that is not right."""
    RIGHT = 5
    """Judged, and a mask is right."""


@dataclass(frozen=True, eq=False)
class History:
    """One person in one clip. `mask_id_T` is the id of the right mask, 0 where there is none."""

    person_id: int
    state_T: IntArray
    mask_id_T: IntArray
    visible_T: FloatArray
    """Share of the person that is visible, 0 where absent."""
    aspect: float
    """Height by width of the box, median over the judged frames; nan without any."""

    @property
    def judged_T(self) -> BoolArray:
        """Where the person must be found."""
        judged_T: BoolArray = self.state_T >= State.LOST
        return judged_T

    @property
    def right_T(self) -> BoolArray:
        """Where a mask is right, under whatever id."""
        right_T: BoolArray = self.state_T == State.RIGHT
        return right_T

    @property
    def located_T(self) -> BoolArray:
        """Where a mask lies on the person, right or not."""
        located_T: BoolArray = self.state_T >= State.WRONG
        return located_T

    @property
    def in_first_frame(self) -> bool:
        """Whether the person could be found in the clip's first frame."""
        return bool(self.judged_T[0])

    @cached_property
    def main_id(self) -> int:
        """The id that is right in most frames, of equals the earliest; 0 where none ever is."""
        counts = Counter(self.mask_id_T[self.right_T].tolist())
        return max(counts, key=lambda mask_id: counts[mask_id]) if counts else NO_MASK

    def followed_T(self, definitions: Definitions) -> BoolArray:
        """Return where the person is followed: a right mask of the main id, or of any if so defined."""
        return self.right_T & (self.mask_id_T == self.main_id) if definitions.one_id else self.right_T

    def followed_share(self, definitions: Definitions) -> float:
        """Return the share of the judged frames where the person is followed; 0 where never judged."""
        return float(self.followed_T(definitions).sum() / max(1, self.judged_T.sum()))


@dataclass(frozen=True)
class Gap:
    """A loss: the last frame before it where the person was followed, and the judged frames of the loss itself."""

    last_followed: int
    frames: tuple[int, ...]


def gaps(history: History, definitions: Definitions) -> list[Gap]:
    """Return the losses after a person was first followed, in order.

    A loss is a run of judged frames in which the person is not followed. Frames where the person is not judged
    (absent, hidden, small) neither lengthen nor end it.
    """
    followed_T = history.followed_T(definitions)
    runs = [
        (bool(value), list(run))
        for value, run in groupby(np.flatnonzero(history.judged_T), followed_T.__getitem__)
    ]
    return [
        Gap(last_followed=int(before[-1]), frames=tuple(int(frame) for frame in lost))
        for (held, before), (_, lost) in pairwise(runs)
        if held
    ]


def interruption(history: History, definitions: Definitions, gap_frames: int) -> Gap | None:
    """Return the first loss of at least `gap_frames` judged frames, None where there is none."""
    return next((gap for gap in gaps(history, definitions) if len(gap.frames) >= gap_frames), None)


def histories(
    frames: Sequence[PeopleFrame], pairs: Iterable[Pairs], definitions: Definitions
) -> dict[int, History]:
    """Return the history of every person (not of distractors) who is in the truth in one of the frames."""
    states: dict[int, IntArray] = {}
    mask_ids: dict[int, IntArray] = {}
    visible: dict[int, FloatArray] = {}
    aspects: dict[int, list[float]] = {}
    for t, (people, found) in enumerate(zip(frames, pairs, strict=True)):
        judged_N, hidden_N = people.judged_N(definitions), people.hidden_N(definitions)
        for place in np.flatnonzero(people.people_N).tolist():
            person = people.person_ids[place]
            if person not in states:
                states[person] = np.full(len(frames), State.ABSENT, dtype=np.int8)
                mask_ids[person] = np.zeros(len(frames), dtype=np.int64)
                visible[person], aspects[person] = np.zeros(len(frames)), []
            visible[person][t] = people.visible_N[place]
            if not judged_N[place]:
                states[person][t] = State.HIDDEN if hidden_N[place] else State.SMALL
                continue
            states[person][t] = _state(person, found)
            mask_ids[person][t] = found.right.get(person, NO_MASK)
            x1, y1, x2, y2 = people.boxes_N4[place].tolist()
            aspects[person].append((y2 - y1) / max(x2 - x1, 1e-9))
    return {
        person: History(
            person_id=person,
            state_T=states[person],
            mask_id_T=mask_ids[person],
            visible_T=visible[person],
            aspect=float(np.median(aspects[person])) if aspects[person] else float("nan"),
        )
        for person in sorted(states)
    }


def _state(person: int, found: Pairs) -> State:
    if person in found.right:
        return State.RIGHT
    return State.WRONG if person in found.wrong else State.LOST
