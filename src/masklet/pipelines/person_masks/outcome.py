"""What became of the annotated frames of a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY
from masklet.models.protocols import Example
from masklet.pipelines.person_masks.matching import Refusal
from masklet.pipelines.person_size import PersonSize

Reason = Refusal | Literal["empty mask", "no mask by hand", "more than asked for"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonFrame:
    """One annotated frame: kept with a mask, or dropped for a reason."""

    frame_index: int
    xy_2: FloatArray | None
    """Where the person should be, in pixels; None where no pixel shows it."""
    boxes_N4: FloatArray = field(default_factory=lambda: np.zeros((0, 4)))
    """All that was detected."""
    box: BoxXYXY | None = None
    """The person's own."""
    distance: float | None = None
    """Pixels from the position to the nearest anchor, or to the own one."""
    reason: Reason | None = None
    example: Example | None = None
    neighbours: Mapping[int, BoolArray] = field(default_factory=dict)
    """Masks of other annotated people, by id."""

    def to_json(self) -> dict[str, Any]:
        """Return what became of it in JSON values."""
        return {
            "frame": self.frame_index,
            "position": None if self.xy_2 is None else [round(float(value), 2) for value in self.xy_2],
            "box": None if self.box is None else [round(value, 2) for value in self.box],
            "distance": None if self.distance is None else round(self.distance, 2),
            "kept": self.example is not None,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonMasks:
    """The masks made of one person, and everything that was dropped on the way."""

    person_id: int
    frames: Sequence[PersonFrame]
    size: PersonSize | None
    """How large people are, by all detections that were matched with anybody; None where none was."""

    @property
    def kept(self) -> list[PersonFrame]:
        """The frames with a mask, in order."""
        return [frame for frame in self.frames if frame.example is not None]

    @property
    def examples(self) -> list[Example]:
        """The masks, in order of their frames."""
        return [frame.example for frame in self.frames if frame.example is not None]

    def counts(self) -> dict[str, int]:
        """Return how many frames were kept, and dropped for each reason."""
        dropped = Counter(frame.reason for frame in self.frames if frame.reason)
        return {"kept": len(self.kept), **{str(reason): count for reason, count in dropped.most_common()}}
