"""Which mask lies on whom: one to one in each frame, first those that are right, then those that are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from masklet.core import rle
from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY, box_iou, mask_of_box
from masklet.core.rle import Rle
from masklet.evaluation.pedestrians.definitions import Comparison, Definitions
from masklet.evaluation.pedestrians.people import PeopleFrame
from masklet.masklets import ObjectMask

KEEP_BONUS = 1000.0
"""More than all overlaps of a frame together: who was together stays together."""


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
    kept_NM = np.array(
        [[before.get(person_id) == mask_id for mask_id in mask_ids] for person_id in person_ids], dtype=bool
    ).reshape(overlap_NM.shape)
    right = _assigned(overlap_NM, definitions.right_from, kept_NM)
    free_NM = np.ones(overlap_NM.shape, dtype=bool)
    for row, column in right:
        free_NM[row], free_NM[:, column] = False, False
    wrong = _assigned(np.where(free_NM, overlap_NM, 0), definitions.located_from, np.zeros_like(kept_NM))
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


def _assigned(overlap_NM: FloatArray, threshold: float, kept_NM: BoolArray) -> list[tuple[int, int]]:
    possible_NM = overlap_NM >= threshold
    worth_NM = np.where(possible_NM, overlap_NM + KEEP_BONUS * kept_NM, 0)
    rows, columns = linear_sum_assignment(worth_NM, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if possible_NM[row, column]]


def _filled(people: PeopleFrame, masks: Sequence[ObjectMask]) -> list[Rle]:
    boxes: list[BoxXYXY] = [(float(a), float(b), float(c), float(d)) for a, b, c, d in people.boxes_N4]
    return [rle.encode(mask_of_box(box, masks[0].rle.size_HW)) for box in boxes]


def _shared_area(iou_NM: FloatArray, first_N: FloatArray, second_M: FloatArray) -> FloatArray:
    """Return the pixels that two masks share, from iou = shared / (first + second - shared)."""
    shared_NM: FloatArray = iou_NM * (first_N[:, None] + second_M) / (1 + iou_NM)
    return shared_NM


def _areas(codes: Sequence[Rle]) -> FloatArray:
    return np.array([code.area for code in codes], dtype=np.float64)
