"""Trajectories seen in the picture of one video: who is where, in pixels, in which frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.prompts.ground import GroundMap
from masklet.prompts.trajectories import Trajectories


@dataclass(frozen=True, eq=False)
class Positions:
    """Everybody's position in any frame; between annotations the ground is walked in a straight line."""

    trajectories: Trajectories
    ground: GroundMap

    def of(self, person_id: int, frame_index: int) -> FloatArray | None:
        """Return xy_2 of one person, None where nothing is known or no pixel shows it.

        Raise PromptError for an id that is not there.
        """
        return self._at(person_id, frame_index)

    def everybody(self, frame_index: int) -> dict[int, FloatArray]:
        """Return xy_2 by person of all whose span has this frame, in the picture or not."""
        found = {
            one.person_id: self._at(one.person_id, frame_index)
            for one in self.trajectories
            if frame_index in one.span
        }
        return {person_id: xy_2 for person_id, xy_2 in found.items() if xy_2 is not None}

    def _at(self, person_id: int, frame_index: int) -> FloatArray | None:
        world_12 = self.trajectories.of(person_id).at(np.array([frame_index]))
        xy_2: FloatArray = self.ground.to_image(world_12)[0]
        return xy_2 if np.isfinite(xy_2).all() else None
