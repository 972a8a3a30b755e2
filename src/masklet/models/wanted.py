"""Which detections are asked for, of those a network gives; what detectors share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Self

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.boxes import box_area, clip_boxes
from masklet.core.errors import ModelError
from masklet.core.values import Detections


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Classes and least score of the detections that are returned."""

    known: tuple[str, ...]
    """Names of the classes there are, each once."""
    origin: str
    """Whose classes they are, in errors."""
    classes: tuple[str, ...] = ()
    """Only these are returned; (): all that are known."""
    threshold: float = 0.5

    def __post_init__(self) -> None:
        unknown = next((name for name in self.classes if name not in self.known), None)
        if unknown is not None:
            near = get_close_matches(unknown, self.known, cutoff=0.5) or self.known[:6]
            raise ModelError(f"Expected classes of {self.origin} (such as {', '.join(near)}), got {unknown!r}.")
        if not 0 <= self.threshold <= 1:
            raise ModelError(f"Expected a threshold between 0 and 1, got {self.threshold}.")

    @property
    def names(self) -> tuple[str, ...]:
        """The classes that are returned."""
        return self.classes or self.known

    def restricted(self, classes: Collection[str] | None, threshold: float | None) -> Self:
        """Return the same with these classes and this threshold, None leaving each as it is.

        Raise ModelError for a class that is not known or a threshold outside 0 to 1.
        """
        chosen = self.classes if classes is None else tuple(classes)
        return replace(self, classes=chosen, threshold=self.threshold if threshold is None else threshold)

    def select(
        self, boxes_N4: FloatArray, scores_N: FloatArray, labels_N: Sequence[str], size_HW: tuple[int, int]
    ) -> Detections:
        """Return what is wanted among boxes x1 y1 x2 y2 in pixels: clipped to the picture, best first.

        Boxes that have no area within the picture are left out, as are those with labels that are not known.
        """
        clipped_N4 = clip_boxes(boxes_N4.astype(np.float64), size_HW)
        names = set(self.names)
        kept_N = np.array([label in names for label in labels_N], dtype=bool)
        kept_N &= (scores_N >= self.threshold) & (box_area(clipped_N4) > 0)
        order = np.flatnonzero(kept_N)[np.argsort(-scores_N[kept_N], kind="stable")]
        return Detections(
            boxes_N4=clipped_N4[order],
            scores_N=scores_N[order].astype(np.float64),
            labels_N=tuple(labels_N[position] for position in order),
        )
