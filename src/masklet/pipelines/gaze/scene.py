"""What is known of the frames of a video: masks of objects, label maps, or both.

Shapes: K samples.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from masklet.core.arrays import IntArray
from masklet.core.label_space import LabelSpace
from masklet.formats.label_maps import LabelMaps
from masklet.masklets import Masklets

NO_MAP = -1


@dataclass(frozen=True, eq=False)
class Scene:
    """Masks and label maps of one video."""

    masklets: Masklets | None
    maps: LabelMaps | None
    reach: int = 0
    """Frames up to which a label map stands for its neighbours that have none."""

    @property
    def space(self) -> LabelSpace | None:
        """What the values of label maps mean."""
        return None if self.maps is None else self.maps.space

    @cached_property
    def _mapped(self) -> IntArray:
        return np.array(self.maps.frame_indices if self.maps else (), dtype=np.int64)

    def map_frames(self, frames_K: IntArray) -> IntArray:
        """Return the frame whose label map stands for each frame, the nearest within reach; NO_MAP for none."""
        if not len(self._mapped):
            return np.full(len(frames_K), NO_MAP)
        after_K = np.searchsorted(self._mapped, frames_K).clip(max=len(self._mapped) - 1)
        before_K = np.maximum(after_K - 1, 0)
        candidates_2K = self._mapped[np.stack([after_K, before_K])]
        distance_2K = np.abs(candidates_2K - frames_K)
        nearest_K = np.where(distance_2K[1] < distance_2K[0], candidates_2K[1], candidates_2K[0])
        return np.where(distance_2K.min(axis=0) <= self.reach, nearest_K, NO_MAP)

    def known_frames(self, frames: Iterable[int]) -> set[int]:
        """Return those of the frames of which anything is known."""
        asked = np.array(sorted(set(frames)), dtype=np.int64)
        mapped = asked[self.map_frames(asked) != NO_MAP].tolist()
        masked = [index for index in asked.tolist() if self.masklets is not None and index in self.masklets]
        return {*mapped, *masked}
