"""Boxes that were found before, as a detector: it has a frame's boxes by its index and looks at no picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from masklet.core.errors import ModelError
from masklet.core.values import Detections, Frame
from masklet.models.wanted import Wanted

_NONE = Detections(np.zeros((0, 4)), np.zeros(0), ())


class RecordedBoxes:
    """A detector of boxes by frame index; a frame that is not there has none.

    Its classes are those of the boxes. Scores are as they were recorded, be they beyond 0 to 1.
    """

    def __init__(self, boxes: Mapping[int, Detections], *, origin: str, wanted: Wanted | None = None) -> None:
        """Take boxes by frame index; errors call them by `origin`. Raise ModelError where there are none."""
        known = tuple(dict.fromkeys(label for found in boxes.values() for label in found.labels_N))
        if not known and wanted is None:
            raise ModelError(f"Expected boxes in {origin}, got none.")
        self._boxes = boxes
        self._origin = origin
        self._wanted = wanted or Wanted(known=known, origin=origin)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names it returns."""
        return self._wanted.names

    def restricted(self, classes: Collection[str] | None = None, threshold: float | None = None) -> RecordedBoxes:
        """Return a detector of these classes and scores only, sharing the boxes.

        Raise ModelError for a class that no box has or a threshold outside 0 to 1.
        """
        wanted = self._wanted.restricted(classes, threshold)
        return RecordedBoxes(self._boxes, origin=self._origin, wanted=wanted)

    def between(self, span: range) -> RecordedBoxes:
        """Return a detector of the boxes of these frames, counted from 0, for a video of these frames alone."""
        boxes = {index - span.start: found for index, found in self._boxes.items() if index in span}
        return RecordedBoxes(boxes, origin=self._origin, wanted=self._wanted)

    def detect(self, frame: Frame) -> Detections:
        """Return the boxes of this frame, best first, clipped to it."""
        found = self._boxes.get(frame.index, _NONE)
        return self._wanted.select(found.boxes_N4, found.scores_N, found.labels_N, frame.size_HW)

    def require_frames(self, count: int | None) -> None:
        """Raise ModelError where none of the boxes is in a video of `count` frames; None: as long as it may be."""
        if count is not None and not any(0 <= index < count for index in self._boxes):
            raise ModelError(
                f"Expected boxes of frames 0 to {count - 1} in {self._origin}, got frames "
                f"{min(self._boxes)} to {max(self._boxes)}: are they of another video?"
            )
