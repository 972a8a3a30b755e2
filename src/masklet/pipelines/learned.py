"""Trackers that learn objects online: watched, and made to learn when a session is asked for, and only then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from masklet.core.arrays import AnyArray
from masklet.models.protocols import (
    Example,
    Learned,
    LearningProgress,
    OnlineLearner,
    Session,
    Tracker,
    WatchedLearner,
)
from masklet.render.plots import plot_lines


def watched(tracker: Tracker, learning: LearningProgress | None) -> Tracker:
    """Return the tracker, its online training handed through `learning`; one that learns nothing as it is."""
    return tracker.watched(learning) if learning and isinstance(tracker, WatchedLearner) else tracker


@dataclass(frozen=True, eq=False)
class LearnedWhenAsked:
    """Tracker of one object; a run that turns out to be finished, or of other settings, learns nothing."""

    learner: OnlineLearner
    object_id: int
    examples: Sequence[Example]
    folder: Path
    """Where weights, losses and their curve are kept, once there is something to keep."""

    def start(self) -> Session:
        """Return a session that knows the object; raise what learning raises."""
        return self._tracker.start()

    def restore(self, state: Mapping[str, AnyArray]) -> Session:
        """Return a session that goes on where the one that gave this state stood; nothing is learned again."""
        return self.learner.restore(state)

    @cached_property
    def _tracker(self) -> Tracker:
        tracker = self.learner.learn(self.object_id, self.examples)
        if isinstance(tracker, Learned):
            _keep(tracker, self.folder)
        return tracker


def _keep(learned: Learned, folder: Path) -> None:
    """Write what was learned, with a curve of the losses where matplotlib is installed."""
    curves = {
        f"object {object_id}": curve for object_id, curve in learned.write_learned(folder).items() if curve[0]
    }
    if curves and find_spec("matplotlib") is not None:
        plot_lines(curves, folder / "losses.png", title="Online training", across="step", measure="loss")
