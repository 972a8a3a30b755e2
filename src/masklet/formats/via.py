"""VIA, the VGG Image Annotator: one JSON for many pictures, regions with attributes.

    {"_via_img_metadata": {KEY: {"filename": "a.jpg", "regions": [
        {"shape_attributes": {"name": "polygon", "all_points_x": [1, 9, 9], "all_points_y": [1, 1, 9]},
         "region_attributes": {"class": "bottle"}}]}}}

The annotations alone, without what VIA keeps about itself, are read too, as are regions numbered in an object,
which version 1 writes. Shapes that cover an area are filled where the middle of a pixel lies inside: polygon, rect
(x, y, width, height), circle (cx, cy, r), ellipse (cx, cy, rx, ry, theta in radians). Points and lines are no
areas. An attribute of several boxes to tick ({"bottle": true}) counts where exactly one is ticked. Source: Dutta
and Zisserman, The VIA Annotation Software, ACM Multimedia 2019. Shapes: H W pixels, P points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from masklet.core import rle
from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.errors import FormatError
from masklet.formats.coco_masks import fill_polygons
from masklet.formats.records import Entry, read_json

AREAS = ("polygon", "rect", "circle", "ellipse")
USUAL_ATTRIBUTES = ("class", "label", "name", "type", "category")
"""Taken for the class, in this order, where regions have several attributes and none is named."""


@dataclass(frozen=True, eq=False)
class ViaRegion:
    """One region of a picture."""

    shape: Entry
    attributes: Entry

    @property
    def is_area(self) -> bool:
        """Whether its shape covers an area."""
        return self.shape["name"].text() in AREAS

    def attribute(self, name: str) -> str | None:
        """Return what an attribute says, None where it says nothing or several things."""
        entry = self.attributes.get(name)
        if entry is None:
            return None
        if isinstance(entry.value, dict):
            ticked = [each for each, value in entry.value.items() if value]
            return ticked[0] if len(ticked) == 1 else None
        return entry.text().strip() or None

    def fill(self, size_HW: tuple[int, int]) -> BoolArray:
        """Return mask_HW of its area; parts beyond the picture are cut off. Raise FormatError for no area."""
        kind = self.shape["name"].text()
        if kind == "polygon":
            return _polygon(self.shape, size_HW)
        if kind == "rect":
            x, y, width, height = (self.shape[name].number() for name in ("x", "y", "width", "height"))
            return _inside(size_HW, lambda px, py: (px >= x) & (px < x + width) & (py >= y) & (py < y + height))
        if kind in ("circle", "ellipse"):
            return _ellipse(self.shape, kind, size_HW)
        raise self.shape["name"].error(f"a shape with an area ({', '.join(AREAS)})")


@dataclass(frozen=True, eq=False)
class ViaPicture:
    """One picture of the file."""

    filename: str
    regions: tuple[ViaRegion, ...]


@dataclass(frozen=True, eq=False)
class ViaFile:
    """All pictures of a file, in its order, and what values its attributes may have, where it says so."""

    path: Path
    pictures: tuple[ViaPicture, ...]
    options: Mapping[str, tuple[str, ...]]
    """By attribute; those of lists and boxes to tick."""

    def class_attribute(self, wanted: str | None = None) -> str:
        """Return the attribute that says the class: the one wanted, the only one, or one that is usually called
        so.

        Raise FormatError where no region has it, or where that is not clear.
        """
        regions = [region for picture in self.pictures for region in picture.regions]
        known = list(dict.fromkeys(name for region in regions for name in region.attributes.value))
        usual = [name for name in USUAL_ATTRIBUTES if name in known]
        if wanted is None and (len(known) == 1 or usual):
            return known[0] if len(known) == 1 else usual[0]
        if wanted is None or wanted not in known:
            got = f"no {wanted!r}" if wanted else "none that is usual; name it" if known else "none"
            listed = f" among {', '.join(known)}" if known else ""
            raise FormatError(f"Expected the attribute that says the class{listed} in {self.path}, got {got}.")
        return wanted

    def classes(self, attribute: str) -> tuple[str, ...]:
        """Return all values of an attribute: those it may have, in their order, then others that occur, by
        name."""
        said = (region.attribute(attribute) for picture in self.pictures for region in picture.regions)
        options = self.options.get(attribute, ())
        return (*options, *sorted({name for name in said if name is not None} - {*options}))


def read_via(path: Path) -> ViaFile:
    """Return the pictures of a file; raise FormatError, naming the entry, for what is no VIA."""
    root = read_json(path)
    entries = root.get("_via_img_metadata") or root
    if not isinstance(entries.value, dict) or not entries.value:
        raise entries.error("VIA's pictures by their keys")
    pictures = tuple(_picture(entries[key]) for key in entries.value)
    attributes = root.get("_via_attributes")
    return ViaFile(path, pictures, {} if attributes is None else _options(attributes.get("region")))


def _options(attributes: Entry | None) -> dict[str, tuple[str, ...]]:
    if attributes is None or not isinstance(attributes.value, dict):
        return {}
    listed = {name: attributes[name].get("options") for name in attributes.value}
    return {name: tuple(each.value) for name, each in listed.items() if each and isinstance(each.value, dict)}


def _picture(entry: Entry) -> ViaPicture:
    regions = entry["regions"]
    items = [regions[key] for key in regions.value] if isinstance(regions.value, dict) else regions.items()
    return ViaPicture(entry["filename"].text(), tuple(_region(item) for item in items))


def _region(entry: Entry) -> ViaRegion:
    attributes = entry["region_attributes"]
    if not isinstance(attributes.value, dict):
        raise attributes.error("attributes by name")
    return ViaRegion(entry["shape_attributes"], attributes)


def _polygon(shape: Entry, size_HW: tuple[int, int]) -> BoolArray:
    xs, ys = ([value.number() for value in shape[f"all_points_{axis}"].items()] for axis in "xy")
    if len(xs) != len(ys) or len(xs) < 3:
        raise shape.error("a polygon of at least 3 points, as many x as y")
    return rle.decode(fill_polygons([[value for point in zip(xs, ys, strict=True) for value in point]], size_HW))


def _ellipse(shape: Entry, kind: str, size_HW: tuple[int, int]) -> BoolArray:
    x, y = shape["cx"].number(), shape["cy"].number()
    along, across = (shape[name].number() for name in (("r", "r") if kind == "circle" else ("rx", "ry")))
    if along <= 0 or across <= 0:
        raise shape.error("radii above 0")
    theta = shape.get("theta")
    angle = theta.number() if theta is not None else 0.0
    cos, sin = np.cos(angle), np.sin(angle)

    def rule(px: FloatArray, py: FloatArray) -> BoolArray:
        u, v = (px - x) * cos + (py - y) * sin, (py - y) * cos - (px - x) * sin
        is_inside: BoolArray = (u / along) ** 2 + (v / across) ** 2 <= 1
        return is_inside

    return _inside(size_HW, rule)


def _inside(size_HW: tuple[int, int], rule: Callable[[FloatArray, FloatArray], BoolArray]) -> BoolArray:
    """Return mask_HW of the pixels whose middle the rule holds for."""
    y_H1, x_1W = (np.arange(size_HW[0]) + 0.5)[:, None], (np.arange(size_HW[1]) + 0.5)[None]
    return rule(x_1W, y_H1)
