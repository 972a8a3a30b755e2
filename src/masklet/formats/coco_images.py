"""COCO for still pictures, each frame an image: what detectors and segmenters learn from.

    images       [{id, file_name, width, height}]
    annotations  [{id, image_id, category_id, segmentation: RLE or polygons, bbox, area, iscrowd}]
    categories   [{id, name}]

Objects over time need two keys beyond that, which others leave aside: an image's `frame_id` (left out: its
place among the images by file name) and an annotation's `track_id` (left out: every annotation is an object
of its own, by its id). Objects may overlap. Source: Lin et al., Microsoft COCO, ECCV 2014.
"""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.formats.coco_masks import bbox_of, mask_of, segmentation_of
from masklet.formats.labels import categories_of, to_category, to_label
from masklet.formats.lazy import LazyFrames
from masklet.formats.records import Entry, by_id, json_bytes, read_json
from masklet.masklets import Masklets, ObjectMask


def read_coco_images(path: Path) -> Masklets:
    """Return the masklets of the images, taken as the frames of one video; masks are read when asked for.

    Raise FormatError, naming the entry, for images of several sizes and for what is missing or wrong.
    """
    root = read_json(path)
    images = by_id(root["images"].items())
    if not images:
        raise root["images"].error("at least one image")
    size_HW = _size_of(images)
    image_at = _image_at(images)
    labels = {
        number: to_label(entry["name"].text()) for number, entry in by_id(root["categories"].items()).items()
    }
    found: dict[int, list[Entry]] = {image_id: [] for image_id in images}
    for annotation in by_id(root["annotations"].items()).values():
        if annotation["image_id"].whole_number() not in found:
            raise annotation["image_id"].error("the id of an image of the file")
        if annotation["category_id"].whole_number() not in labels:
            raise annotation["category_id"].error("a category of the file")
        found[annotation["image_id"].whole_number()].append(annotation)

    def load(index: int) -> tuple[ObjectMask, ...]:
        objects = tuple(_object(annotation, size_HW, labels) for annotation in found[image_at[index]])
        if len({item.object_id for item in objects}) < len(objects):
            raise FormatError(f"Expected each track_id once in image {image_at[index]} of {path}, got one again.")
        return objects

    names = {index: PurePath(images[image_id]["file_name"].text()).stem for index, image_id in image_at.items()}
    return Masklets(size_HW, LazyFrames(image_at, load), names)


def write_coco_images(masklets: Masklets, path: Path) -> None:
    """Write every frame as an image, whether it has objects or not."""
    categories = categories_of(masklets)
    height, width = masklets.size_HW
    images = [
        {
            "id": index + 1,
            "file_name": f"{masklets.frame_name(index)}.jpg",
            "width": width,
            "height": height,
            "frame_id": index,
        }
        for index in masklets.frame_indices
    ]
    annotations = [
        _annotation(item, index, categories[to_category(masklets.labels[item.object_id])])
        for index in masklets.frame_indices
        for item in masklets.objects(index)
    ]
    numbered = [{"id": number, **annotation} for number, annotation in enumerate(annotations, start=1)]
    listed = [{"id": number, "name": name} for name, number in categories.items()]
    write_whole(path, json_bytes({"images": images, "categories": listed, "annotations": numbered}))


def _annotation(item: ObjectMask, index: int, category_id: int) -> dict[str, Any]:
    return {
        "image_id": index + 1,
        "category_id": category_id,
        "track_id": item.object_id,
        "segmentation": segmentation_of(item.rle),
        "bbox": bbox_of(item.rle),
        "area": item.rle.area,
        "iscrowd": 0,
        "score": item.score,
    }


def _object(annotation: Entry, size_HW: tuple[int, int], labels: dict[int, str | None]) -> ObjectMask:
    track, score = annotation.get("track_id"), annotation.get("score")
    return ObjectMask(
        object_id=(track or annotation["id"]).object_id(),
        rle=mask_of(annotation["segmentation"], size_HW),
        score=score.number() if score else 1.0,
        label=labels[annotation["category_id"].whole_number()],
    )


def _size_of(images: dict[int, Entry]) -> tuple[int, int]:
    sizes = {
        (entry["height"].whole_number(), entry["width"].whole_number()): entry["file_name"].text()
        for entry in images.values()
    }
    if len(sizes) > 1:
        (first, first_name), (second, second_name) = list(sizes.items())[:2]
        raise FormatError(
            f"Expected images of one size, the frames of one video, got {first_name} of {first[1]}x{first[0]} and "
            f"{second_name} of {second[1]}x{second[0]}."
        )
    return next(iter(sizes))


def _image_at(images: dict[int, Entry]) -> dict[int, int]:
    """Return the image's id for every frame index."""
    given = {image_id: entry.get("frame_id") for image_id, entry in images.items()}
    if all(given.values()):
        image_at = {entry.whole_number(): image_id for image_id, entry in given.items() if entry}
        if len(image_at) < len(images) or min(image_at) < 0:
            path = next(iter(images.values())).path
            raise FormatError(f"Expected a frame_id of its own, from 0 on, for every image of {path}.")
        return image_at
    by_name = sorted(images, key=lambda image_id: images[image_id]["file_name"].text())
    return dict(enumerate(by_name))
