"""The object ids of MOTS: class * 1000 + instance, and class 10 for regions to be ignored.

Source: Voigtlaender et al., MOTS: Multi-Object Tracking and Segmentation, CVPR 2019, and its tools' text.
"""

from __future__ import annotations

from collections.abc import Mapping

from masklet.core.errors import FormatError
from masklet.formats.labels import to_category

CLASS_IDS = {"car": 1, "pedestrian": 2, "person": 2, "ignore": 10}
OTHER_CLASS_IDS = range(3, 10)
"""For classes that MOTS does not know; its evaluators leave them aside."""
IGNORE_ID = 10_000
"""The one object, labelled "ignore", that all regions to be ignored make up."""

_LABELS = {1: "car", 2: "pedestrian", 10: "ignore"}


def label_of_class(class_id: int) -> str | None:
    """Return the name of a MOTS class, None of one that MOTS does not name."""
    return _LABELS.get(class_id)


def mots_ids(labels: Mapping[int, str | None]) -> dict[int, tuple[int, int]]:
    """Return, for every object, its MOTS id and class id.

    An id that already says its class stays; any other becomes the instance number, or the next free one where
    that is taken or above 999. Raise FormatError for more classes or objects than there are numbers.

    >>> mots_ids({1: "car", 2: "person", 2007: "person"})
    {1: (1001, 1), 2: (2002, 2), 2007: (2007, 2)}
    """
    class_of = _class_ids({to_category(label) for label in labels.values()})
    classes = {object_id: class_of[to_category(label)] for object_id, label in labels.items()}
    ids = {object_id: object_id for object_id, class_id in classes.items() if object_id // 1000 == class_id}
    ids |= {object_id: IGNORE_ID for object_id, class_id in classes.items() if class_id == CLASS_IDS["ignore"]}
    taken = set(ids.values())
    for object_id, class_id in classes.items():
        if object_id not in ids:
            ids[object_id] = _free_id(object_id, class_id, taken)
            taken.add(ids[object_id])
    return {object_id: (ids[object_id], class_id) for object_id, class_id in classes.items()}


def _class_ids(categories: set[str]) -> dict[str, int]:
    others = sorted(categories - CLASS_IDS.keys())
    if len(others) > len(OTHER_CLASS_IDS):
        raise FormatError(
            f"Expected at most {len(OTHER_CLASS_IDS)} classes beside car and pedestrian for MOTS, "
            f"got {len(others)}: {', '.join(others)}."
        )
    return CLASS_IDS | dict(zip(others, OTHER_CLASS_IDS, strict=False))


def _free_id(object_id: int, class_id: int, taken: set[int]) -> int:
    wanted = class_id * 1000 + object_id
    if object_id < 1000 and wanted not in taken:
        return wanted
    candidates = range(class_id * 1000 + 1, (class_id + 1) * 1000)
    free = next((candidate for candidate in candidates if candidate not in taken), None)
    if free is None:
        raise FormatError(f"Expected at most 999 objects of one class for MOTS, got more of class {class_id}.")
    return free
