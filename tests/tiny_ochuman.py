"""OCHuman in small: three pictures of 16 rows and 20 columns; two people have no mask, one of them is alone."""

import json
from pathlib import Path

from PIL import Image

SQUARE = [2, 2, 8, 2, 8, 8, 2, 8]
HOLE = [4, 4, 6, 4, 6, 6, 4, 6]
OTHER = [10, 4, 16, 4, 16, 14, 10, 14]
KEYPOINTS = [1.5, 2.5, 1] * 19


def person(bbox, outer=None, inner=(), keypoints=None) -> dict:
    segms = outer and {"outer": outer, "inner": list(inner), "width": 20, "height": 16}
    return {"bbox": bbox, "segms": segms, "keypoints": keypoints, "max_iou": 0.625, "links": None}


def write_ochuman(root: Path, *, folder: str = "") -> Path:
    people = [
        [person([2, 2, 8, 8], [SQUARE], [HOLE], KEYPOINTS), person([9, 4, 16, 14], [OTHER, SQUARE])],
        [person([1, 1, 9, 9])],
        [person([0, 0, 5, 5]), person([10, 4, 16, 14], [OTHER, [1, 1, 2, 2]])],
    ]
    images = [
        {"image_id": f"{n:06d}", "file_name": f"{n:06d}.jpg", "width": 20, "height": 16, "annotations": found}
        for n, found in enumerate(people, start=1)
    ]
    (root / "images").mkdir(parents=True)
    for image in images:
        Image.new("RGB", (20, 16), (200, 10, 30)).save(root / "images" / image["file_name"])
    (root / folder).mkdir(exist_ok=True)
    document = {"images": images[::-1], "keypoint_names": [], "keypoint_visible": {"missing": 0}}
    (root / folder / "ochuman.json").write_text(json.dumps(document))
    return root
