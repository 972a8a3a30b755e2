"""Trackers that learn objects online: what they learn is kept, and one may learn when a session is asked for."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
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


def watched(tracker: Tracker, folder: Path, learning: LearningProgress | None) -> Tracker:
    """Return the tracker, its online training handed through `learning` and kept in a folder; one that learns
    nothing as it is.

    What is learned of an object replaces what the folder has of it, so that frames which are walked twice
    (backward and forward, or again after a kill) leave it once.
    """
    if not isinstance(tracker, WatchedLearner):
        return tracker
    return tracker.watched(learning, partial(_keep, folder))


@dataclass(frozen=True, eq=False)
class LearnedWhenAsked:
    """Tracker of one object; a run that turns out to be finished, or of other settings, learns nothing."""

    learner: OnlineLearner
    object_id: int
    examples: Sequence[Example]

    def start(self) -> Session:
        """Return a session that knows the object; raise what learning raises."""
        return self._tracker.start()

    def restore(self, state: Mapping[str, AnyArray]) -> Session:
        """Return a session that goes on where the one that gave this state stood; nothing is learned again."""
        return self.learner.restore(state)

    @cached_property
    def _tracker(self) -> Tracker:
        return self.learner.learn(self.object_id, self.examples)


def _keep(folder: Path, object_id: int, learned: Learned) -> None:
    """Write what was learned of an object, and the curves of all objects where matplotlib is installed."""
    learned.write(folder, object_id)
    tables = sorted(folder.glob("*.csv"), key=lambda table: int(table.stem))
    curves = {f"object {table.stem}": curve for table in tables if (curve := losses_of(table))[0]}
    if curves and find_spec("matplotlib") is not None:
        plot_lines(curves, folder / "losses.png", title="Online training", across="step", measure="loss")


def losses_of(table: Path) -> tuple[list[int], list[float]]:
    """Return steps and losses of a table of online training."""
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [int(row["step"]) for row in rows], [float(row["loss"]) for row in rows]
