"""The label spaces of the field, one file each, and the way from one to another."""

from __future__ import annotations

from masklet.core.errors import FormatError
from masklet.core.label_space import VOID, LabelClass, LabelSpace
from masklet.core.label_spaces.ade20k import ADE20K
from masklet.core.label_spaces.camvid import CAMVID
from masklet.core.label_spaces.cityscapes import CITYSCAPES, CITYSCAPES_30
from masklet.core.label_spaces.coco import COCO_PANOPTIC
from masklet.core.label_spaces.mappings import MAPPINGS, values_between
from masklet.core.label_spaces.voc import VOC

__all__ = [
    "ADE20K",
    "CAMVID",
    "CITYSCAPES",
    "CITYSCAPES_30",
    "COCO_PANOPTIC",
    "LABEL_SPACES",
    "MAPPINGS",
    "VOC",
    "VOID",
    "LabelClass",
    "LabelSpace",
    "find_label_space",
    "values_between",
]

LABEL_SPACES: dict[str, LabelSpace] = {
    space.name: space for space in (CITYSCAPES, CITYSCAPES_30, CAMVID, VOC, COCO_PANOPTIC, ADE20K)
}
"""All of them, by name."""


def find_label_space(name: str) -> LabelSpace:
    """Return a label space by its name; raise FormatError for a name that is none."""
    if name not in LABEL_SPACES:
        raise FormatError(f"Expected the name of a label space ({', '.join(LABEL_SPACES)}), got {name!r}.")
    return LABEL_SPACES[name]
