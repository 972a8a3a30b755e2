"""What travels through the package: frames, prompts, detections, and the masks of one frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray, UInt8Array
from masklet.core.errors import PromptError, ShapeError


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a video: its index from 0, its time, its pixels (uint8 RGB)."""

    index: int
    seconds: float
    image_HW3: UInt8Array

    @property
    def size_HW(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return (self.image_HW3.shape[0], self.image_HW3.shape[1])


@dataclass(frozen=True, eq=False)
class Points:
    """Clicks on one object: xy_P2 in pixels of the source, labels_P 1 on the object, 0 beside it."""

    frame_index: int
    object_id: int
    xy_P2: FloatArray
    labels_P: IntArray

    def __post_init__(self) -> None:
        _require_object_id(self.object_id)
        if self.xy_P2.ndim != 2 or self.xy_P2.shape[1] != 2 or self.labels_P.shape != (len(self.xy_P2),):
            raise PromptError(
                f"Expected points of shape (P, 2) with one label each, "
                f"got {self.xy_P2.shape} and {self.labels_P.shape}."
            )
        if not np.isin(self.labels_P, (0, 1)).all():
            raise PromptError(f"Expected point labels 1 (object) or 0 (background), got {self.labels_P.tolist()}.")


@dataclass(frozen=True)
class Box:
    """A box around one object, x1 y1 x2 y2 in pixels of the source."""

    frame_index: int
    object_id: int
    xyxy: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        _require_object_id(self.object_id)
        x1, y1, x2, y2 = self.xyxy
        if not (x2 > x1 and y2 > y1):
            raise PromptError(f"Expected a box x1,y1,x2,y2 with x2 > x1 and y2 > y1, got {self.xyxy}.")


@dataclass(frozen=True, eq=False)
class MaskPrompt:
    """The mask of one object on one frame, of the source's size."""

    frame_index: int
    object_id: int
    mask_HW: BoolArray

    def __post_init__(self) -> None:
        _require_object_id(self.object_id)
        if self.mask_HW.ndim != 2 or self.mask_HW.dtype != np.bool_:
            raise PromptError(
                f"Expected a boolean mask of shape (H, W), got {self.mask_HW.dtype} {self.mask_HW.shape}."
            )


Prompt: TypeAlias = Points | Box | MaskPrompt


@dataclass(frozen=True, eq=False)
class Detections:
    """What a detector found in one frame, best first; boxes are x1 y1 x2 y2, labels are class names."""

    boxes_N4: FloatArray
    scores_N: FloatArray
    labels_N: tuple[str, ...]
    masks_NHW: BoolArray | None = None

    def __post_init__(self) -> None:
        count = len(self.labels_N)
        if self.boxes_N4.shape != (count, 4) or self.scores_N.shape != (count,):
            raise ShapeError(
                f"Expected {count} boxes and scores, one for each label, "
                f"got {self.boxes_N4.shape} and {self.scores_N.shape}."
            )
        if self.masks_NHW is not None and len(self.masks_NHW) != count:
            raise ShapeError(f"Expected {count} masks, one for each label, got {len(self.masks_NHW)}.")

    def __len__(self) -> int:
        return len(self.labels_N)

    def select(self, indices: IntArray | BoolArray) -> Detections:
        """Return the detections at these positions, in this order (or where a boolean array is true)."""
        positions = np.arange(len(self))[indices]
        return Detections(
            boxes_N4=self.boxes_N4[positions],
            scores_N=self.scores_N[positions],
            labels_N=tuple(self.labels_N[position] for position in positions),
            masks_NHW=None if self.masks_NHW is None else self.masks_NHW[positions],
        )


@dataclass(frozen=True, eq=False)
class FrameMasks:
    """The masks of one frame. Objects may overlap, may be absent (an empty mask), may have class names."""

    frame_index: int
    object_ids: tuple[int, ...]
    masks_NHW: BoolArray
    scores_N: FloatArray
    labels_N: tuple[str | None, ...] = ()
    """Class names, one for each object; () where nothing is known of any."""

    def __post_init__(self) -> None:
        count = len(self.object_ids)
        if self.masks_NHW.ndim != 3 or len(self.masks_NHW) != count or self.scores_N.shape != (count,):
            raise ShapeError(
                f"Expected {count} masks and scores, one for each object, "
                f"got {self.masks_NHW.shape} and {self.scores_N.shape}."
            )
        if len(set(self.object_ids)) != count:
            raise ShapeError(f"Expected each object id once, got {self.object_ids}.")
        if self.labels_N and len(self.labels_N) != count:
            raise ShapeError(f"Expected {count} labels or none, got {len(self.labels_N)}.")

    @classmethod
    def empty(cls, frame_index: int, size_HW: tuple[int, int]) -> FrameMasks:
        """Return the masks of a frame without objects."""
        return cls(frame_index, (), np.zeros((0, *size_HW), dtype=bool), np.zeros(0))

    @property
    def size_HW(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return (self.masks_NHW.shape[1], self.masks_NHW.shape[2])

    def label_map(self) -> IntArray:
        """Return label_map_HW (int32): 0 background, else the object's id; overlap goes to the better score."""
        from masklet.core.masks import to_label_map  # needs OpenCV, which training alone does not

        return to_label_map(self.masks_NHW, self.object_ids, self.scores_N)

    def label_of(self, position: int) -> str | None:
        """Return the class name of the object at this position, None where it is not known."""
        return self.labels_N[position] if self.labels_N else None


def _require_object_id(object_id: int) -> None:
    if object_id < 1:
        raise PromptError(f"Expected a positive object id, got {object_id}.")
