"""Objects over time as boxes alone: what MOT files hold and box metrics compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import ShapeError
from masklet.masklets.masklets import Masklets, ObjectMask


@dataclass(frozen=True, eq=False)
class FrameBoxes:
    """The boxes of one frame: boxes_N4 as x1 y1 x2 y2 in pixels of the source, one for each object."""

    object_ids: tuple[int, ...]
    boxes_N4: FloatArray
    scores_N: FloatArray
    labels_N: tuple[str | None, ...]

    def __post_init__(self) -> None:
        count = len(self.object_ids)
        if self.boxes_N4.shape != (count, 4) or self.scores_N.shape != (count,) or len(self.labels_N) != count:
            raise ShapeError(
                f"Expected {count} boxes, scores and labels, one for each object, "
                f"got {self.boxes_N4.shape}, {self.scores_N.shape} and {len(self.labels_N)}."
            )
        if len(set(self.object_ids)) != count:
            raise ShapeError(f"Expected each object id once, got {self.object_ids}.")

    def __len__(self) -> int:
        return len(self.object_ids)


@dataclass(frozen=True, eq=False)
class BoxTracks:
    """The boxes of one video, by frame index from 0; a frame without objects may have an entry or none."""

    frames: Mapping[int, FrameBoxes]

    @classmethod
    def from_masklets(cls, masklets: Masklets) -> BoxTracks:
        """Return the tight boxes of masks; a frame that was looked at has an entry, an empty mask no box."""
        return cls({index: _boxes_of(masklets.objects(index)) for index in masklets.frame_indices})

    @property
    def object_ids(self) -> tuple[int, ...]:
        """All object ids of the video, ascending."""
        return tuple(sorted({object_id for boxes in self.frames.values() for object_id in boxes.object_ids}))


def _boxes_of(items: Sequence[ObjectMask]) -> FrameBoxes:
    seen = [item for item in items if item.rle.area]
    return FrameBoxes(
        object_ids=tuple(item.object_id for item in seen),
        boxes_N4=np.array([item.rle.box_xyxy for item in seen], dtype=np.float64).reshape(-1, 4),
        scores_N=np.array([item.score for item in seen], dtype=np.float64),
        labels_N=tuple(item.label for item in seen),
    )
