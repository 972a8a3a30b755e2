"""Arithmetic of masks: overlap, boundary, size, and who owns a pixel that several objects claim."""

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray, UInt8Array
from masklet.core.errors import ShapeError


def mask_iou(first_NHW: BoolArray, second_MHW: BoolArray) -> FloatArray:
    """Return iou_NM of all pairs of masks; two empty masks score 0 (nothing is shared).

    >>> mask_iou(np.array([[[True, True]]]), np.array([[[True, False]], [[False, False]]]))
    array([[0.5, 0. ]])
    """
    if first_NHW.shape[1:] != second_MHW.shape[1:]:
        raise ShapeError(f"Expected masks of one size, got {first_NHW.shape[1:]} and {second_MHW.shape[1:]}.")
    pixels = first_NHW.shape[1] * first_NHW.shape[2]
    first_NP = first_NHW.reshape(len(first_NHW), pixels).astype(np.float32)
    second_MP = second_MHW.reshape(len(second_MHW), pixels).astype(np.float32)
    overlap_NM = (first_NP @ second_MP.T).astype(np.float64)
    union_NM = (
        first_NP.sum(axis=1, dtype=np.float64)[:, None] + second_MP.sum(axis=1, dtype=np.float64) - overlap_NM
    )
    iou_NM: FloatArray = np.divide(overlap_NM, union_NM, out=np.zeros_like(overlap_NM), where=union_NM > 0)
    return iou_NM


def resize(mask_HW: BoolArray, size_HW: tuple[int, int]) -> BoolArray:
    """Return the mask at another size by nearest neighbour, as the benchmarks of the field do."""
    if mask_HW.shape == size_HW:
        return mask_HW
    height, width = size_HW
    small = cv2.resize(mask_HW.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(small, dtype=bool)


def boundary(mask_HW: BoolArray) -> BoolArray:
    """Return the pixels of a mask that touch, through one of 8 neighbours, a pixel outside it.

    The picture's edge does not count as outside. This is the contour to draw; the boundary that
    the F measure compares is `metrics.boundary`, which the benchmark defines another way.
    """
    inner = cv2.erode(mask_HW.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1)
    outline: BoolArray = mask_HW & ~inner.astype(bool)
    return outline


def without_fragments(mask_HW: BoolArray, share: float) -> BoolArray:
    """Return the mask without the connected parts smaller than a share of its largest one (8 neighbours).

    A share of 0 leaves the mask as it is.

    >>> without_fragments(np.array([[True, True, True, False, True]]), 0.5)
    array([[ True,  True,  True, False, False]])
    """
    count, parts_HW, figures, _ = cv2.connectedComponentsWithStats(mask_HW.astype(np.uint8), connectivity=8)
    if count <= 2:  # the ground and at most one part
        return mask_HW
    areas = figures[:, cv2.CC_STAT_AREA]
    is_kept = areas >= share * areas[1:].max()
    is_kept[0] = False
    kept: BoolArray = is_kept[parts_HW]
    return kept


def deepest_points(mask_HW: BoolArray, count: int) -> FloatArray:
    """Return xy_P2 of up to `count` pixels far from the mask's edge and from each other, the deepest first.

    After each point the disk that fits around it counts as outside. The picture's edge is an edge of the mask.
    An empty mask has no points.

    >>> deepest_points(np.pad(np.ones((3, 9), dtype=bool), 2), 2).tolist()
    [[3.0, 3.0], [7.0, 3.0]]
    """
    left_HW = np.pad(mask_HW, 1).astype(np.uint8)
    found: list[tuple[float, float]] = []
    while len(found) < count and left_HW.any():
        depth_HW = cv2.distanceTransform(left_HW, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        y, x = (int(value) for value in np.unravel_index(int(depth_HW.argmax()), depth_HW.shape))
        found.append((x - 1.0, y - 1.0))
        cv2.circle(left_HW, (x, y), int(np.ceil(depth_HW[y, x])), color=0, thickness=cv2.FILLED)
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def resolve_overlaps(masks_NHW: BoolArray, scores_N: FloatArray) -> BoolArray:
    """Return masks that share no pixel: the better score wins, of equal scores the earlier object.

    >>> resolve_overlaps(np.array([[[True, True]], [[True, False]]]), np.array([0.5, 0.9]))[:, 0]
    array([[False,  True],
           [ True, False]])
    """
    taken_HW = np.zeros(masks_NHW.shape[1:], dtype=bool)
    resolved_NHW = np.zeros_like(masks_NHW)
    for index in np.argsort(-np.asarray(scores_N), kind="stable"):
        resolved_NHW[index] = masks_NHW[index] & ~taken_HW
        taken_HW |= masks_NHW[index]
    return resolved_NHW


def to_label_map(masks_NHW: BoolArray, object_ids: tuple[int, ...], scores_N: FloatArray) -> IntArray:
    """Return label_map_HW (int32): 0 background, else the object's id; overlap goes to the better score."""
    label_map_HW = np.zeros(masks_NHW.shape[1:], dtype=np.int32)
    for index in np.argsort(-np.asarray(scores_N), kind="stable")[::-1]:  # worst first, so the best writes last
        np.copyto(label_map_HW, object_ids[index], where=masks_NHW[index])
    return label_map_HW


def from_label_map(
    label_map_HW: IntArray | UInt8Array, object_ids: tuple[int, ...] | None = None
) -> tuple[tuple[int, ...], BoolArray]:
    """Return object_ids and masks_NHW of a label map; 0 is background. Without ids, those that occur."""
    if object_ids is None:
        object_ids = tuple(int(value) for value in np.unique(label_map_HW) if value != 0)
    if not object_ids:
        return (), np.zeros((0, *label_map_HW.shape), dtype=bool)
    return object_ids, np.stack([label_map_HW == object_id for object_id in object_ids])
