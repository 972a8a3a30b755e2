"""Cityscapes: pictures from a car, their people as boxes and masks, their classes as train ids.

    ROOT/leftImg8bit/train/aachen/aachen_000000_000019_leftImg8bit.png
    ROOT/gtFine/train/aachen/aachen_000000_000019_gtFine_instanceIds.png    class * 1000 + number, or a class
    ROOT/gtFine/train/aachen/aachen_000000_000019_gtFine_labelIds.png       may be left out
    ROOT/gtFine/train/aachen/aachen_000000_000019_gtFine_polygons.json      drawn where instanceIds is missing
    ROOT/gtCoarse/...                                                       as gtFine: train, val, train_extra

Source: Cordts et al., CVPR 2016.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from masklet.core import rle
from masklet.core.arrays import IntArray, UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_spaces.cityscapes import CITYSCAPES_CLASSES, CityscapesClass
from masklet.datasets.cityscapes_labels import to_label_ids, to_train_ids
from masklet.datasets.folders import folders_in, require_folder
from masklet.datasets.people import People, PeoplePicture, boxes_of, require_size
from masklet.formats.records import Entry, read_json
from masklet.sources.images import image_size, read_image

PICTURE_ENDING = "_leftImg8bit.png"
CLASS_BY_NAME = {one.name: one for one in CITYSCAPES_CLASSES}


@dataclass(frozen=True, eq=False)
class CityscapesPicture(PeoplePicture):
    """A picture with its people and its classes."""

    read_train_ids: Callable[[], UInt8Array] = field(repr=False)

    @property
    def train_ids_HW(self) -> UInt8Array:
        """The class of every pixel: 0 to 18, 255 void; read anew each time."""
        return self.read_train_ids()


@dataclass(frozen=True)
class Cityscapes:
    """One split, by name. Iterating reads the instances of a picture to know whether it has people."""

    root: Path
    split: str = "train"
    coarse: bool = False
    """Whether labels are the coarse ones, gtCoarse."""
    riders: bool = False
    """Whether riders are people too; their bicycles never belong to them."""
    with_empty: bool = False
    """Whether pictures without people come as well."""

    def names(self) -> tuple[str, ...]:
        """Return the pictures of the split: aachen_000000_000019; raise FormatError where there are none."""
        folder = require_folder(self.root / "leftImg8bit" / self.split, "cities with Cityscapes' pictures")
        paths = sorted(path for city in folders_in(folder) for path in (folder / city).glob(f"*{PICTURE_ENDING}"))
        if not paths:
            raise FormatError(f"Expected pictures CITY/*{PICTURE_ENDING} in {folder}, found none.")
        return tuple(path.name.removesuffix(PICTURE_ENDING) for path in paths)

    def __iter__(self) -> Iterator[CityscapesPicture]:
        pictures = map(self.picture, self.names())
        return (picture for picture in pictures if self.with_empty or picture.people.rles_N)

    def picture(self, name: str) -> CityscapesPicture:
        """Return one picture by its name; nothing is read yet."""
        city, kind = name.split("_")[0], "gtCoarse" if self.coarse else "gtFine"
        labels = self.root / kind / self.split / city / f"{name}_{kind}"
        picture = self.root / "leftImg8bit" / self.split / city / f"{name}{PICTURE_ENDING}"
        classes = tuple(CLASS_BY_NAME[each] for each in ("person", "rider")[: 1 + self.riders])
        return CityscapesPicture(
            name=name,
            read_image=partial(read_image, picture),
            read_people=partial(_people, picture, labels, classes),
            read_train_ids=partial(_train_ids, labels),
        )


def instance_ids(labels: Path) -> IntArray:
    """Return instance_ids_HW of a picture, given the paths of its labels without their endings."""
    path = _with_ending(labels, "_instanceIds.png")
    if path.is_file():
        return _read_ids(path)
    polygons = _with_ending(labels, "_polygons.json")
    if not polygons.is_file():
        raise FormatError(f"Expected the instances of a picture in {path} or {polygons.name}, found neither.")
    return draw_instances(read_json(polygons))


def draw_instances(annotation: Entry) -> IntArray:
    """Return instance_ids_HW of an annotation: polygons in their order, later ones over earlier ones.

    Objects of a class count from 0 as they come. A group, such as persongroup, has the number of its class alone.
    """
    size = (annotation["imgWidth"].whole_number(), annotation["imgHeight"].whole_number())
    image = Image.new("I", size, 0)
    draw = ImageDraw.Draw(image)
    drawn: Counter[str] = Counter()
    for shape in annotation["objects"].items():
        deleted = shape.get("deleted")
        label = shape["label"].text()
        if label == "license plate" or (deleted is not None and deleted.value):
            continue
        found, is_group = _class_of(shape["label"])
        value = found.label_id
        if found.has_instances and not is_group:
            value = 1000 * value + drawn[found.name]
            drawn[found.name] += 1
        draw.polygon(_points(shape["polygon"]), fill=value)
    return np.array(image, dtype=np.int32)


def people_of_instances(instance_ids_HW: IntArray, classes: tuple[CityscapesClass, ...]) -> People:
    """Return the objects of these classes by their ids, with tight boxes; their groups are void."""
    label_of = {one.label_id: one.name for one in classes}
    ids = [int(value) for value in np.unique(instance_ids_HW) if value >= 1000 and value // 1000 in label_of]
    rles_N = tuple(rle.encode(instance_ids_HW == value) for value in ids)
    crowd_HW = np.isin(instance_ids_HW, list(label_of))
    return People(
        size_HW=(instance_ids_HW.shape[0], instance_ids_HW.shape[1]),
        boxes_N4=boxes_of(rles_N),
        rles_N=rles_N,
        labels_N=tuple(label_of[value // 1000] for value in ids),
        void=rle.encode(crowd_HW) if crowd_HW.any() else None,
    )


def _people(picture: Path, labels: Path, classes: tuple[CityscapesClass, ...]) -> People:
    people = people_of_instances(instance_ids(labels), classes)
    require_size(picture, image_size(picture), people.size_HW)
    return people


def _train_ids(labels: Path) -> UInt8Array:
    path = _with_ending(labels, "_labelIds.png")
    label_ids_HW = _read_ids(path) if path.is_file() else to_label_ids(instance_ids(labels))
    return to_train_ids(label_ids_HW)


def _with_ending(labels: Path, ending: str) -> Path:
    return labels.with_name(f"{labels.name}{ending}")


def _class_of(label: Entry) -> tuple[CityscapesClass, bool]:
    """Return the class of a label, and whether it says a group of it; polegroup is a class of its own."""
    name = label.text()
    for candidate, is_group in ((name, False), (name.removesuffix("group"), True)):
        if candidate in CLASS_BY_NAME:
            return CLASS_BY_NAME[candidate], is_group
    raise label.error("a class of Cityscapes")


def _points(polygon: Entry) -> list[tuple[float, float]]:
    points = [tuple(number.number() for number in point.items()) for point in polygon.items()]
    if len(points) < 2 or any(len(point) != 2 for point in points):
        raise polygon.error("a polygon of points [x, y]")
    return [(point[0], point[1]) for point in points]


def _read_ids(path: Path) -> IntArray:
    try:
        with Image.open(path) as image:
            if image.mode == "L" or image.mode.startswith("I"):
                return np.asarray(image).astype(np.int32)
            got = f"mode {image.mode}"
    except (OSError, SyntaxError) as error:
        raise FormatError(f"Expected a whole grey PNG of ids in {path}, got a damaged one ({error}).") from error
    raise FormatError(f"Expected a grey PNG of ids in {path}, got {got}.")
