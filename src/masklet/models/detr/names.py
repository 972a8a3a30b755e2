"""Class names as COCO has them: checkpoints also carry those of Pascal VOC and of Objects365."""

from __future__ import annotations

from collections.abc import Mapping

from masklet.core.label_spaces.coco import COCO_THINGS

_OTHER_NAMES = {
    "motorbike": "motorcycle",
    "aeroplane": "airplane",
    "sofa": "couch",
    "pottedplant": "potted plant",
    "diningtable": "dining table",
    "tvmonitor": "tv",
    "tv monitor": "tv",
    "hair dryer": "hair drier",
    "doughnut": "donut",
    "mobile phone": "cell phone",
}
_NOTHING = ("n/a", "__background__", "no-object", "background", "")


def coco_name(name: str) -> str | None:
    """Return the name of a class as COCO has it, any other name as it is, None where it stands for no class.

    >>> coco_name("motorbike"), coco_name("Person"), coco_name("Sneakers"), coco_name("N/A")
    ('motorcycle', 'person', 'Sneakers', None)
    """
    lower = name.strip().lower()
    if lower in _NOTHING:
        return None
    known = _OTHER_NAMES.get(lower, lower)
    return known if known in COCO_THINGS else name


def class_names(id2label: Mapping[int, str]) -> dict[int, str]:
    """Return the names by class number, without numbers that stand for no class."""
    named = {int(number): coco_name(name) for number, name in sorted(id2label.items())}
    return {number: name for number, name in named.items() if name is not None}
