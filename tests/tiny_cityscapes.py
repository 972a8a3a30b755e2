"""Cityscapes in small: pictures of 10 rows and 16 columns, a road with people, a rider and a crowd, or alone."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

STREET, EMPTY = "aachen_000000_000019", "bochum_000001_000020"


def box(label, x1, y1, x2, y2, **more) -> dict:
    return {"label": label, "polygon": [[x1, y1], [x2, y1], [x2, y2], [x1, y2]], **more}


POLYGONS = {
    "imgHeight": 10,
    "imgWidth": 16,
    "objects": [
        box("road", 0, 0, 15, 9),
        box("person", 1, 1, 3, 6),
        box("rider", 10, 1, 12, 4),
        box("person", 3, 3, 5, 8, deleted=0),
        box("persongroup", 13, 2, 14, 3),
        box("person", 0, 0, 15, 9, deleted=1),
        box("license plate", 7, 8, 8, 8),
    ],
}
"""Polygons have their last pixel, so the first person is 3 columns and 6 rows, one of them behind the second."""


def instance_ids() -> np.ndarray:
    ids_HW = np.full((10, 16), 7, np.uint16)
    ids_HW[1:7, 1:4] = 24000
    ids_HW[1:5, 10:13] = 25000
    ids_HW[3:9, 3:6] = 24001
    ids_HW[2:4, 13:15] = 24
    return ids_HW


def write_cityscapes(root: Path, *, split: str = "train", kind: str = "gtFine", drawn: bool = True) -> Path:
    """Write two pictures; without `drawn` their labels are polygons alone."""
    for name in (STREET, EMPTY):
        city = name.split("_")[0]
        pictures, labels = root / "leftImg8bit" / split / city, root / kind / split / city
        for folder in (pictures, labels):
            folder.mkdir(parents=True)
        Image.new("RGB", (16, 10), (200, 10, 30)).save(pictures / f"{name}_leftImg8bit.png")
        ids_HW = instance_ids() if name == STREET else np.full((10, 16), 7, np.uint16)
        polygons = POLYGONS if name == STREET else POLYGONS | {"objects": POLYGONS["objects"][:1]}
        (labels / f"{name}_{kind}_polygons.json").write_text(json.dumps(polygons))
        if drawn:
            Image.fromarray(ids_HW).save(labels / f"{name}_{kind}_instanceIds.png")
            label_ids_HW = np.where(ids_HW >= 1000, ids_HW // 1000, ids_HW).astype(np.uint8)
            Image.fromarray(label_ids_HW).save(labels / f"{name}_{kind}_labelIds.png")
    return root
