"""Which classes lie beside which: borders between them in label maps.

Shapes: H W pixels, L classes.
"""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import FloatArray, IntArray, UInt8Array
from masklet.core.label_space import VOID


def border_lengths(label_map_HW: UInt8Array, classes: int) -> IntArray:
    """Return borders_LL: pairs of pixels beside or above each other by their two classes, symmetric; 0 of a class
    with itself and with VOID.

    >>> border_lengths(np.array([[0, 0, 1], [2, 2, 255]], dtype=np.uint8), 3)
    array([[0, 1, 2],
           [1, 0, 0],
           [2, 0, 0]])
    """
    borders_LL = np.zeros((classes, classes), dtype=np.int64)
    for first_HW, second_HW in (
        (label_map_HW[:, :-1], label_map_HW[:, 1:]),
        (label_map_HW[:-1], label_map_HW[1:]),
    ):
        is_border_HW = (first_HW != second_HW) & (first_HW != VOID) & (second_HW != VOID)
        pairs_P = first_HW[is_border_HW].astype(np.int64) * classes + second_HW[is_border_HW]
        borders_LL += np.bincount(pairs_P, minlength=classes * classes).reshape(classes, classes)
    return borders_LL + borders_LL.T


def border_shares(borders_LL: IntArray) -> FloatArray:
    """Return shares_LL: of all borders of each class (row), the share that is with each other one; 0 of none."""
    total_L1 = borders_LL.sum(axis=1, keepdims=True)
    shares_LL: FloatArray = borders_LL / np.maximum(total_L1, 1)
    return shares_LL
