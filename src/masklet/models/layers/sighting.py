"""Where an object was seen last, and where to look for it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import AnyArray, BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY, box_of_mask, clip_boxes


@dataclass(frozen=True)
class Sighting:
    """Where an object was seen last, and how many frames ago."""

    box_xyxy: BoxXYXY
    age: int = 0

    def search_box(self, size_HW: tuple[int, int], growth: float) -> FloatArray:
        """Return the box to look for it in: grown with every frame it was not seen, within the frame."""
        x1, y1, x2, y2 = self.box_xyxy
        grown = min(growth**self.age, float(max(size_HW)) + 1) / 2 - 0.5
        by_x, by_y = (x2 - x1) * grown, (y2 - y1) * grown
        grown_14 = np.array([[x1 - by_x, y1 - by_y, x2 + by_x, y2 + by_y]])
        return clip_boxes(grown_14, size_HW).reshape(4)

    def after(self, mask_HW: BoolArray) -> Sighting:
        """Return the sighting one frame later, when this mask was found."""
        box_xyxy = box_of_mask(mask_HW)
        return Sighting(self.box_xyxy, self.age + 1) if box_xyxy is None else Sighting(box_xyxy)


NOWHERE = Sighting((0.0, 0.0, 0.0, 0.0))
"""What is known of an object before its first prompt."""


def sightings_state(sightings: Mapping[int, Sighting]) -> dict[str, AnyArray]:
    """Return the sightings of objects, by id, as named arrays."""
    seen = sightings.values()
    return {
        "object_ids_N": np.array(list(sightings), dtype=np.int64),
        "boxes_N4": np.array([each.box_xyxy for each in seen], dtype=np.float64).reshape(-1, 4),
        "ages_N": np.array([each.age for each in seen], dtype=np.int64),
    }


def sightings_from(state: Mapping[str, AnyArray]) -> dict[int, Sighting]:
    """Return the sightings that gave this state, in their order."""
    columns = (state[name].tolist() for name in ("object_ids_N", "boxes_N4", "ages_N"))
    return {object_id: Sighting(tuple(box_4), age) for object_id, box_4, age in zip(*columns, strict=True)}
