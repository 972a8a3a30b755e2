"""A tracker of one person, held to the trajectories: what it finds elsewhere or on others is not the person.

Other people may be followed beside the person, so that the tracker tells them apart; they are not handed on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from masklet.core.arrays import AnyArray, BoolArray
from masklet.core.values import Frame, FrameMasks, MaskPrompt, Prompt
from masklet.models.protocols import Session, Tracker
from masklet.pipelines.appearance import colours_of, likeness
from masklet.pipelines.person_check import CheckConfig, Expected, of_person
from masklet.pipelines.person_size import PersonSize
from masklet.prompts import Positions


@dataclass(frozen=True, kw_only=True, eq=False)
class Whereabouts:
    """Where one person and everybody else should be in any frame of a run."""

    positions: Positions
    size: PersonSize
    person_id: int
    first_frame: int = 0
    """Which frame of the video is frame 0 of the run."""

    def at(self, frame_index: int) -> Expected | None:
        """Return what is expected in a frame of the run, None where the person's position is not known."""
        people = self.positions.everybody(frame_index + self.first_frame)
        xy_2 = people.pop(self.person_id, None)
        if xy_2 is None:
            return None
        return Expected(
            xy_2=xy_2,
            box=self.size.box_at(xy_2),
            others=[self.size.box_at(other_2) for other_2 in people.values()],
        )

    def is_there(self, person_id: int, frame_index: int) -> bool:
        """Say whether somebody's trajectory has this frame of the run."""
        return person_id in self.positions.everybody(frame_index + self.first_frame)


@dataclass(frozen=True, kw_only=True, eq=False)
class NearPerson:
    """Tracker whose sessions hand on the person alone; see `NearPersonSession`."""

    tracker: Tracker
    person_id: int
    whereabouts: Whereabouts | None = None
    check: CheckConfig | None = None
    """None, or no whereabouts: masks are handed on as they are."""
    colours: tuple[float, ...] = ()
    """What the person looks like (`appearance.colours_of`); (): not known."""
    neighbours: Mapping[int, Sequence[MaskPrompt]] = field(default_factory=dict)
    """By frame of the run, masks of other people to follow beside the person."""

    def start(self) -> NearPersonSession:
        """Return a session that remembers nothing yet."""
        return NearPersonSession(self, self.tracker.start())

    def restore(self, state: Mapping[str, AnyArray]) -> NearPersonSession:
        """Return a session that goes on where the one that gave this state stood."""
        return NearPersonSession(self, self.tracker.restore(state))


class NearPersonSession:
    """The inner session, with other people's prompts added and masks checked."""

    def __init__(self, parts: NearPerson, session: Session) -> None:
        self._parts = parts
        self._session = session

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The person, once followed."""
        return tuple(object_id for object_id in self._session.object_ids if object_id == self._parts.person_id)

    def step(self, frame: Frame, prompts: Sequence[Prompt] = ()) -> FrameMasks:
        """Take the next frame and return the person's mask, empty where it cannot be the person's."""
        self._forget_those_gone(frame.index)
        is_followed = self._parts.person_id in {*self._session.object_ids, *(one.object_id for one in prompts)}
        beside = self._parts.neighbours.get(frame.index, ()) if is_followed else ()
        return self._of_person(frame, self._session.step(frame, [*prompts, *beside]))

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        self._session.remove(object_id)

    def copy(self) -> NearPersonSession:
        """Return a session that goes on from here by itself."""
        return NearPersonSession(self._parts, self._session.copy())

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays."""
        return self._session.state()

    def _forget_those_gone(self, frame_index: int) -> None:
        where = self._parts.whereabouts
        for object_id in self._session.object_ids:
            if object_id != self._parts.person_id and not (where and where.is_there(object_id, frame_index)):
                self._session.remove(object_id)

    def _of_person(self, frame: Frame, masks: FrameMasks) -> FrameMasks:
        own = [place for place, object_id in enumerate(masks.object_ids) if object_id == self._parts.person_id]
        kept_NHW = masks.masks_NHW[own]
        if own:
            kept_NHW = np.stack([self._checked(frame, kept_NHW[0])])
        is_seen_N = kept_NHW.any(axis=(1, 2))
        return FrameMasks(
            frame_index=masks.frame_index,
            object_ids=tuple(masks.object_ids[place] for place in own),
            masks_NHW=kept_NHW,
            scores_N=np.where(is_seen_N, masks.scores_N[own], 0.0),
            labels_N=("person",) * len(own),
        )

    def _checked(self, frame: Frame, mask_HW: BoolArray) -> BoolArray:
        parts = self._parts
        expected = parts.whereabouts.at(frame.index) if parts.whereabouts and parts.check else None
        if expected is None or parts.check is None:
            return mask_HW
        own_HW = of_person(mask_HW, expected, parts.check)
        if parts.colours and own_HW.any():
            alike = likeness(parts.colours, colours_of(frame.image_HW3, own_HW))
            return own_HW if alike >= parts.check.alike else np.zeros_like(own_HW)
        return own_HW
