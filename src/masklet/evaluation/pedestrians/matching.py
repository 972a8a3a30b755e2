"""Which mask lies on whom: one to one in each frame, first those that are right, then those that are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core import rle
from masklet.core.arrays import FloatArray
from masklet.core.boxes import BoxXYXY, box_iou, mask_of_box
from masklet.core.rle import Rle
from masklet.evaluation.pedestrians.definitions import Comparison, Definitions
from masklet.evaluation.pedestrians.people import PeopleFrame
from masklet.masklets import ObjectMask
from masklet.metrics.assignment import assigned, together_before


@dataclass(frozen=True)
class Pairs:
    """Mask ids by person id: masks that are right, and masks that only lie there."""

    right: Mapping[int, int]
    wrong: Mapping[int, int]


def overlaps(people: PeopleFrame, masks: Sequence[ObjectMask], compare: Comparison) -> FloatArray:
    """Return overlap_NM of all people and masks.

    `box`: IoU of the person's box and the mask's; `mask`: IoU of the masks, of which the truth must have some;
    `covered`: the share of the person (mask, else box) that the mask covers.
    """
    if not masks:
        return np.zeros((len(people), 0))
    if compare == "box":
        return box_iou(people.boxes_N4, boxes_of(masks))
    codes = [item.rle for item in masks]
    persons = list(people.rles) if people.rles is not None else _filled(people, masks)
    iou_NM = rle.iou_matrix(persons, codes)
    if compare == "mask":
        return iou_NM
    person_N = np.array([code.area for code in persons], dtype=np.float64)
    return _shared_area(iou_NM, person_N, _areas(codes)) / np.maximum(person_N, 1)[:, None]


def pair(
    overlap_NM: FloatArray,
    person_ids: Sequence[int],
    masks: Sequence[ObjectMask],
    before: Mapping[int, int],
    definitions: Definitions,
) -> Pairs:
    """Return who has which mask.

    Pairs of the frame before stay together while their overlap is right; of the rest those pairs are right that
    have the greatest sum of overlap. People and masks that are left are paired the same way, without memory,
    from the overlap that says a mask lies there at all.
    """
    mask_ids = [item.object_id for item in masks]
    kept_NM = together_before(before, person_ids, mask_ids)
    right = assigned(overlap_NM, at_least=definitions.right_from, kept_NM=kept_NM)
    free_NM = np.ones(overlap_NM.shape, dtype=bool)
    for row, column in right:
        free_NM[row], free_NM[:, column] = False, False
    wrong = assigned(np.where(free_NM, overlap_NM, 0), at_least=definitions.located_from)
    named = [{person_ids[row]: mask_ids[column] for row, column in found} for found in (right, wrong)]
    return Pairs(right=named[0], wrong=named[1])


def share_inside(masks: Sequence[ObjectMask], regions: Sequence[Rle]) -> FloatArray:
    """Return share_M, the largest share of each mask that lies in one of the regions; 0 without any."""
    if not regions or not masks:
        return np.zeros(len(masks))
    codes = [item.rle for item in masks]
    shared_NM = _shared_area(rle.iou_matrix(regions, codes), _areas(regions), _areas(codes))
    share_M: FloatArray = (shared_NM / np.maximum(_areas(codes), 1)).max(axis=0)
    return share_M


def boxes_of(masks: Sequence[ObjectMask]) -> FloatArray:
    """Return boxes_M4, tight around each mask."""
    return np.array([item.rle.box_xyxy for item in masks], dtype=np.float64).reshape(-1, 4)


def _filled(people: PeopleFrame, masks: Sequence[ObjectMask]) -> list[Rle]:
    boxes: list[BoxXYXY] = [(float(a), float(b), float(c), float(d)) for a, b, c, d in people.boxes_N4]
    return [rle.encode(mask_of_box(box, masks[0].rle.size_HW)) for box in boxes]


def _shared_area(iou_NM: FloatArray, first_N: FloatArray, second_M: FloatArray) -> FloatArray:
    """Return the pixels that two masks share, from iou = shared / (first + second - shared)."""
    shared_NM: FloatArray = iou_NM * (first_N[:, None] + second_M) / (1 + iou_NM)
    return shared_NM


def _areas(codes: Sequence[Rle]) -> FloatArray:
    return np.array([code.area for code in codes], dtype=np.float64)
