"""A tracker that has seen a labelled picture before its video begins, of another video perhaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from masklet.core.arrays import AnyArray
from masklet.core.values import Frame, Prompt
from masklet.models.protocols import Session, Tracker


class Primed:
    """Tracker whose sessions already follow the objects of a picture."""

    def __init__(self, tracker: Tracker, frame: Frame, prompts: Sequence[Prompt]) -> None:
        """`frame` is of the size of the video to come, `prompts` are on it."""
        self._tracker = tracker
        self._frame = frame
        self._prompts = tuple(prompts)

    def start(self) -> Session:
        """Return a session that remembers the picture and nothing else."""
        session = self._tracker.start()
        session.step(self._frame, self._prompts)
        return session

    def restore(self, state: Mapping[str, AnyArray]) -> Session:
        """Return a session that goes on where the one that gave this state stood."""
        return self._tracker.restore(state)
