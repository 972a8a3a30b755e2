"""OCHuman: people who hide one another, with boxes, masks of most of them, and keypoints.

    ROOT/ochuman.json, or ROOT/annotations/ochuman.json
    ROOT/images/000001.jpg

Of the 13,360 people in 5,081 pictures, 8,110 in 4,731 have a mask; the others are counted and left out. The files
that the authors give in COCO's form open with `coco_persons`. Source: Zhang et al., Pose2Seg, CVPR 2019.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from masklet.core import rle
from masklet.core.arrays import FloatArray
from masklet.core.errors import FormatError
from masklet.core.rle import Rle
from masklet.datasets.folders import require_folder
from masklet.datasets.people import People, PeoplePicture, read_picture
from masklet.formats.coco_masks import fill_polygons
from masklet.formats.records import Entry, read_json

Subset = Literal["all", "val", "test"]

KEYPOINTS = (
    *("right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist"),
    *("right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle"),
    *("head", "neck", "right_ear", "left_ear", "nose", "right_eye", "left_eye"),
)
"""What the K keypoints are; visibility 0 missing, 1 seen, 2 hidden by oneself, 3 hidden by others."""
VALIDATION_PICTURES = 2500
"""Of the pictures with masks, by their ids, the first 2,500 are the authors' val, the others test."""


@dataclass(frozen=True, eq=False)
class OccludedPeople(PeoplePicture):
    """A picture of OCHuman; what its annotation says beyond boxes and masks."""

    max_iou_N: FloatArray
    """Of each one's box, the largest IoU with that of another one in the picture."""
    keypoints_NK3: FloatArray
    """x, y, visibility (see KEYPOINTS); zeros where nothing is known of them."""


@dataclass(frozen=True)
class OCHuman:
    """The pictures with at least one mask, in the order of their ids. Iterating opens no picture."""

    root: Path
    subset: Subset = "all"

    def __post_init__(self) -> None:
        if self.subset not in get_args(Subset):
            raise FormatError(
                f"Expected a subset of {', '.join(get_args(Subset))} of OCHuman, got {self.subset!r}."
            )
        require_folder(self.root / "images", "OCHuman's pictures")

    def __len__(self) -> int:
        return len(self._pictures)

    def __iter__(self) -> Iterator[OccludedPeople]:
        return (self._picture(image, people) for image, people in self._pictures)

    @cached_property
    def skipped(self) -> int:
        """How many people of all subsets have a box and no mask."""
        return sum(not _has_mask(person) for image in self._images for person in image["annotations"].items())

    @cached_property
    def _images(self) -> list[Entry]:
        images = read_json(_annotations_in(self.root))["images"].items()
        return sorted(images, key=lambda image: image["image_id"].text())

    @cached_property
    def _pictures(self) -> list[tuple[Entry, list[Entry]]]:
        """Each picture with its people who have masks; pictures without any are left out."""
        people_of = ((image, list(filter(_has_mask, image["annotations"].items()))) for image in self._images)
        pictures = [(image, people) for image, people in people_of if people]
        span = {
            "all": slice(None),
            "val": slice(VALIDATION_PICTURES),
            "test": slice(VALIDATION_PICTURES, None),
        }[self.subset]
        return pictures[span]

    def _picture(self, image: Entry, people: list[Entry]) -> OccludedPeople:
        size_HW = (image["height"].whole_number(), image["width"].whole_number())
        return OccludedPeople(
            name=image["image_id"].text(),
            read_image=partial(read_picture, self.root / "images" / image["file_name"].text(), size_HW),
            read_people=partial(_people, people, size_HW),
            max_iou_N=np.array([person["max_iou"].number() for person in people]),
            keypoints_NK3=np.stack([_keypoints(person) for person in people]),
        )


def _annotations_in(root: Path) -> Path:
    candidates = (root / "ochuman.json", root / "annotations" / "ochuman.json")
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise FormatError(f"Expected OCHuman's ochuman.json in {root} or its folder annotations, found none.")
    return found


def _has_mask(person: Entry) -> bool:
    masks = person.get("segms")
    return masks is not None and bool(masks["outer"].items())


def _people(people: list[Entry], size_HW: tuple[int, int]) -> People:
    return People(
        size_HW=size_HW,
        boxes_N4=np.array([_box(person["bbox"]) for person in people]),
        rles_N=tuple(_mask(person["segms"], size_HW) for person in people),
        labels_N=("person",) * len(people),
    )


def _box(entry: Entry) -> list[float]:
    box = [item.number() for item in entry.items()]
    if len(box) != 4 or not (box[2] > box[0] and box[3] > box[1]):
        raise entry.error("a box x1, y1, x2, y2 with x2 > x1 and y2 > y1")
    return box


def _mask(entry: Entry, size_HW: tuple[int, int]) -> Rle:
    """Return what lies in an outer polygon and in no inner one."""
    outer = fill_polygons(_polygons(entry["outer"]), size_HW)
    inner = _polygons(entry["inner"])
    if not inner:
        return outer
    return rle.encode(rle.decode(outer) & ~rle.decode(fill_polygons(inner, size_HW)))


def _polygons(entry: Entry) -> list[list[float]]:
    """Return the polygons of a list; one of fewer than three points covers nothing and is left out."""
    polygons = []
    for polygon in entry.items():
        numbers = [item.number() for item in polygon.items()]
        if len(numbers) % 2:
            raise polygon.error("a polygon x1, y1, x2, y2, ...")
        if len(numbers) >= 6:
            polygons.append(numbers)
    return polygons


def _keypoints(person: Entry) -> FloatArray:
    entry = person.get("keypoints")
    if entry is None:
        return np.zeros((len(KEYPOINTS), 3))
    numbers = [item.number() for item in entry.items()]
    if len(numbers) != 3 * len(KEYPOINTS):
        raise entry.error(f"{len(KEYPOINTS)} keypoints x, y, visibility")
    return np.array(numbers).reshape(-1, 3)
