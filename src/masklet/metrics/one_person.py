"""How well a mask keeps to one person among others, by boxes."""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY, box_area, clip_boxes, mask_of_box


def visible_share(boxes_N4: FloatArray, n: int, size_HW: tuple[int, int]) -> float:
    """Return how much of a box can be seen: 0 for one without area or outside the picture.

    Hidden is what lies outside the picture or in the box of somebody nearer to the camera, that is with a lower
    edge further down; pixels are counted once however many hide them. What is hidden by things, no box tells.

    >>> people_N4 = np.array([[0.0, 0, 10, 20], [5, 5, 15, 30]])
    >>> visible_share(people_N4, 0, size_HW=(40, 40)), visible_share(people_N4, 1, size_HW=(40, 40))
    (0.625, 1.0)
    """
    area = float(box_area(boxes_N4[n][None])[0])
    if area == 0:
        return 0.0
    seen_HW = mask_of_box(_box(clip_boxes(boxes_N4[n][None], size_HW)[0]), size_HW)
    for nearer_4 in boxes_N4[boxes_N4[:, 3] > boxes_N4[n, 3]]:
        seen_HW &= ~mask_of_box(_box(clip_boxes(nearer_4[None], size_HW)[0]), size_HW)
    return min(float(seen_HW.sum()) / area, 1.0)


def area_on_others(mask_HW: BoolArray, own: BoxXYXY | None, others_N4: FloatArray) -> int:
    """Return how many pixels of a mask lie in the box of another person and outside the own one.

    >>> area_on_others(np.ones((4, 10), dtype=bool), (0, 0, 6, 4), np.array([[5.0, 0, 8, 4]]))
    8
    """
    size_HW = (mask_HW.shape[0], mask_HW.shape[1])
    theirs_HW = np.zeros(size_HW, dtype=bool)
    for other_4 in clip_boxes(others_N4, size_HW):
        theirs_HW |= mask_of_box(_box(other_4), size_HW)
    if own is not None:
        theirs_HW &= ~mask_of_box(_box(clip_boxes(np.array([own], dtype=float), size_HW)[0]), size_HW)
    return int((mask_HW & theirs_HW).sum())


def _box(box_4: FloatArray) -> BoxXYXY:
    x1, y1, x2, y2 = (float(value) for value in box_4)
    return (x1, y1, x2, y2)
