"""How sure a mask is that nobody drew: what is asked to find out, and why a mask is turned away.

SAM calls a mask stable that keeps its shape when the threshold of its logits moves (Kirillov et al., 2023,
arXiv:2304.02643, appendix B). A `Segmenter` hands out no logits, so the question is put in prompts: a mask is
stable that gives itself back when it is asked for in another way.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from masklet.core.arrays import BoolArray
from masklet.core.boxes import box_of_mask, shifted
from masklet.core.masks import deepest_points
from masklet.core.values import Box, Points, Prompt

Reason = Literal["empty", "small", "large", "border", "cut", "score", "duplicate", "unstable", "part"]
"""Why a mask is turned away: nothing found, its area, its share of the picture's border, cut off straight, the
segmenter's score, the same as one kept already, not given back by its probes, part of a larger one."""

_NUDGE = 0.05
"""Share of its size that a box is moved by to ask for the same object."""


def probes(prompt: Prompt, mask_HW: BoolArray, count: int) -> list[Prompt]:
    """Return prompts that should give a mask back: points deep inside it for a point, boxes nudged for a box.

    Each is of an object of its own, 1, 2, ..., so that they are answered one by one. There are fewer than `count`
    where the mask has no room for as many points; a box is nudged at most four ways.
    """
    if isinstance(prompt, Box):
        x1, y1, x2, y2 = prompt.xyxy
        by_x, by_y = _NUDGE * (x2 - x1), _NUDGE * (y2 - y1)
        nudges = ((by_x, by_y), (-by_x, -by_y), (by_x, -by_y), (-by_x, by_y))
        height, width = mask_HW.shape
        moved = [shifted(prompt.xyxy, *nudge) for nudge in nudges[:count]]
        boxes = enumerate((_inside(box, width, height) for box in moved), start=1)
        return [Box(prompt.frame_index, number, box) for number, box in boxes]
    points = enumerate(deepest_points(mask_HW, count), start=1)
    return [Points(prompt.frame_index, number, xy_2[None], np.array([1])) for number, xy_2 in points]


def border_share(mask_HW: BoolArray) -> float:
    """Return how much of the picture's border belongs to the mask, 0 to 1.

    >>> border_share(np.array([[True, True, True], [False, True, False], [False, False, False]]))
    0.375
    """
    ring_HW = np.ones(mask_HW.shape, dtype=bool)
    ring_HW[1:-1, 1:-1] = False
    return float(mask_HW[ring_HW].mean())


def inner_parts(masks_NHW: BoolArray, share: float) -> BoolArray:
    """Return is_part_N: whether a share of a mask or more lies in a larger one (of equal ones, in an earlier one).

    >>> inner_parts(np.array([[[True, False]], [[True, True]], [[True, True]]]), 0.9)
    array([ True, False,  True])
    """
    count, height, width = masks_NHW.shape
    flat_NP = masks_NHW.reshape(count, height * width).astype(np.float32)
    area_N = flat_NP.sum(axis=1)
    shared_NN = (flat_NP @ flat_NP.T) / np.maximum(area_N, 1)[:, None]
    order_N = np.arange(count)
    is_larger_NN = (area_N[None] > area_N[:, None]) | (
        (area_N[None] == area_N[:, None]) & (order_N[None] < order_N[:, None])
    )
    is_part_N: BoolArray = ((shared_NN >= share) & is_larger_NN).any(axis=1)
    return is_part_N


def straightest_side(mask_HW: BoolArray) -> float:
    """Return the largest share of a side of its tight box that a mask fills; the picture's border is no side.

    Things seldom have sides that follow the rows or columns of pixels exactly; masks that were cut off do.

    >>> straightest_side(np.pad([[False, True], [True, True]], 1)), straightest_side(np.ones((2, 2), dtype=bool))
    (1.0, 0.0)
    """
    box = box_of_mask(mask_HW)
    if box is None:
        return 0.0
    height, width = mask_HW.shape
    x1, y1, x2, y2 = (int(edge) for edge in box)
    sides = (
        (x1 > 0, mask_HW[y1:y2, x1]),
        (x2 < width, mask_HW[y1:y2, x2 - 1]),
        (y1 > 0, mask_HW[y1, x1:x2]),
        (y2 < height, mask_HW[y2 - 1, x1:x2]),
    )
    return max((float(side.mean()) for is_inside, side in sides if is_inside), default=0.0)


def touches_inner_edge(mask_HW: BoolArray, window_ltrb: tuple[int, int, int, int]) -> bool:
    """Return whether a mask of the whole picture reaches an edge of the window that is no edge of the picture."""
    box = box_of_mask(mask_HW)
    if box is None:
        return False
    (left, top, right, bottom), (height, width) = window_ltrb, mask_HW.shape
    x1, y1, x2, y2 = box
    return bool(
        (left > 0 and x1 <= left)
        or (top > 0 and y1 <= top)
        or (right < width and x2 >= right)
        or (bottom < height and y2 >= bottom)
    )


def _inside(
    box_xyxy: tuple[float, float, float, float], width: int, height: int
) -> tuple[float, float, float, float]:
    """Return the box cut to the picture; one that would lie outside keeps a pixel of it."""
    x1, y1, x2, y2 = box_xyxy
    left, top = min(max(x1, 0.0), width - 1.0), min(max(y1, 0.0), height - 1.0)
    return (left, top, max(min(x2, float(width)), left + 1), max(min(y2, float(height)), top + 1))
