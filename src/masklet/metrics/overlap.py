"""What tracking metrics see of a frame: which objects there are in truth and prediction, and how they overlap."""

from dataclasses import dataclass

from masklet.core.arrays import FloatArray
from masklet.core.errors import ShapeError


@dataclass(frozen=True, eq=False)
class FrameOverlap:
    """One frame: the ids of N true and M predicted objects and the IoU of every pair.

    The IoU may be that of boxes (MOT) or of masks (MOTS). Raise ShapeError where the counts differ.
    """

    truth_ids: tuple[int, ...]
    predicted_ids: tuple[int, ...]
    iou_NM: FloatArray

    def __post_init__(self) -> None:
        expected = (len(self.truth_ids), len(self.predicted_ids))
        if self.iou_NM.shape != expected:
            raise ShapeError(f"Expected the IoU of {expected} objects, got {self.iou_NM.shape}.")
