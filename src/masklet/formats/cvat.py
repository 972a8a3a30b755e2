"""CVAT for video 1.1: an XML of tracks, each with masks or polygons by frame.

    <track id="0" label="person">
      <mask frame="3" outside="0" rle="0, 5, 2" left="10" top="20" width="5"/>     rows of the box, zeros first
      <polygon frame="4" outside="0" points="1.5,2.0;3.0,4.0;..."/>                filled on reading

Objects may overlap; ids are the track's + 1; a shape with outside="1" is not there. Every frame of the task was
looked at. Scores are not held. Source: CVAT's documentation, XML annotation format 1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from masklet.core import rle
from masklet.core.arrays import BoolArray
from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.core.rle import Rle
from masklet.formats.coco_masks import fill_polygons
from masklet.formats.labels import categories_of, to_category, to_label
from masklet.formats.lazy import LazyFrames
from masklet.formats.xml import read_xml
from masklet.masklets import Masklet, Masklets, ObjectMask


def read_cvat(path: Path) -> Masklets:
    """Return the masklets of a task; shapes are filled when their frame is asked for.

    Several shapes of one track in one frame are taken together. Boxes, points and lines are no masks: a track
    with nothing else is left out. Raise FormatError, naming track and frame, for what is missing or wrong.
    """
    root = _parse(path)
    size_HW = _size(root, path)
    shapes_at: dict[int, dict[int, list[Element]]] = {}
    labels: dict[int, str | None] = {}
    for track in root.iter("track"):
        object_id = _number(track, "id", f"a track of {path}") + 1
        labels[object_id] = to_label(track.get("label") or to_category(None))
        for shape in (*track.iter("mask"), *track.iter("polygon")):
            if shape.get("outside") != "1":
                frame = _number(shape, "frame", f"track {object_id - 1} of {path}")
                shapes_at.setdefault(frame, {}).setdefault(object_id, []).append(shape)

    def load(index: int) -> tuple[ObjectMask, ...]:
        return tuple(
            ObjectMask(
                object_id=object_id,
                rle=_union(shapes, size_HW, f"frame {index} of track {object_id - 1} of {path}"),
                label=labels[object_id],
            )
            for object_id, shapes in shapes_at.get(index, {}).items()
        )

    frame_count = max(_frame_count(root), max(shapes_at, default=-1) + 1)
    return Masklets(size_HW, LazyFrames(range(frame_count), load))


def write_cvat(masklets: Masklets, path: Path, video: str) -> None:
    """Write masks, one track for each object."""
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    root.append(_meta(masklets, video))
    for masklet in masklets.masklets():
        root.append(_track(masklet, masklets.frame_indices))
    ElementTree.indent(root)
    write_whole(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _meta(masklets: Masklets, video: str) -> Element:
    meta = Element("meta")
    task = SubElement(meta, "task")
    SubElement(task, "name").text = video
    SubElement(task, "size").text = str(max(masklets.frame_indices, default=-1) + 1)
    SubElement(task, "mode").text = "interpolation"
    labels = SubElement(task, "labels")
    for name in categories_of(masklets):
        label = SubElement(labels, "label")
        SubElement(label, "name").text = name
        SubElement(label, "type").text = "mask"
        SubElement(label, "attributes")
    size = SubElement(task, "original_size")
    SubElement(size, "width").text = str(masklets.size_HW[1])
    SubElement(size, "height").text = str(masklets.size_HW[0])
    return meta


def _track(masklet: Masklet, frames: tuple[int, ...]) -> Element:
    """Return the track of an object; where it leaves the picture its last mask is repeated as outside."""
    track = Element("track", id=str(masklet.object_id - 1), label=to_category(masklet.label), source="auto")
    last: Rle | None = None
    for index in frames:
        mask = masklet.rles.get(index)
        if mask or last:
            track.append(_mask_element(mask or last, index, outside=mask is None))
        last = mask
    return track


def _mask_element(mask: Rle | None, index: int, *, outside: bool) -> Element:
    assert mask is not None
    x1, y1, x2, y2 = (int(value) for value in mask.box_xyxy)
    inside = rle.decode(mask)[y1:y2, x1:x2].ravel()
    edges = np.flatnonzero(np.diff(inside, prepend=False)) if inside.size else np.zeros(0, dtype=int)
    runs = np.diff(edges, prepend=0, append=inside.size)
    return Element(
        "mask",
        frame=str(index),
        keyframe="1",
        outside="1" if outside else "0",
        occluded="0",
        rle=", ".join(map(str, runs.tolist())),
        left=str(x1),
        top=str(y1),
        width=str(x2 - x1),
        height=str(y2 - y1),
        z_order="0",
    )


def _union(shapes: list[Element], size_HW: tuple[int, int], where: str) -> Rle:
    mask_HW = np.zeros(size_HW, dtype=bool)
    for shape in shapes:
        mask_HW |= _filled(shape, size_HW, where)
    return rle.encode(mask_HW)


def _filled(shape: Element, size_HW: tuple[int, int], where: str) -> BoolArray:
    if shape.tag == "polygon":
        return rle.decode(fill_polygons([_polygon(shape, where)], size_HW))
    box = {name: _number(shape, name, where) for name in ("left", "top", "width")}
    runs = _runs(shape, where)
    height, rest = divmod(int(runs.sum()), max(box["width"], 1))
    if rest or box["left"] + box["width"] > size_HW[1] or box["top"] + height > size_HW[0]:
        raise FormatError(
            f"Expected a mask inside {size_HW[1]}x{size_HW[0]} pixels in {where}, got run lengths of {runs.sum()} "
            f"pixels at left {box['left']}, top {box['top']}, width {box['width']}."
        )
    values = np.arange(len(runs)) % 2 == 1
    mask_HW = np.zeros(size_HW, dtype=bool)
    inside = np.repeat(values, runs).reshape(height, box["width"])
    mask_HW[box["top"] : box["top"] + height, box["left"] : box["left"] + box["width"]] = inside
    return mask_HW


def _runs(shape: Element, where: str) -> np.ndarray:
    text = shape.get("rle") or ""
    try:
        runs = np.array([int(run) for run in text.split(",")], dtype=np.int64)
    except ValueError:
        runs = np.array([-1])
    if (runs < 0).any():
        raise FormatError(f'Expected rle="0, 5, 2, ..." in {where}, got {text[:40]!r}.')
    return runs


def _polygon(shape: Element, where: str) -> list[float]:
    text = shape.get("points") or ""
    try:
        polygon = [float(value) for point in text.split(";") for value in point.split(",")]
    except ValueError:
        polygon = []
    if len(polygon) < 6 or len(polygon) % 2:
        raise FormatError(f'Expected points="x,y;x,y;x,y;..." in {where}, got {text[:40]!r}.')
    return polygon


def _parse(path: Path) -> Element:
    root = read_xml(path, "CVAT XML")
    if root.tag != "annotations" or root.find("image") is not None:
        got = "`CVAT for images`" if root.tag == "annotations" else f"<{root.tag}>"
        raise FormatError(f"Expected `CVAT for video 1.1` in {path}, got {got}. Export the task in that format.")
    return root


def _size(root: Element, path: Path) -> tuple[int, int]:
    size = next(root.iter("original_size"), None)
    numbers = {} if size is None else {child.tag: child.text or "" for child in size}
    if not all(_is_number(numbers.get(name)) for name in ("width", "height")):
        raise FormatError(f"Expected <original_size> with width and height in the meta of {path}, got none.")
    return (int(numbers["height"]), int(numbers["width"]))


def _frame_count(root: Element) -> int:
    size = root.findtext(".//meta//size")
    return int(size) if size is not None and _is_number(size) else 0


def _is_number(text: str | None) -> bool:
    return text is not None and text.strip().isdecimal()


def _number(element: Element, name: str, where: str) -> int:
    attributes: Mapping[str, str] = element.attrib
    text = attributes.get(name)
    if text is None or not _is_number(text):
        raise FormatError(f'Expected {name}="NUMBER" in <{element.tag}> in {where}, got {text!r}.')
    return int(text)
