"""Arithmetic of boxes, always x1 y1 x2 y2 in pixels of the source, right and lower edge exclusive."""

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray

BoxXYXY = tuple[float, float, float, float]


def box_area(boxes_N4: FloatArray) -> FloatArray:
    """Return area_N in square pixels; inside-out boxes have none."""
    width_N, height_N = (boxes_N4[:, 2:] - boxes_N4[:, :2]).clip(min=0).T
    area_N: FloatArray = width_N * height_N
    return area_N


def intersection_area(first_N4: FloatArray, second_M4: FloatArray) -> FloatArray:
    """Return the area_NM that every box of the first shares with every box of the second."""
    low_NM2 = np.maximum(first_N4[:, None, :2], second_M4[None, :, :2])
    high_NM2 = np.minimum(first_N4[:, None, 2:], second_M4[None, :, 2:])
    area_NM: FloatArray = (high_NM2 - low_NM2).clip(min=0).prod(axis=2)
    return area_NM


def box_iou(first_N4: FloatArray, second_M4: FloatArray) -> FloatArray:
    """Return iou_NM of all pairs; two boxes without area score 0.

    >>> box_iou(np.array([[0, 0, 2, 2]]), np.array([[1, 0, 3, 2], [5, 5, 6, 6]])).round(2)
    array([[0.33, 0.  ]])
    """
    overlap_NM = intersection_area(first_N4, second_M4)
    union_NM = box_area(first_N4)[:, None] + box_area(second_M4)[None, :] - overlap_NM
    iou_NM: FloatArray = np.divide(
        overlap_NM, union_NM, out=np.zeros(overlap_NM.shape, dtype=np.float64), where=union_NM > 0
    )
    return iou_NM


def covered_share(boxes_N4: FloatArray) -> FloatArray:
    """Return, for each box, the largest share of its area that lies in another one.

    >>> covered_share(np.array([[0.0, 0, 2, 2], [1, 0, 5, 2]]))
    array([0.5 , 0.25])
    """
    shared_NN = intersection_area(boxes_N4, boxes_N4)
    np.fill_diagonal(shared_NN, 0)
    share_N: FloatArray = shared_NN.max(axis=1, initial=0) / np.maximum(box_area(boxes_N4), 1e-9)
    return share_N


def shifted(box_xyxy: BoxXYXY, x: float, y: float) -> BoxXYXY:
    """Return the box moved by x and y."""
    x1, y1, x2, y2 = box_xyxy
    return (x1 + x, y1 + y, x2 + x, y2 + y)


def grown(box_xyxy: BoxXYXY, share: float) -> BoxXYXY:
    """Return the box with room of a share of its size on each side."""
    x1, y1, x2, y2 = box_xyxy
    by_x, by_y = share * (x2 - x1), share * (y2 - y1)
    return (x1 - by_x, y1 - by_y, x2 + by_x, y2 + by_y)


def clip_boxes(boxes_N4: FloatArray, size_HW: tuple[int, int]) -> FloatArray:
    """Return the boxes cut to the picture."""
    height, width = size_HW
    clipped_N4: FloatArray = np.clip(boxes_N4, 0, [width, height, width, height])
    return clipped_N4


def mask_of_box(box_xyxy: BoxXYXY, size_HW: tuple[int, int]) -> BoolArray:
    """Return mask_HW of the pixels in a box, to the nearest pixel, cut to the picture."""
    x1, y1, x2, y2 = (max(round(value), 0) for value in box_xyxy)
    mask_HW = np.zeros(size_HW, dtype=bool)
    mask_HW[y1:y2, x1:x2] = True
    return mask_HW


def box_of_mask(mask_HW: BoolArray) -> BoxXYXY | None:
    """Return the tight box of a mask, None of an empty one.

    >>> box_of_mask(np.array([[False, False], [False, True]]))
    (1.0, 1.0, 2.0, 2.0)
    """
    rows = np.flatnonzero(mask_HW.any(axis=1))
    columns = np.flatnonzero(mask_HW.any(axis=0))
    if not rows.size:
        return None
    return (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
