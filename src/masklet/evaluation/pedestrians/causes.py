"""Why a person is not tracked (P0, Table 3): appearing, interrupted, or neither."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

import numpy as np

from masklet.evaluation.pedestrians.definitions import Definitions, frames_of
from masklet.evaluation.pedestrians.histories import NO_MASK, Gap, History, State, interruption


class Group(StrEnum):
    """The columns of the table."""

    APPEARING = "appearing"
    INTERRUPTED = "interrupted"
    NEITHER = "neither"


class Cause(StrEnum):
    """What happened, in more detail."""

    NEVER_PICKED_UP = "never picked up"
    PICKED_UP_THEN_LOST = "picked up, then lost"
    CROSSING = "confused with another person"
    HIDDEN = "hidden or away"
    RENAMED = "goes on under a new id"
    IN_PLAIN_SIGHT = "lost in plain sight"
    NEVER_FOUND = "never found"
    FOUND_LATE = "found late"
    IN_PIECES = "followed in pieces"

    @property
    def group(self) -> Group:
        """The column it belongs to."""
        return _GROUPS[self]


_GROUPS = {
    Cause.NEVER_PICKED_UP: Group.APPEARING,
    Cause.PICKED_UP_THEN_LOST: Group.APPEARING,
    Cause.CROSSING: Group.INTERRUPTED,
    Cause.HIDDEN: Group.INTERRUPTED,
    Cause.RENAMED: Group.INTERRUPTED,
    Cause.IN_PLAIN_SIGHT: Group.INTERRUPTED,
    Cause.NEVER_FOUND: Group.NEITHER,
    Cause.FOUND_LATE: Group.NEITHER,
    Cause.IN_PIECES: Group.NEITHER,
}


def is_tracked(history: History, definitions: Definitions, frames_per_second: float) -> bool:
    """Say whether a person is followed for long enough and without an interruption."""
    gap_frames = frames_of(definitions.gap_seconds, frames_per_second)
    return (
        history.followed_share(definitions) >= definitions.tracked_share
        and interruption(history, definitions, gap_frames) is None
    )


def causes_of(
    people: Mapping[int, History],
    everyone: Mapping[int, History],
    definitions: Definitions,
    frames_per_second: float,
) -> dict[int, Cause]:
    """Return why each of the people is not tracked who is not; `everyone` is in the clip beside them."""
    found = {
        person: cause_of_loss(history, everyone, definitions, frames_per_second)
        for person, history in people.items()
    }
    return {person: cause for person, cause in found.items() if cause is not None}


def cause_of_loss(
    history: History, everyone: Mapping[int, History], definitions: Definitions, frames_per_second: float
) -> Cause | None:
    """Return why a person is not tracked, None for one who is.

    `everyone` are the histories of all people of the clip. Who is not judged in the clip's first frame is
    appearing. Who is, and is followed and then lost, is interrupted. Who is never followed, or is followed too
    late or in pieces, is neither.
    """
    if is_tracked(history, definitions, frames_per_second):
        return None
    if not history.in_first_frame:
        return Cause.PICKED_UP_THEN_LOST if history.main_id else Cause.NEVER_PICKED_UP
    if not history.main_id:
        return Cause.NEVER_FOUND
    loss = _loss(history, definitions, frames_of(definitions.gap_seconds, frames_per_second))
    if loss:
        return _cause_of_interruption(history, loss, everyone, definitions, frames_per_second)
    return Cause.FOUND_LATE if _frames_before(history, definitions) else Cause.IN_PIECES


def _loss(history: History, definitions: Definitions, gap_frames: int) -> Gap | None:
    """Return the interruption, or else the time when an earlier id gave way to the main one."""
    found = interruption(history, definitions, gap_frames)
    if found or not definitions.one_id:
        return found
    first_followed = int(np.flatnonzero(history.followed_T(definitions))[0])
    earlier = np.flatnonzero(history.right_T[:first_followed])
    if not earlier.size:
        return None
    last = int(earlier[-1])
    after = np.flatnonzero(history.judged_T[last + 1 : first_followed + 1]) + last + 1
    return Gap(last_followed=last, frames=tuple(int(frame) for frame in after))


def _frames_before(history: History, definitions: Definitions) -> bool:
    """Say whether more judged frames are lost before the person is first followed than after."""
    followed_T = history.followed_T(definitions)
    first = int(np.flatnonzero(followed_T)[0])
    before = int(history.judged_T[:first].sum())
    return before > int(history.judged_T.sum() - followed_T.sum()) - before


def _cause_of_interruption(
    history: History,
    loss: Gap,
    everyone: Mapping[int, History],
    definitions: Definitions,
    frames_per_second: float,
) -> Cause:
    others = [other for other in everyone.values() if other.person_id != history.person_id]
    if _is_confused(history, loss, others):
        return Cause.CROSSING
    window = frames_of(definitions.window_seconds, frames_per_second)
    around = slice(max(0, loss.last_followed - window), loss.frames[0] + window + 1)
    between = history.state_T[loss.last_followed : loss.frames[0] + 1]
    if (history.visible_T[around] < definitions.partly_visible).any() or (between < State.LOST).any():
        return Cause.HIDDEN
    ids = history.mask_id_T[list(loss.frames)]
    return Cause.RENAMED if (ids != NO_MASK).mean() >= 0.5 else Cause.IN_PLAIN_SIGHT


def _is_confused(history: History, loss: Gap, others: Collection[History]) -> bool:
    """Say whether the lost id goes on to another person, or an id that was another person's comes to this one."""
    end = loss.frames[-1] + 1
    lost_id = history.mask_id_T[loss.last_followed]
    new_ids = set(history.mask_id_T[list(loss.frames)].tolist()) - {NO_MASK, int(lost_id)}
    return any(
        (other.mask_id_T[loss.last_followed : end] == lost_id).any()
        or np.isin(other.mask_id_T[: loss.frames[0]], list(new_ids)).any()
        for other in others
    )
