"""COCO in small: four pictures of 8 rows and 10 columns; people as polygons, a crowd, a dog, nothing."""

import json
from pathlib import Path

from PIL import Image

LEFT = [[0, 0, 3, 0, 3, 8, 0, 8]]
CROWD = {"size": [8, 10], "counts": [64, 16]}
"""The last two columns, as run lengths down the columns."""


def annotation(number, image_id, segmentation, bbox, *, category=1, crowd=0) -> dict:
    given = {"id": number, "image_id": image_id, "category_id": category, "iscrowd": crowd}
    return given | {"segmentation": segmentation, "bbox": bbox}


def write_coco(root: Path, *, images: str = "val2017") -> Path:
    (root / images).mkdir(parents=True)
    (root / "annotations").mkdir()
    names = {number: f"{number:012d}.jpg" for number in (7, 9, 11, 12)}
    for name in names.values():
        Image.new("RGB", (10, 8), (9, 99, 199)).save(root / images / name)
    document = {
        "images": [{"id": number, "file_name": name, "width": 10, "height": 8} for number, name in names.items()],
        "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
        "annotations": [
            annotation(3, 9, LEFT, [0, 0, 3, 8]),
            annotation(4, 7, [[4, 2, 7, 2, 7, 6, 4, 6]], [4, 2, 3, 4]),
            annotation(5, 7, CROWD, [8, 0, 2, 8], crowd=1),
            annotation(6, 7, LEFT, [0, 0, 3, 8], category=18),
            annotation(8, 11, CROWD, [8, 0, 2, 8], crowd=1),
            annotation(9, 12, LEFT, [0, 0, 3, 8], category=18),
        ],
    }
    (root / "annotations/instances_val2017.json").write_text(json.dumps(document))
    return root


def write_yolo(root: Path) -> Path:
    texts = {"a": "0 0 0 0.3 0 0.3 1 0 1\n18 0 0 1 0 1 1\n", "dog": "18 0 0 1 0 1 1\n", "nothing": None}
    for folder in ("images/train2017", "labels/train2017"):
        (root / folder).mkdir(parents=True)
    for name, text in texts.items():
        Image.new("RGB", (10, 8), (9, 99, 199)).save(root / f"images/train2017/{name}.jpg")
        if text:
            (root / f"labels/train2017/{name}.txt").write_text(text)
    return root
