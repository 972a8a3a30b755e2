"""What counts as a person, as a right mask, as tracked and as interrupted: every choice in one place."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from masklet.core.errors import EvaluationError

Comparison = Literal["auto", "box", "mask", "covered"]

SHARES = (
    "right_from",
    "located_from",
    "least_visible",
    "partly_visible",
    "tracked_share",
    "held_share",
)


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """The choices behind the tables; docs/guides/pedestrians.md says how each is used.

    Raise EvaluationError for a value out of its range.
    """

    compare: Comparison = "auto"
    """How a mask is held against a person: IoU of boxes, IoU of masks, or the share of the person it covers."""
    right_from: float = 0.5
    """Overlap from which a mask is right."""
    located_from: float = 0.1
    """Overlap from which a mask lies on a person at all."""
    least_height: float = 0.0
    """Pixels of the truth's picture; smaller people are not judged."""
    least_area: float = 0.0
    """Square pixels of the box (of the mask, where the truth has masks)."""
    least_visible: float = 0.5
    """Share of a person that must be visible to be judged."""
    partly_visible: float = 0.75
    """A person of whom less is visible is partly hidden, which explains a loss."""
    least_seconds: float = 0.5
    """How long a person must be judged in a clip to be one of its people."""
    tracked_share: float = 0.8
    """Share of the judged frames a person must be followed in to count as tracked."""
    gap_seconds: float = 1.0
    """A loss this long, after a person was followed, is an interruption: the person is not tracked."""
    one_id: bool = True
    """Whether a person must be followed under one id; else any right mask will do."""
    window_seconds: float = 0.5
    """Time before and after a loss that is searched for its cause."""
    held_share: float = 0.3
    """Share of half a person that a mask must cover to hold that half (failure finders)."""
    long_seconds: float = 2.0
    """A person judged this long and never located is a failure of its own."""
    low_aspect: float = 1.5
    """Height by width below which a person may be sitting."""

    def __post_init__(self) -> None:
        if self.compare not in ("auto", "box", "mask", "covered"):
            raise EvaluationError(f"Expected to compare by auto, box, mask or covered, got {self.compare!r}.")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in SHARES and not 0 <= value <= 1:
                raise EvaluationError(f"Expected {field.name} from 0 to 1, got {value}.")
            if field.type == "float" and not 0 <= value < float("inf"):
                raise EvaluationError(f"Expected {field.name} to be a number from 0 on, got {value}.")
        if not 0 < self.located_from <= self.right_from:
            raise EvaluationError(
                "Expected 0 < located_from <= right_from, "
                f"got located_from {self.located_from} and right_from {self.right_from}."
            )


def frames_of(seconds: float, frames_per_second: float) -> int:
    """Return the number of frames that fill a time, to the nearest, at least 1.

    >>> frames_of(0.5, 7), frames_of(0, 7)
    (4, 1)
    """
    return max(1, round(seconds * frames_per_second))
