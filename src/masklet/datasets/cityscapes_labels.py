"""The numbers of Cityscapes' label PNGs as values of a label space; names and colours are in `core.label_spaces`.

Source: Cordts et al., CVPR 2016, and the table its authors publish.
"""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import IntArray, UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import VOID
from masklet.core.label_spaces.cityscapes import CITYSCAPES_CLASSES, FIRST_CLASS_ID


def to_train_ids(label_ids_HW: IntArray | UInt8Array) -> UInt8Array:
    """Return train_ids_HW of label ids, values of `CITYSCAPES`; raise FormatError for a number that is none.

    >>> to_train_ids(np.array([[7, 24, 0]]))
    array([[  0,  11, 255]], dtype=uint8)
    """
    _require_label_ids(label_ids_HW)
    train_ids_L = np.array([one.train_id for one in CITYSCAPES_CLASSES], dtype=np.uint8)
    return train_ids_L[label_ids_HW]


def to_class_ids(label_ids_HW: IntArray | UInt8Array) -> UInt8Array:
    """Return class_ids_HW of label ids, values of `CITYSCAPES_30`; raise FormatError for a number that is none.

    >>> to_class_ids(np.array([[4, 7, 33, 0]]))
    array([[  0,   3,  29, 255]], dtype=uint8)
    """
    _require_label_ids(label_ids_HW)
    return np.where(label_ids_HW < FIRST_CLASS_ID, VOID, label_ids_HW - FIRST_CLASS_ID).astype(np.uint8)


def to_label_ids(instance_ids_HW: IntArray) -> IntArray:
    """Return label_ids_HW of instance ids, which are class * 1000 + number, or the class alone.

    >>> to_label_ids(np.array([[24003, 24, 7]]))
    array([[24, 24,  7]])
    """
    return np.where(instance_ids_HW >= 1000, instance_ids_HW // 1000, instance_ids_HW)


def _require_label_ids(label_ids_HW: IntArray | UInt8Array) -> None:
    highest = len(CITYSCAPES_CLASSES) - 1
    if label_ids_HW.size and not 0 <= label_ids_HW.min() <= label_ids_HW.max() <= highest:
        raise FormatError(
            f"Expected label ids of Cityscapes from 0 to {highest}, "
            f"got {label_ids_HW.min()} to {label_ids_HW.max()}."
        )
