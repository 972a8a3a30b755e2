"""People of COCO and of whatever comes in its form: pictures and one JSON of instances.

    ROOT/annotations/instances_val2017.json
    ROOT/val2017/000000000139.jpg, or ROOT/images/val2017/...

Masks are polygons or run-length codes. A crowd (iscrowd 1) is nobody's mask but void. `YoloPersons` reads the same
people from texts of polygons. Sources: Lin et al., Microsoft COCO, ECCV 2014; the layout of COCO128-seg.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from masklet.core import rle
from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.errors import FormatError
from masklet.core.rle import Rle
from masklet.datasets.folders import require_folder
from masklet.datasets.people import People, PeoplePicture, boxes_of, read_picture
from masklet.formats.coco_masks import fill_polygons, mask_of
from masklet.formats.records import Entry, by_id, read_json
from masklet.formats.yolo_polygons import read_yolo_polygons
from masklet.sources.images import image_size, is_image, read_image


@dataclass(frozen=True)
class CocoPersons:
    """The pictures with at least one person, by id. Iterating opens no picture."""

    annotations: Path
    """The JSON of instances."""
    images: Path
    """The folder of the pictures."""
    category: str = "person"

    @classmethod
    def of_split(cls, root: Path, split: str = "val2017") -> CocoPersons:
        """Return a split of COCO; raise FormatError where its pictures are not there."""
        folders = (root / split, root / "images" / split)
        images = next((folder for folder in folders if folder.is_dir()), None)
        if images is None:
            raise FormatError(
                f"Expected the pictures of {split} in {folders[0]} or {folders[1]}, found no such folder."
            )
        return cls(root / "annotations" / f"instances_{split}.json", images)

    def __len__(self) -> int:
        return len(self._people_of)

    def __iter__(self) -> Iterator[PeoplePicture]:
        return (self._picture(self._images[image_id], people) for image_id, people in self._people_of.items())

    @cached_property
    def _root(self) -> Entry:
        require_folder(self.images, "COCO's pictures")
        return read_json(self.annotations)

    @cached_property
    def _images(self) -> dict[int, Entry]:
        return by_id(self._root["images"].items())

    @cached_property
    def _people_of(self) -> dict[int, list[Entry]]:
        """The people of each picture, crowds among them; pictures of crowds alone are left out."""
        category_id = self._category_id()
        found: dict[int, list[Entry]] = {}
        for annotation in self._root["annotations"].items():
            if annotation["category_id"].whole_number() == category_id:
                image_id = annotation["image_id"].whole_number()
                if image_id not in self._images:
                    raise annotation["image_id"].error("the id of an image of the file")
                found.setdefault(image_id, []).append(annotation)
        return {image_id: people for image_id, people in sorted(found.items()) if not all(map(_is_crowd, people))}

    def _category_id(self) -> int:
        ids = {entry["name"].text(): entry["id"].whole_number() for entry in self._root["categories"].items()}
        if self.category not in ids:
            raise FormatError(
                f"Expected the category {self.category!r} in {self.annotations}, got {', '.join(ids) or 'none'}."
            )
        return ids[self.category]

    def _picture(self, image: Entry, people: list[Entry]) -> PeoplePicture:
        size_HW = (image["height"].whole_number(), image["width"].whole_number())
        path = self.images / image["file_name"].text()
        return PeoplePicture(
            name=path.stem,
            read_image=partial(read_picture, path, size_HW),
            read_people=partial(_people, people, size_HW, self.category),
        )


@dataclass(frozen=True)
class YoloPersons:
    """People of texts in the YOLO layout: pictures under images/, polygons under labels/, paths alike.

    Pictures without a person are left out. Boxes are those of the masks.
    """

    root: Path
    class_id: int = 0
    """The number that people have in the texts; 0 in those made of COCO."""

    def __iter__(self) -> Iterator[PeoplePicture]:
        images = require_folder(self.root / "images", "pictures")
        labels = require_folder(self.root / "labels", "texts of polygons")
        for path in sorted(path for path in images.rglob("*") if is_image(path)):
            text = (labels / path.relative_to(images)).with_suffix(".txt")
            polygons = [
                polygon_P2 for class_id, polygon_P2 in read_yolo_polygons(text) if class_id == self.class_id
            ]
            if polygons:
                yield PeoplePicture(
                    name=path.stem,
                    read_image=partial(read_image, path),
                    read_people=partial(_people_of_shares, polygons, path),
                )


def _people(annotations: list[Entry], size_HW: tuple[int, int], label: str) -> People:
    people = [annotation for annotation in annotations if not _is_crowd(annotation)]
    crowds = [mask_of(annotation["segmentation"], size_HW) for annotation in annotations if _is_crowd(annotation)]
    rles_N = tuple(mask_of(annotation["segmentation"], size_HW) for annotation in people)
    return People(
        size_HW=size_HW,
        boxes_N4=np.array([_box(annotation, mask) for annotation, mask in zip(people, rles_N, strict=True)]),
        rles_N=rles_N,
        labels_N=(label,) * len(people),
        void=_union(crowds, size_HW) if crowds else None,
    )


def _people_of_shares(polygons: list[FloatArray], path: Path) -> People:
    """Return the people of polygons whose x y are shares of the picture's width and height."""
    height, width = size_HW = image_size(path)
    rles_N = tuple(
        fill_polygons([(polygon_P2 * [width, height]).ravel().tolist()], size_HW) for polygon_P2 in polygons
    )
    return People(size_HW, boxes_of(rles_N), rles_N, ("person",) * len(rles_N))


def _union(masks: list[Rle], size_HW: tuple[int, int]) -> Rle:
    union_HW: BoolArray = np.any(rle.decode_many(masks, size_HW), axis=0)
    return rle.encode(union_HW)


def _is_crowd(annotation: Entry) -> bool:
    crowd = annotation.get("iscrowd")
    return crowd is not None and crowd.whole_number() == 1


def _box(annotation: Entry, mask: Rle) -> tuple[float, ...]:
    """Return the box of an annotation, the mask's where it has none."""
    entry = annotation.get("bbox")
    if entry is None:
        return mask.box_xyxy
    numbers = [item.number() for item in entry.items()]
    if len(numbers) != 4 or min(numbers[2:]) <= 0:
        raise entry.error("a box x, y, width, height with width and height above 0")
    x, y, width, height = numbers
    return (x, y, x + width, y + height)
