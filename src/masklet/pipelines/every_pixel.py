"""Every pixel is somebody's: masks of classes that together fill the picture, without a background.

A tracker sets its objects against a background. Where the objects are all the classes of a picture there is
none, and the pixels that would be its own go to the class with the largest share of them: a softmax over the
classes present (P1, section 3.3). For that a session says how its objects share the pixels (`SharingSession`).
Of one that does not, pixels without an object go to the nearest one.

Shapes: N objects, H W pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.masks import from_label_map
from masklet.core.values import FrameMasks, MaskPrompt, Prompt
from masklet.models.protocols import Session, SharingSession

_NOTHING = 1e-4
"""Sum of all shares up to which they tell nothing."""


def every_pixel(masks: FrameMasks, prompts: Sequence[Prompt], session: Session) -> FrameMasks:
    """Return masks that share no pixel and leave none, after those of a frame and what its session says.

    Pixels of prompted masks stay as they were prompted. The score of an object is its mean part of the pixels that
    become its own, among all objects. Where no object is seen at all, masks stay empty.
    """
    if not masks.masks_NHW.any():
        return masks
    claimed_HW = _given(masks, prompts)
    if isinstance(session, SharingSession):
        share_NHW = session.shares()
        total_HW = share_NHW.sum(axis=0)
        likeliest_HW = np.array(masks.object_ids, dtype=np.int32)[share_NHW.argmax(axis=0)]
        owner_HW = np.where(claimed_HW > 0, claimed_HW, np.where(total_HW > _NOTHING, likeliest_HW, 0))
        owner_HW = nearest_owner(owner_HW) if owner_HW.any() else nearest_owner(masks.label_map())
        part_NHW: FloatArray | None = share_NHW / np.maximum(total_HW, _NOTHING)
    else:
        owner_HW = nearest_owner(np.where(claimed_HW > 0, claimed_HW, masks.label_map()))
        part_NHW = None
    _, masks_NHW = from_label_map(owner_HW, masks.object_ids)
    scores_N = np.array(masks.scores_N, dtype=np.float64)
    for position, mask_HW in enumerate(masks_NHW):
        if not mask_HW.any():
            scores_N[position] = 0.0
        elif part_NHW is not None:
            scores_N[position] = float(part_NHW[position][mask_HW].mean())
    return replace(masks, masks_NHW=masks_NHW, scores_N=scores_N)


def nearest_owner(owner_HW: IntArray) -> IntArray:
    """Return the label map with every 0 replaced by what lies nearest; all 0 stays so.

    >>> nearest_owner(np.array([[3, 0, 0, 7]])).tolist()
    [[3, 3, 7, 7]]
    """
    free_HW = owner_HW == 0
    if free_HW.all() or not free_HW.any():
        return owner_HW
    _, place_HW = cv2.distanceTransformWithLabels(
        free_HW.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner_of = np.zeros(int(place_HW.max()) + 1, dtype=owner_HW.dtype)
    owner_of[place_HW[~free_HW]] = owner_HW[~free_HW]
    nearest_HW: IntArray = owner_of[place_HW]
    return nearest_HW


def _given(masks: FrameMasks, prompts: Sequence[Prompt]) -> IntArray:
    """Return claimed_HW: the ids of prompted masks, a later one over an earlier one, 0 elsewhere."""
    claimed_HW = np.zeros(masks.size_HW, dtype=np.int32)
    for prompt in prompts:
        if isinstance(prompt, MaskPrompt):
            claimed_HW[prompt.mask_HW] = prompt.object_id
    return claimed_HW
