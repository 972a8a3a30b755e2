"""Cityscapes: 34 labels that pictures are labelled with, 30 of them classes, 19 of these to be learnt.

Source: Cordts et al., CVPR 2016, and the table its authors publish.
"""

from __future__ import annotations

from dataclasses import dataclass

from masklet.core.label_space import VOID, LabelClass, LabelSpace


@dataclass(frozen=True)
class CityscapesClass:
    """One label: its number in the label PNGs, its number in training, its colour in pictures (RGB)."""

    name: str
    label_id: int
    train_id: int
    colour: tuple[int, int, int]
    has_instances: bool = False
    """Whether its objects are told apart: 24003 is the fourth person, 24 a crowd."""


CITYSCAPES_CLASSES = (
    CityscapesClass("unlabeled", 0, VOID, (0, 0, 0)),
    CityscapesClass("ego vehicle", 1, VOID, (0, 0, 0)),
    CityscapesClass("rectification border", 2, VOID, (0, 0, 0)),
    CityscapesClass("out of roi", 3, VOID, (0, 0, 0)),
    CityscapesClass("static", 4, VOID, (0, 0, 0)),
    CityscapesClass("dynamic", 5, VOID, (111, 74, 0)),
    CityscapesClass("ground", 6, VOID, (81, 0, 81)),
    CityscapesClass("road", 7, 0, (128, 64, 128)),
    CityscapesClass("sidewalk", 8, 1, (244, 35, 232)),
    CityscapesClass("parking", 9, VOID, (250, 170, 160)),
    CityscapesClass("rail track", 10, VOID, (230, 150, 140)),
    CityscapesClass("building", 11, 2, (70, 70, 70)),
    CityscapesClass("wall", 12, 3, (102, 102, 156)),
    CityscapesClass("fence", 13, 4, (190, 153, 153)),
    CityscapesClass("guard rail", 14, VOID, (180, 165, 180)),
    CityscapesClass("bridge", 15, VOID, (150, 100, 100)),
    CityscapesClass("tunnel", 16, VOID, (150, 120, 90)),
    CityscapesClass("pole", 17, 5, (153, 153, 153)),
    CityscapesClass("polegroup", 18, VOID, (153, 153, 153)),
    CityscapesClass("traffic light", 19, 6, (250, 170, 30)),
    CityscapesClass("traffic sign", 20, 7, (220, 220, 0)),
    CityscapesClass("vegetation", 21, 8, (107, 142, 35)),
    CityscapesClass("terrain", 22, 9, (152, 251, 152)),
    CityscapesClass("sky", 23, 10, (70, 130, 180)),
    CityscapesClass("person", 24, 11, (220, 20, 60), has_instances=True),
    CityscapesClass("rider", 25, 12, (255, 0, 0), has_instances=True),
    CityscapesClass("car", 26, 13, (0, 0, 142), has_instances=True),
    CityscapesClass("truck", 27, 14, (0, 0, 70), has_instances=True),
    CityscapesClass("bus", 28, 15, (0, 60, 100), has_instances=True),
    CityscapesClass("caravan", 29, VOID, (0, 0, 90), has_instances=True),
    CityscapesClass("trailer", 30, VOID, (0, 0, 110), has_instances=True),
    CityscapesClass("train", 31, 16, (0, 80, 100), has_instances=True),
    CityscapesClass("motorcycle", 32, 17, (0, 0, 230), has_instances=True),
    CityscapesClass("bicycle", 33, 18, (119, 11, 32), has_instances=True),
)
"""By label id. License plates have polygons and no id: they are not drawn."""

_TRAINED = sorted((one for one in CITYSCAPES_CLASSES if one.train_id != VOID), key=lambda one: one.train_id)

FIRST_CLASS_ID = 4
"""Label ids below it say why nothing is said (unlabeled, ego vehicle, rectification border, out of roi)."""


def _space(name: str, classes: list[CityscapesClass]) -> LabelSpace:
    return LabelSpace(name, tuple(LabelClass(one.name, one.colour, one.has_instances) for one in classes))


CITYSCAPES = _space("cityscapes", _TRAINED)
"""The 19 classes to be learnt; a value is a train id."""
CITYSCAPES_30 = _space("cityscapes-30", list(CITYSCAPES_CLASSES[FIRST_CLASS_ID:]))
"""All 30 classes; a value is a label id less FIRST_CLASS_ID. Pole and polegroup share a colour."""
