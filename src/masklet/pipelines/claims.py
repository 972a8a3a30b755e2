"""What a detection may be of: a track, a part of one, what a person points out, or something seen just now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import box_area, box_iou, box_of_mask, intersection_area
from masklet.core.masks import mask_iou, resolve_overlaps
from masklet.core.values import Box, Detections, Points, Prompt
from masklet.pipelines.tracks import Track


def same_object_score(expected_N4: FloatArray, tracks: Sequence[Track], detections: Detections) -> FloatArray:
    """Return score_NM of track and detection being one object: box IoU, 0 for another class."""
    score_NM = box_iou(expected_N4, detections.boxes_N4)
    for n, track in enumerate(tracks):
        for m, label in enumerate(detections.labels_N):
            if track.label not in (None, label):
                score_NM[n, m] = 0.0
    return score_NM


def is_covered(
    detections: Detections, m: int, expected_N4: FloatArray, tracks: Sequence[Track], *, from_share: float
) -> bool:
    """Return whether detection m shows a part of a track of its class, or a track is a part of it: the boxes share
    this much of the smaller one."""
    label, box_14 = detections.labels_N[m], detections.boxes_N4[m][None]
    alike = [n for n, track in enumerate(tracks) if track.label in (None, label)]
    shared_N = intersection_area(box_14, expected_N4[alike])[0]
    smaller_N = np.minimum(box_area(box_14)[0], box_area(expected_N4[alike]))
    return bool((shared_N >= from_share * np.maximum(smaller_N, 1)).any())


def points_out(prompt: Prompt, box_4: FloatArray) -> bool:
    """Return whether a prompt given by hand means the object of this detection."""
    if isinstance(prompt, Points):
        xy_P2 = prompt.xy_P2[prompt.labels_P == 1]
        return bool(((xy_P2 >= box_4[:2]) & (xy_P2 <= box_4[2:])).all(axis=1).any())
    box = prompt.xyxy if isinstance(prompt, Box) else box_of_mask(prompt.mask_HW)
    return box is not None and bool(box_iou(np.array([box]), box_4[None])[0, 0] >= 0.3)


def each_its_own(masks_NHW: BoolArray, scores_N: FloatArray, *, same_from: float = 0.7) -> BoolArray:
    """Return masks that share no pixel: one that has this IoU with an earlier one is it once more, and empty; what
    two claim belongs to the better score.

    >>> each_its_own(np.array([[[True, True, True]], [[False, False, True]]]), np.array([0.8, 0.9]))[:, 0]
    array([[ True,  True, False],
           [False, False,  True]])
    """
    iou_NN = np.triu(mask_iou(masks_NHW, masks_NHW), k=1)
    is_new_N = np.asarray(~(iou_NN > same_from).any(axis=0))
    once_NHW = masks_NHW & is_new_N[:, None, None]
    return resolve_overlaps(once_NHW, scores_N)
