"""How good labels are that were carried from a first frame, on the frames after it whose truth is known.

Shapes: H W pixels, L classes, T frames.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from masklet.core.arrays import FloatArray, IntArray, UInt8Array
from masklet.core.errors import EvaluationError
from masklet.core.label_space import VOID, LabelSpace
from masklet.formats.label_maps import LabelMaps


@dataclass(frozen=True, eq=False)
class CarriedReport:
    """What was right, over all frames together; a pixel that is void in the truth does not count."""

    space: LabelSpace
    confusion: IntArray
    """confusion_LL1, pixels by true class (row) and by what they were called; the last column is none of them."""
    copied: IntArray
    """The same for the labels of the first frame on every frame, which follow nothing."""
    first_classes: tuple[int, ...]
    """The classes of the first frame, which are all that can be carried."""
    accuracy_T: FloatArray
    frame_indices: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Return figures: of the classes of the first frame, of all classes there are, and by frame."""
        iou_L = class_iou(self.confusion)
        return {
            "frames": len(self.frame_indices),
            "mIoU": _mean(iou_L[list(self.first_classes)]),
            "mIoU_all_classes": _mean(iou_L),
            "accuracy": _accuracy(self.confusion),
            "copied_mIoU": _mean(class_iou(self.copied)[list(self.first_classes)]),
            "copied_accuracy": _accuracy(self.copied),
            "IoU": {
                self.space.names[value]: round(float(iou), 4)
                for value, iou in enumerate(iou_L)
                if value in self.first_classes and not np.isnan(iou)
            },
            "by_frame": {
                str(index): round(float(accuracy), 4)
                for index, accuracy in zip(self.frame_indices, self.accuracy_T, strict=True)
            },
        }


def evaluate_carried(
    carried: LabelMaps,
    truth: LabelMaps,
    *,
    progress: Callable[[Sequence[int]], Sequence[int]] = lambda frames: frames,
) -> CarriedReport:
    """Return how good carried labels are on the frames after the first that both have.

    Classes are brought together by their names. Raise EvaluationError where there is no such frame.
    """
    first, *others = carried.frame_indices
    common = [index for index in others if index in set(truth.frame_indices)]
    if not common:
        raise EvaluationError(
            "Expected true labels of at least one frame after the first that was carried to, got none."
        )
    space = truth.space
    as_truth_256 = carried.space.values_in(space)
    first_HW = as_truth_256[carried.label_map(first)]
    confusion, copied = (np.zeros((len(space), len(space) + 1), dtype=np.int64) for _ in range(2))
    accuracies = []
    for index in progress(common):
        truth_HW, found_HW = truth.label_map(index), as_truth_256[carried.label_map(index)]
        if truth_HW.shape != found_HW.shape:
            raise EvaluationError(
                f"Expected true labels of {found_HW.shape[1]}x{found_HW.shape[0]} pixels as the carried ones, "
                f"got {truth_HW.shape[1]}x{truth_HW.shape[0]} for frame {index}."
            )
        here = confusion_of(found_HW, truth_HW, len(space))
        confusion += here
        copied += confusion_of(first_HW, truth_HW, len(space))
        accuracies.append(_accuracy(here))
    present = tuple(int(value) for value in np.unique(first_HW) if value != VOID)
    return CarriedReport(space, confusion, copied, present, np.array(accuracies), tuple(common))


def confusion_of(found_HW: UInt8Array, truth_HW: UInt8Array, classes: int) -> IntArray:
    """Return confusion_LL1 of a frame; a class that is none of these counts as called nothing.

    >>> confusion_of(np.array([[0, 1, 255]], np.uint8), np.array([[0, 0, 1]], np.uint8), 2)
    array([[1, 1, 0],
           [0, 0, 1]])
    """
    counts = truth_HW != VOID
    found = np.minimum(found_HW[counts].astype(np.int64), classes)
    pairs = truth_HW[counts].astype(np.int64) * (classes + 1) + found
    return np.bincount(pairs, minlength=classes * (classes + 1)).reshape(classes, classes + 1)


def class_iou(confusion_LL1: IntArray) -> FloatArray:
    """Return iou_L, NaN of a class that the truth does not have."""
    hits_L = np.diag(confusion_LL1).astype(np.float64)
    true_L, found_L = confusion_LL1.sum(axis=1), confusion_LL1[:, :-1].sum(axis=0)
    iou_L: FloatArray = np.where(true_L > 0, hits_L / np.maximum(true_L + found_L - hits_L, 1), np.nan)
    return iou_L


def printed(report: Mapping[str, Any]) -> str:
    """Return the figures of a report in a line."""
    return (
        f"mIoU {100 * report['mIoU']:.1f} % of the first frame's classes, {100 * report['accuracy']:.1f} % of "
        f"pixels, in {report['frames']} frames; the first labels copied: {100 * report['copied_mIoU']:.1f} %, "
        f"{100 * report['copied_accuracy']:.1f} %"
    )


def _mean(iou_K: FloatArray) -> float:
    known = iou_K[~np.isnan(iou_K)]
    return round(float(known.mean()), 4) if known.size else 0.0


def _accuracy(confusion_LL1: IntArray) -> float:
    return round(float(np.diag(confusion_LL1).sum() / max(confusion_LL1.sum(), 1)), 4)
