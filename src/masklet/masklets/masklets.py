"""All objects of one video, looked up by frame or by object; truth and predictions are the same type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from masklet.core import rle
from masklet.core.errors import ShapeError
from masklet.core.rle import Rle
from masklet.core.values import FrameMasks


@dataclass(frozen=True, slots=True)
class ObjectMask:
    """One object in one frame."""

    object_id: int
    rle: Rle
    score: float = 1.0
    label: str | None = None
    known_box_xyxy: tuple[float, float, float, float] | None = None
    """The tight box of the mask, where a file says it beside the code."""

    @property
    def box_xyxy(self) -> tuple[float, float, float, float]:
        """The tight box of the mask, as `Rle.box_xyxy`."""
        return self.rle.box_xyxy if self.known_box_xyxy is None else self.known_box_xyxy


@dataclass(frozen=True)
class Masklet:
    """One object's masks over the frames where it is seen."""

    object_id: int
    rles: Mapping[int, Rle]
    """From frame index to mask; a frame where the object is absent has no entry."""
    scores: Mapping[int, float]
    label: str | None = None

    @property
    def frame_indices(self) -> tuple[int, ...]:
        """The frames where the object is seen, in order."""
        return tuple(sorted(self.rles))


class Masklets:
    """The masklets of one video.

    `frames` maps a frame's index to its objects. It may be a dict or something that reads from disk when
    asked, so an hour of video takes no more memory than its frame in use. A frame that is a key but has no
    objects was looked at and is empty; a frame that is no key was never looked at (a truth that is
    annotated every fifth frame, say).
    """

    def __init__(
        self,
        size_HW: tuple[int, int],
        frames: Mapping[int, Sequence[ObjectMask]],
        frame_names: Mapping[int, str] | None = None,
    ) -> None:
        self.size_HW = size_HW
        self._frames = frames
        self._frame_names = frame_names or {}

    @classmethod
    def from_frame_masks(cls, size_HW: tuple[int, int], frames: Iterator[FrameMasks]) -> Masklets:
        """Collect frames in memory, as run-length codes."""
        collected: dict[int, Sequence[ObjectMask]] = {}
        for masks in frames:
            if masks.size_HW != size_HW:
                raise ShapeError(f"Expected masks of {size_HW} in every frame, got {masks.size_HW}.")
            collected[masks.frame_index] = object_masks(masks)
        return cls(size_HW, collected)

    @cached_property
    def frame_indices(self) -> tuple[int, ...]:
        """All frames that were looked at, in order."""
        return tuple(sorted(self._frames))

    @cached_property
    def labels(self) -> dict[int, str | None]:
        """Object ids in ascending order, each with its class name where one is known."""
        found: dict[int, str | None] = {}
        for index in self.frame_indices:
            for item in self._frames[index]:
                if found.get(item.object_id) is None:
                    found[item.object_id] = item.label
        return dict(sorted(found.items()))

    @property
    def object_ids(self) -> tuple[int, ...]:
        """All object ids of the video, ascending."""
        return tuple(self.labels)

    def __len__(self) -> int:
        return len(self._frames)

    def __contains__(self, frame_index: object) -> bool:
        return frame_index in self._frames

    def __iter__(self) -> Iterator[FrameMasks]:
        return (self.frame(index) for index in self.frame_indices)

    def objects(self, frame_index: int) -> Sequence[ObjectMask]:
        """Return the objects of a frame as run-length codes, () for a frame without any."""
        return self._frames.get(frame_index, ())

    def frame(self, frame_index: int) -> FrameMasks:
        """Return the masks of one frame, decoded; without objects where there are none."""
        items = self.objects(frame_index)
        labels = tuple(item.label for item in items)
        return FrameMasks(
            frame_index=frame_index,
            object_ids=tuple(item.object_id for item in items),
            masks_NHW=rle.decode_many([item.rle for item in items], self.size_HW),
            scores_N=np.array([item.score for item in items], dtype=np.float64),
            labels_N=labels if any(labels) else (),
        )

    def masklet(self, object_id: int) -> Masklet:
        """Return one object over time; raise KeyError for an unknown id."""
        label = self.labels[object_id]
        seen = {
            index: item
            for index in self.frame_indices
            for item in self._frames[index]
            if item.object_id == object_id and item.rle.area
        }
        return Masklet(
            object_id=object_id,
            rles={index: item.rle for index, item in seen.items()},
            scores={index: item.score for index, item in seen.items()},
            label=label,
        )

    def masklets(self) -> Iterator[Masklet]:
        """Yield every object over time, by ascending id."""
        return (self.masklet(object_id) for object_id in self.object_ids)

    def frame_name(self, frame_index: int) -> str:
        """Return the name a frame has in files, without suffix: that of its source, else its index."""
        return self._frame_names.get(frame_index, f"{frame_index:05d}")


def object_masks(masks: FrameMasks) -> tuple[ObjectMask, ...]:
    """Return the objects of a frame as run-length codes; an object with an empty mask is left out."""
    return tuple(
        ObjectMask(
            object_id=object_id,
            rle=rle.encode(mask_HW),
            score=float(score),
            label=masks.label_of(position),
        )
        for position, (object_id, mask_HW, score) in enumerate(
            zip(masks.object_ids, masks.masks_NHW, masks.scores_N, strict=True)
        )
        if mask_HW.any()
    )
