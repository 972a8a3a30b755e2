"""Gaze joined with what is in the frames: every sample and fixation, visits, dwell times, transitions.

Shapes: S samples of the recording, K of them looked up, N targets.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.metrics.gaze import NOTHING, Visits, sample_durations, total_by_target, transition_counts, visits_of
from masklet.pipelines.gaze.looks import Looks
from masklet.pipelines.gaze.rests import UNKNOWN, RestLooks, Rests
from masklet.pipelines.gaze.use import Use
from masklet.prompts.gaze import Gaze
from masklet.prompts.gaze_clock import Placed


@dataclass(frozen=True, eq=False)
class JoinedGaze:
    """All that is known of what was looked at."""

    gaze: Gaze
    """In pixels of the video."""
    placed: Placed
    use: Use
    radius: float
    """Of the disks, in pixels."""
    looks: Looks
    rests: Rests
    at_rest: RestLooks

    @cached_property
    def used_K(self) -> IntArray:
        """The samples that are looked up."""
        return np.flatnonzero(self.use.is_used_S)

    @cached_property
    def visits(self) -> Visits:
        """Fixations in a row on the same target, nothing being one too; unknown ones are passed over."""
        known = np.flatnonzero(self.at_rest.target_F != UNKNOWN)
        return visits_of(self.at_rest.target_F[known], self.rests.start_F[known], self.rests.end_F[known])

    @cached_property
    def sample_seconds_K(self) -> FloatArray:
        """How long each sample that is looked up stands for."""
        return sample_durations(self.placed.seconds_S)[self.used_K]

    @property
    def names(self) -> list[str]:
        """What targets are called; nothing comes last."""
        return [*(target.name for target in self.looks.targets), self.looks.name_of(NOTHING)]

    def transitions(self) -> IntArray:
        """Return count_NN of visits to one target followed by visits to another; nothing comes last."""
        return transition_counts(self.visits.target_V, len(self.looks.targets))

    def dwell(self) -> list[dict[str, Any]]:
        """Return a row for each target and for nothing: how long and how often it was looked at, longest first."""
        count = len(self.looks.targets)
        target_F = self.at_rest.target_F
        known = target_F != UNKNOWN
        rests, visits = target_F[known], self.visits
        lasted = (self.rests.end_F - self.rests.start_F)[known]
        seconds = total_by_target(self.looks.target_K, self.sample_seconds_K, count)
        samples = total_by_target(self.looks.target_K, np.ones(len(self.used_K)), count)
        fixations = total_by_target(rests, np.ones(len(rests)), count)
        fixated = total_by_target(rests, lasted, count)
        visited = total_by_target(visits.target_V, np.ones(len(visits)), count)
        share = total_by_target(self.looks.target_K, self.looks.share_K, count)
        first = np.full(count + 1, np.nan)
        times_K = self.placed.seconds_S[self.used_K]
        first[self.looks.target_K[::-1]] = times_K[::-1]  # NOTHING is the last place
        rows = [
            {
                "object": name,
                "object_id": self.looks.targets[place].object_id if place < count else None,
                "class": self.looks.targets[place].label if place < count else None,
                "seconds": round(float(seconds[place]), 4),
                "time_share": round(float(seconds[place] / max(seconds.sum(), 1e-9)), 4),
                "samples": int(samples[place]),
                "fixations": int(fixations[place]),
                "fixation_seconds": round(float(fixated[place]), 4),
                "visits": int(visited[place]),
                "first_seconds": None if np.isnan(first[place]) else round(float(first[place]), 4),
                "mean_share": round(float(share[place] / samples[place]), 4) if samples[place] else None,
            }
            for place, name in enumerate(self.names)
            if samples[place] or fixations[place]
        ]
        return sorted(rows, key=lambda row: -row["seconds"])

    def other_of_its_kind(self) -> int:
        """Return how often the look went from one object to another one of the same class."""
        targets = [self.looks.targets[target] if target != NOTHING else None for target in self.visits.target_V]
        return sum(
            before is not None
            and after is not None
            and before.label is not None
            and before.label == after.label
            and before.object_id != after.object_id
            for before, after in pairwise(targets)
        )
