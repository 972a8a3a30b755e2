"""A tracker whose masks get a last touch; what its sessions remember is as without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from masklet.core.arrays import AnyArray
from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.models.protocols import Session, Tracker

Finish: TypeAlias = Callable[[FrameMasks, Sequence[Prompt], Session], FrameMasks]
"""From the masks of a frame, its prompts and the session that gave them, to the masks that are handed out."""


class Finishing:
    """Tracker whose sessions hand out finished masks."""

    def __init__(self, tracker: Tracker, finish: Finish) -> None:
        self._tracker = tracker
        self._finish = finish

    def start(self) -> FinishingSession:
        """Return a session that remembers nothing yet."""
        return FinishingSession(self._tracker.start(), self._finish)

    def restore(self, state: Mapping[str, AnyArray]) -> FinishingSession:
        """Return a session that goes on where the one that gave this state stood."""
        return FinishingSession(self._tracker.restore(state), self._finish)


class FinishingSession:
    """The inner session, whose masks are finished before they are handed out."""

    def __init__(self, session: Session, finish: Finish) -> None:
        self._session = session
        self._finish = finish

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects being followed."""
        return self._session.object_ids

    def step(self, frame: Frame, prompts: Sequence[Prompt] = ()) -> FrameMasks:
        """Take the next frame and return the finished masks."""
        return self._finish(self._session.step(frame, prompts), prompts, self._session)

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        self._session.remove(object_id)

    def copy(self) -> FinishingSession:
        """Return a session that goes on from here by itself."""
        return FinishingSession(self._session.copy(), self._finish)

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays."""
        return self._session.state()
