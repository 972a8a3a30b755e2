"""Which samples are looked up, and why the others are not: each has one reason, the first that holds.

Shapes: S samples.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray
from masklet.core.errors import PromptError
from masklet.prompts.gaze import Gaze
from masklet.prompts.gaze_clock import OUTSIDE

USED = "used"
REASONS = (
    "blink",
    "no position",
    "low confidence",
    "outside the time of the video",
    "outside the picture",
    "no masks of its frame",
)


@dataclass(frozen=True, eq=False)
class Use:
    """What becomes of every sample."""

    reason_S: IntArray
    """A place in REASONS; as many as there are: it is used."""

    @property
    def is_used_S(self) -> BoolArray:
        """Whether a sample is looked up."""
        return np.asarray(self.reason_S == len(REASONS))

    @property
    def is_seen_S(self) -> BoolArray:
        """Whether the tracker saw where the eyes looked, be that in the picture or not."""
        return np.asarray(self.reason_S > REASONS.index("low confidence"))

    def reason(self, sample: int) -> str:
        """Return why a sample is not used, or USED."""
        return (*REASONS, USED)[int(self.reason_S[sample])]

    def counts(self) -> dict[str, int]:
        """Return how many samples are not used, by the reasons that occur."""
        counts = np.bincount(self.reason_S, minlength=len(REASONS))
        return {reason: int(count) for reason, count in zip(REASONS, counts, strict=False) if count}


def use_of(
    gaze: Gaze, frames_S: IntArray, size_HW: tuple[int, int], known: Collection[int], least_confidence: float
) -> Use:
    """Return what becomes of the samples of gaze in pixels; `known` are the frames that have masks.

    A confidence of 0 says that nothing is known, whatever the least. Raise PromptError where no sample is left,
    naming the reasons.
    """
    known_frames = np.fromiter(known, dtype=np.int64, count=len(known))
    conditions = (
        gaze.is_blink_S,
        ~np.isfinite(gaze.xy_S2).all(axis=1),
        (gaze.confidence_S < least_confidence) | (gaze.confidence_S <= 0),
        frames_S == OUTSIDE,
        ~_is_inside(gaze.xy_S2, size_HW),
        ~np.isin(frames_S, known_frames),
    )
    reason_S = np.full(len(gaze), len(REASONS))
    for place in reversed(range(len(REASONS))):
        reason_S[conditions[place]] = place
    use = Use(reason_S)
    if not use.is_used_S.any():
        why = ", ".join(f"{count} x {reason}" for reason, count in use.counts().items())
        raise PromptError(
            f"Expected at least one sample of {gaze.origin} that can be looked up, got none of {len(gaze)} "
            f"({why})."
        )
    return use


def _is_inside(xy_S2: FloatArray, size_HW: tuple[int, int]) -> BoolArray:
    height, width = size_HW
    with np.errstate(invalid="ignore"):
        return np.asarray(((xy_S2 >= 0) & (xy_S2 < np.array([width, height]))).all(axis=1), dtype=bool)
