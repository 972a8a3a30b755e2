"""Which boxes of a MOT sequence count, and how those of truth and prediction overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import box_iou
from masklet.masklets import BoxTracks, FrameBoxes
from masklet.metrics.overlap import FrameOverlap

COUNTED = "pedestrian"
DISTRACTORS = ("person on vehicle", "static person", "distractor", "reflection")
"""True boxes of MOT16 and later that a prediction may cover or not, without gain or loss."""

NOTHING = FrameBoxes((), np.zeros((0, 4)), np.zeros(0), ())


def frame_overlaps(
    truth: BoxTracks, predicted: BoxTracks, *, threshold: float, labels: Sequence[str] | None = None
) -> Iterator[FrameOverlap]:
    """Yield the overlap of every frame that either has, in order.

    Of the truth, boxes count whose flag is not 0 and, where classes are given, whose class is pedestrian. Of
    the prediction, boxes count whose class is among `labels` (None: all), less those that are matched, at the
    threshold, to a distractor.
    """
    for index in sorted({*truth.frames, *predicted.frames}):
        true_boxes, predicted_boxes = truth.frames.get(index, NOTHING), predicted.frames.get(index, NOTHING)
        asked_M = np.array([labels is None or label in labels for label in predicted_boxes.labels_N], dtype=bool)
        iou_NM = box_iou(true_boxes.boxes_N4, predicted_boxes.boxes_N4)
        counted_N = np.array(
            [
                score != 0 and label in (None, COUNTED)
                for score, label in zip(true_boxes.scores_N, true_boxes.labels_N, strict=True)
            ],
            dtype=bool,
        )
        counted_M = asked_M & ~_on_distractors(true_boxes, iou_NM * asked_M, threshold)
        yield FrameOverlap(
            truth_ids=_those(true_boxes.object_ids, counted_N),
            predicted_ids=_those(predicted_boxes.object_ids, counted_M),
            iou_NM=iou_NM[counted_N][:, counted_M],
        )


def _on_distractors(truth: FrameBoxes, iou_NM: FloatArray, threshold: float) -> BoolArray:
    """Return which_M predictions are matched to a distractor, when all true boxes take part in the matching."""
    which_M = np.zeros(iou_NM.shape[1], dtype=bool)
    if any(label in DISTRACTORS for label in truth.labels_N):
        possible_NM = np.where(iou_NM >= threshold, iou_NM, 0)
        for row, column in zip(*linear_sum_assignment(possible_NM, maximize=True), strict=True):
            which_M[column] = possible_NM[row, column] > 0 and truth.labels_N[row] in DISTRACTORS
    return which_M


def _those(object_ids: tuple[int, ...], counted_N: BoolArray) -> tuple[int, ...]:
    return tuple(object_id for object_id, counted in zip(object_ids, counted_N, strict=True) if counted)
