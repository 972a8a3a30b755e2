"""A tracker that learns one object, made to learn when its first session is asked for, and only then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from masklet.core.arrays import AnyArray
from masklet.models.protocols import Example, OnlineLearner, Session, Tracker


@dataclass(frozen=True, eq=False)
class LearnedWhenAsked:
    """Tracker of one object; a run that turns out to be finished, or of other settings, learns nothing."""

    learner: OnlineLearner
    object_id: int
    examples: Sequence[Example]

    def start(self) -> Session:
        """Return a session that remembers nothing yet; raise what learning raises."""
        return self._tracker.start()

    def restore(self, state: Mapping[str, AnyArray]) -> Session:
        """Return a session that goes on where the one that gave this state stood; raise what learning raises."""
        return self._tracker.restore(state)

    @cached_property
    def _tracker(self) -> Tracker:
        return self.learner.learn(self.object_id, self.examples)
