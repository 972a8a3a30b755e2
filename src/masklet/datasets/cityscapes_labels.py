"""The label space of Cityscapes: 34 classes that pictures are labelled with, 19 of them to be learnt.

Source: Cordts et al., CVPR 2016, and the table its authors publish.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import IntArray, UInt8Array
from masklet.core.errors import FormatError

VOID = 255
"""The train id of what is neither learnt nor scored."""


@dataclass(frozen=True)
class LabelClass:
    """One class: its number in the label PNGs, its number in training, its colour in pictures (RGB)."""

    name: str
    label_id: int
    train_id: int
    colour: tuple[int, int, int]
    has_instances: bool = False
    """Whether its objects are told apart: 24003 is the fourth person, 24 a crowd."""


CLASSES = (
    LabelClass("unlabeled", 0, VOID, (0, 0, 0)),
    LabelClass("ego vehicle", 1, VOID, (0, 0, 0)),
    LabelClass("rectification border", 2, VOID, (0, 0, 0)),
    LabelClass("out of roi", 3, VOID, (0, 0, 0)),
    LabelClass("static", 4, VOID, (0, 0, 0)),
    LabelClass("dynamic", 5, VOID, (111, 74, 0)),
    LabelClass("ground", 6, VOID, (81, 0, 81)),
    LabelClass("road", 7, 0, (128, 64, 128)),
    LabelClass("sidewalk", 8, 1, (244, 35, 232)),
    LabelClass("parking", 9, VOID, (250, 170, 160)),
    LabelClass("rail track", 10, VOID, (230, 150, 140)),
    LabelClass("building", 11, 2, (70, 70, 70)),
    LabelClass("wall", 12, 3, (102, 102, 156)),
    LabelClass("fence", 13, 4, (190, 153, 153)),
    LabelClass("guard rail", 14, VOID, (180, 165, 180)),
    LabelClass("bridge", 15, VOID, (150, 100, 100)),
    LabelClass("tunnel", 16, VOID, (150, 120, 90)),
    LabelClass("pole", 17, 5, (153, 153, 153)),
    LabelClass("polegroup", 18, VOID, (153, 153, 153)),
    LabelClass("traffic light", 19, 6, (250, 170, 30)),
    LabelClass("traffic sign", 20, 7, (220, 220, 0)),
    LabelClass("vegetation", 21, 8, (107, 142, 35)),
    LabelClass("terrain", 22, 9, (152, 251, 152)),
    LabelClass("sky", 23, 10, (70, 130, 180)),
    LabelClass("person", 24, 11, (220, 20, 60), has_instances=True),
    LabelClass("rider", 25, 12, (255, 0, 0), has_instances=True),
    LabelClass("car", 26, 13, (0, 0, 142), has_instances=True),
    LabelClass("truck", 27, 14, (0, 0, 70), has_instances=True),
    LabelClass("bus", 28, 15, (0, 60, 100), has_instances=True),
    LabelClass("caravan", 29, VOID, (0, 0, 90), has_instances=True),
    LabelClass("trailer", 30, VOID, (0, 0, 110), has_instances=True),
    LabelClass("train", 31, 16, (0, 80, 100), has_instances=True),
    LabelClass("motorcycle", 32, 17, (0, 0, 230), has_instances=True),
    LabelClass("bicycle", 33, 18, (119, 11, 32), has_instances=True),
)
"""By label id. License plates have polygons and no id: they are not drawn."""

CLASS_BY_NAME = {one.name: one for one in CLASSES}
TRAIN_CLASSES = tuple(sorted((one for one in CLASSES if one.train_id != VOID), key=lambda one: one.train_id))
"""The 19 classes to be learnt, by train id."""


def to_train_ids(label_ids_HW: IntArray | UInt8Array) -> UInt8Array:
    """Return train_ids_HW of label ids; raise FormatError for a number that is none.

    >>> to_train_ids(np.array([[7, 24, 0]]))
    array([[  0,  11, 255]], dtype=uint8)
    """
    if label_ids_HW.size and not 0 <= label_ids_HW.min() <= label_ids_HW.max() < len(CLASSES):
        raise FormatError(
            f"Expected label ids of Cityscapes from 0 to {len(CLASSES) - 1}, "
            f"got {label_ids_HW.min()} to {label_ids_HW.max()}."
        )
    train_ids_L = np.array([one.train_id for one in CLASSES], dtype=np.uint8)
    return train_ids_L[label_ids_HW]


def to_label_ids(instance_ids_HW: IntArray) -> IntArray:
    """Return label_ids_HW of instance ids, which are class * 1000 + number, or the class alone.

    >>> to_label_ids(np.array([[24003, 24, 7]]))
    array([[24, 24,  7]])
    """
    return np.where(instance_ids_HW >= 1000, instance_ids_HW // 1000, instance_ids_HW)
