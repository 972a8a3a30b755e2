"""What is asked of a picture about one object, and how the network is told.

Shapes: P points, K points with the corners of a box or with what stands for none, h w pixels of the network's
masks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.boxes import BoxXYXY
from masklet.core.errors import PromptError
from masklet.models.sam.prompt_encoder import BOTTOM_RIGHT, NO_POINT, TOP_LEFT
from masklet.models.sam.square import Square


@dataclass(frozen=True, eq=False, kw_only=True)
class Asked:
    """Points, a box and a known mask, as far as there are any, in pixels of the picture.

    Raise PromptError where there is nothing, or where there is not one label, 1 or 0, for each point.
    """

    points_P2: FloatArray = field(default_factory=lambda: np.zeros((0, 2)))
    labels_P: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """1 on the object, 0 beside it."""
    box_xyxy: BoxXYXY | None = None
    logits_hw: FloatArray | None = None
    """Of the mask known so far, as the network gave them (`Prediction.logits_NMhw`) or from `Square.known`."""

    def __post_init__(self) -> None:
        points, labels = np.shape(self.points_P2), np.shape(self.labels_P)
        if points != (*labels, 2) or not np.isin(self.labels_P, (0, 1)).all():
            raise PromptError(
                f"Expected points of shape (P, 2), each with a label 1 or 0, "
                f"got {points} and labels {np.asarray(self.labels_P).tolist()}."
            )
        if not labels[0] and self.box_xyxy is None and self.logits_hw is None:
            raise PromptError("Expected points, a box or a known mask to segment an object by, got none.")

    @property
    def is_clicks(self) -> bool:
        """Whether it is points and nothing else."""
        return bool(len(self.labels_P)) and self.box_xyxy is None and self.logits_hw is None

    @property
    def is_ambiguous(self) -> bool:
        """Whether it may mean a thing or a part of it: one point and no box."""
        return len(self.labels_P) == 1 and self.box_xyxy is None

    def code(self, square: Square) -> tuple[FloatArray, IntArray]:
        """Return xy_K2 in pixels of the square and label_K: the points, then the box or, without it, that there is
        none; a known mask alone has no points."""
        xy, labels = [square.points(self.points_P2)], [np.asarray(self.labels_P, np.int64)]
        if self.box_xyxy is not None:
            xy.append(square.points(np.reshape(self.box_xyxy, (2, 2))))
            labels.append(np.array([TOP_LEFT, BOTTOM_RIGHT]))
        elif len(self.labels_P):
            xy.append(np.zeros((1, 2)))
            labels.append(np.array([NO_POINT]))
        return np.concatenate(xy), np.concatenate(labels)
