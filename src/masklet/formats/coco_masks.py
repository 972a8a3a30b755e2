"""One mask as COCO writes it in JSON: run-length codes, or polygons to be filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco

from masklet.core import rle
from masklet.core.errors import FormatError
from masklet.core.rle import Rle
from masklet.formats.records import Entry


def mask_of(entry: Entry, size_HW: tuple[int, int]) -> Rle:
    """Return the mask of a `segmentation`: compressed or plain run lengths, or a list of polygons.

    Raise FormatError, naming the entry, for anything else, for another size, and for damaged counts.
    """
    if isinstance(entry.value, list):
        return _filled(entry, size_HW)
    _require_size(entry["size"], size_HW)
    counts = entry["counts"]
    try:
        if isinstance(counts.value, str):
            return rle.parse(counts.value, size_HW)
        return rle.from_uncompressed([item.whole_number() for item in counts.items()], size_HW)
    except FormatError as error:
        raise FormatError(f"In {counts.where} of {counts.path}: {error}") from error


def segmentation_of(mask: Rle) -> dict[str, Any]:
    """Return the `segmentation` of a mask."""
    return {"size": list(mask.size_HW), "counts": mask.counts}


def bbox_of(mask: Rle) -> list[float]:
    """Return the `bbox` of a mask: x, y, width, height."""
    x1, y1, x2, y2 = mask.box_xyxy
    return [x1, y1, x2 - x1, y2 - y1]


def fill_polygons(polygons: Sequence[Sequence[float]], size_HW: tuple[int, int]) -> Rle:
    """Return the union of polygons x1, y1, x2, y2, ... filled as pycocotools does; () gives an empty mask."""
    if not polygons:
        return rle.encode(np.zeros(size_HW, dtype=bool))
    united = coco.merge(coco.frPyObjects([list(polygon) for polygon in polygons], *size_HW))
    return Rle(size_HW=size_HW, counts=united["counts"].decode("ascii"))


def _filled(entry: Entry, size_HW: tuple[int, int]) -> Rle:
    polygons = [[item.number() for item in polygon.items()] for polygon in entry.items()]
    for polygon in polygons:
        if len(polygon) < 6 or len(polygon) % 2:
            raise entry.error("polygons of at least 3 points x, y")
    return fill_polygons(polygons, size_HW)


def _require_size(entry: Entry, size_HW: tuple[int, int]) -> None:
    size = tuple(item.whole_number() for item in entry.items())
    if size != size_HW:
        raise entry.error(f"the size {list(size_HW)} (height, width) of the video")
