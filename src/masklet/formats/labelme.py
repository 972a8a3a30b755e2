"""LabelMe: one JSON for each frame with polygons, rectangles or masks; objects may overlap.

    {"shapes": [{"label": "person", "group_id": 1, "shape_type": "mask", "points": [[x1, y1], [x2, y2]],
                 "mask": "base64 of a PNG"}], "imagePath": "00000.jpg", "imageHeight": 480, "imageWidth": 854}

`group_id` is the object's id; shapes without one are one object for each label. Masks are written as masks, which
come back exactly; a box's right and lower corner belong to it. Scores are not held. Source: LabelMe 5.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from masklet.core import rle
from masklet.core.arrays import BoolArray
from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.core.rle import Rle
from masklet.formats.coco_masks import fill_polygons
from masklet.formats.labels import to_category, to_label
from masklet.formats.lazy import LazyFrames
from masklet.formats.names import frame_stem, index_of_names
from masklet.formats.records import Entry, json_bytes, read_json
from masklet.masklets import Masklets, ObjectMask

SHAPES = ("mask", "polygon", "rectangle")
"""The shapes that cover an area; points, lines and circles are left out."""


def read_labelme(folder: Path, *, names: Sequence[str] | None = None) -> Masklets:
    """Return the masklets of a folder of JSONs; shapes are filled when their frame is asked for.

    All files are looked through once for the objects there are. `names` are all frames of the video in
    order; without them frames are counted by the files there are. Raise FormatError, naming file and shape,
    for what is missing or wrong.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise FormatError(f"Expected LabelMe files (*.json) in the folder {folder}, got none.")
    index_of = index_of_names([path.stem for path in paths], names, folder)
    path_at = {index_of[path.stem]: path for path in paths}
    size_HW = _size(read_json(paths[0]))
    ids = _ids_of_labels(paths)

    def load(index: int) -> tuple[ObjectMask, ...]:
        return _objects(read_json(path_at[index]), size_HW, ids)

    return Masklets(size_HW, LazyFrames(path_at, load), {index: path.stem for index, path in path_at.items()})


def write_labelme(masklets: Masklets, folder: Path) -> None:
    """Write one JSON for each frame that was looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    height, width = masklets.size_HW
    for index in masklets.frame_indices:
        name = frame_stem(masklets.frame_name(index))
        document: dict[str, Any] = {
            "version": "5.5.0",
            "flags": {},
            "shapes": [_shape(item, masklets.labels[item.object_id]) for item in masklets.objects(index)],
            "imagePath": f"{name}.jpg",
            "imageData": None,
            "imageHeight": height,
            "imageWidth": width,
        }
        write_whole(folder / f"{name}.json", json_bytes(document))


def _shape(item: ObjectMask, label: str | None) -> dict[str, Any]:
    x1, y1, x2, y2 = (int(value) for value in item.rle.box_xyxy)
    buffer = io.BytesIO()
    Image.fromarray(rle.decode(item.rle)[y1:y2, x1:x2].astype(np.uint8)).save(buffer, format="PNG")
    return {
        "label": to_category(label),
        "points": [[x1, y1], [x2 - 1, y2 - 1]],
        "group_id": item.object_id,
        "description": "",
        "shape_type": "mask",
        "flags": {},
        "mask": base64.b64encode(buffer.getvalue()).decode("ascii"),
    }


def _area_shapes(file: Entry) -> list[Entry]:
    """Return the shapes that cover an area; a shape that says no type is a polygon."""
    return [
        shape
        for shape in file["shapes"].items()
        if (kind := shape.get("shape_type")) is None or kind.text() in SHAPES
    ]


def _ids_of_labels(paths: Sequence[Path]) -> dict[str, int]:
    """Return ids for the labels of shapes without group_id, above all group_ids there are."""
    labels: set[str] = set()
    highest = 0
    for path in paths:
        for shape in _area_shapes(read_json(path)):
            group = shape.get("group_id")
            if group is None:
                labels.add(shape["label"].text())
            else:
                highest = max(highest, group.whole_number())
    return {label: highest + place for place, label in enumerate(sorted(labels), start=1)}


def _objects(file: Entry, size_HW: tuple[int, int], ids: dict[str, int]) -> tuple[ObjectMask, ...]:
    size = _size(file)
    if size != size_HW:
        raise FormatError(f"Expected a picture of {size_HW} (height, width) in {file.path}, got {size}.")
    masks: dict[int, BoolArray] = {}
    labels: dict[int, str | None] = {}
    for shape in _area_shapes(file):
        label, group = shape["label"].text(), shape.get("group_id")
        object_id = ids[label] if group is None else group.object_id()
        mask_HW = rle.decode(_filled(shape, size_HW))
        masks[object_id] = mask_HW | masks.get(object_id, np.False_)
        labels[object_id] = to_label(label)
    return tuple(
        ObjectMask(number, rle.encode(mask_HW), label=labels[number]) for number, mask_HW in masks.items()
    )


def _size(file: Entry) -> tuple[int, int]:
    return (file["imageHeight"].whole_number(), file["imageWidth"].whole_number())


def _filled(shape: Entry, size_HW: tuple[int, int]) -> Rle:
    points = [[value.number() for value in point.items()] for point in shape["points"].items()]
    if any(len(point) != 2 for point in points):
        raise shape["points"].error("points [x, y]")
    kind = shape.get("shape_type")
    if kind and kind.text() == "mask":
        return _pasted(shape, points, size_HW)
    if kind and kind.text() == "rectangle":
        if len(points) != 2:
            raise shape["points"].error("two corners")
        (x1, y1), (x2, y2) = points
        points = [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
    if len(points) < 3:
        raise shape["points"].error("at least 3 points [x, y]")
    return fill_polygons([[value for point in points for value in point]], size_HW)


def _pasted(shape: Entry, points: list[list[float]], size_HW: tuple[int, int]) -> Rle:
    inside = _decoded(shape["mask"])
    if not points:
        raise shape["points"].error("two corners")
    left, top = (int(value) for value in points[0])
    height, width = inside.shape
    if left < 0 or top < 0 or left + width > size_HW[1] or top + height > size_HW[0]:
        raise shape["points"].error(f"corners of a {width}x{height} mask inside {size_HW[1]}x{size_HW[0]} pixels")
    mask_HW = np.zeros(size_HW, dtype=bool)
    mask_HW[top : top + height, left : left + width] = inside
    return rle.encode(mask_HW)


def _decoded(mask: Entry) -> BoolArray:
    try:
        with Image.open(io.BytesIO(base64.b64decode(mask.text(), validate=True))) as image:
            values = np.asarray(image.convert("L") if image.mode not in ("L", "1", "P") else image)
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError) as error:
        raise mask.error("a PNG as base64") from error
    inside: BoolArray = values != 0
    return inside
