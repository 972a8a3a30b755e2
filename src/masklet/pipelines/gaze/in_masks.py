"""Objects under the gaze, by their masks, which stay run-length codes: many frames at once.

Shapes: K samples, F frames at hand, O objects of these, P pairs of a sample and an object of its frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core import rle
from masklet.core.arrays import BoolArray, FloatArray, IntArray
from masklet.core.disks import columns_of, disk_areas, half_heights
from masklet.masklets import Masklets, ObjectMask
from masklet.pipelines.gaze.found import Found

_FRAMES_AT_ONCE = 96


@dataclass(frozen=True, eq=False)
class FoundObjects:
    """Pairs of samples and objects, and the objects' class names, as far as their masks have any."""

    found: Found
    labels: dict[int, str | None]


def find_in_masks(frames_K: IntArray, xy_K2: IntArray, masklets: Masklets, radius: float) -> FoundObjects:
    """Return which objects lie in the disk around each pixel, and by how much of it. Every frame is read once."""
    order_K = np.argsort(frames_K, kind="stable")
    sorted_K = frames_K[order_K]
    is_first_K = np.diff(sorted_K, prepend=sorted_K[:1] - 1) != 0
    starts, place_K = np.flatnonzero(is_first_K), np.cumsum(is_first_K) - 1
    frames = sorted_K[starts]
    edges = np.append(starts, len(frames_K))
    area_K = disk_areas(xy_K2, radius, masklets.size_HW)
    parts = []
    labels: dict[int, str | None] = {}
    for first in range(0, len(frames), _FRAMES_AT_ONCE):
        chosen = frames[first : first + _FRAMES_AT_ONCE].tolist()
        samples = slice(edges[first], edges[first + len(chosen)])
        sample_K = order_K[samples]
        objects_F = [masklets.objects(index) for index in chosen]
        found = _find(place_K[samples] - first, xy_K2[sample_K], area_K[sample_K], objects_F, radius)
        parts.append(found.of_samples(sample_K))
        met = set(found.key_P.tolist())
        labels |= {item.object_id: item.label for items in objects_F for item in items if item.object_id in met}
    return FoundObjects(Found.joined(parts), labels)


def _find(
    frame_K: IntArray,
    xy_K2: IntArray,
    area_K: IntArray,
    objects_F: Sequence[Sequence[ObjectMask]],
    radius: float,
) -> Found:
    """Return the pairs of samples and objects of their frames; `frame_K` are places among the frames at hand."""
    objects_O = [item for items in objects_F for item in items]
    if not objects_O:
        return Found.nothing()
    sample_P, object_P = _pairs(frame_K, np.array([len(items) for items in objects_F]))
    near_P = _is_near(xy_K2[sample_P], _boxes(objects_O)[object_P], len(half_heights(radius)) // 2)
    sample_P, object_P = sample_P[near_P], object_P[near_P]
    is_wanted_O = np.zeros(len(objects_O), dtype=bool)
    is_wanted_O[object_P] = True
    mask_P = (np.cumsum(is_wanted_O) - 1)[object_P]
    codes = [objects_O[place].rle for place in np.flatnonzero(is_wanted_O).tolist()]
    columns = columns_of(codes, objects_O[0].rle.size_HW)
    covered_P = columns.covered(mask_P, xy_K2[sample_P], radius)
    is_at_P = covered_P == area_K[sample_P]
    is_part_P = (covered_P > 0) & ~is_at_P
    is_at_P[is_part_P] = columns.covered(mask_P[is_part_P], xy_K2[sample_P[is_part_P]], 0) > 0
    return Found(
        sample_P=sample_P,
        key_P=np.array([item.object_id for item in objects_O], dtype=np.int64)[object_P],
        share_P=covered_P / area_K[sample_P],
        is_at_P=is_at_P,
        score_P=np.array([item.score for item in objects_O], dtype=np.float64)[object_P],
    ).where(covered_P > 0)


def _pairs(frame_K: IntArray, count_F: IntArray) -> tuple[IntArray, IntArray]:
    """Return sample_P and object_P: each sample with all objects of its frame, of which there are `count_F`."""
    count_K = count_F[frame_K]
    first_K = (np.cumsum(count_F) - count_F)[frame_K]
    sample_P = np.repeat(np.arange(len(frame_K)), count_K)
    object_P = np.arange(len(sample_P)) + np.repeat(first_K - np.cumsum(count_K) + count_K, count_K)
    return sample_P, object_P


def _boxes(objects_O: Sequence[ObjectMask]) -> FloatArray:
    known = [item.known_box_xyxy for item in objects_O]
    if None in known:
        return rle.boxes([item.rle for item in objects_O])
    return np.array(known, dtype=np.float64)


def _is_near(xy_P2: IntArray, box_P4: FloatArray, reach: int) -> BoolArray:
    """Return whether the square around a pixel meets a box whose right and lower edge are exclusive."""
    (x_P, y_P), (left_P, top_P, right_P, bottom_P) = xy_P2.T, box_P4.T
    beside_P = (x_P + reach < left_P) | (x_P - reach >= right_P)
    apart_P = beside_P | (y_P + reach < top_P) | (y_P - reach >= bottom_P)
    return np.asarray(~apart_P, dtype=bool)
