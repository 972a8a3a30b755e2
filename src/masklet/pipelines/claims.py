"""What a detection may be of: a track, a part of one, what a person points out, or something seen just now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import box_area, box_iou, box_of_mask, intersection_area
from masklet.core.masks import mask_iou
from masklet.core.values import Box, Detections, MaskPrompt, Points, Prompt
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


def repeats(mask_HW: BoolArray, prompts: Sequence[MaskPrompt]) -> bool:
    """Return whether a mask is one of those found just now once more."""
    if not prompts:
        return False
    return bool(mask_iou(mask_HW[None], np.stack([prompt.mask_HW for prompt in prompts])).max() > 0.7)
