"""SA-V JSON: for every annotated frame a list of masks, one for each object; objects may overlap.

    {"video_id": "sav_000001", "video_frame_count": 483, "video_height": 848, "video_width": 480,
     "masklet": [[RLE, ...], ...], "masklet_id": [0, ...]}

SA-V annotates every fourth frame (6 of 24 per second) and numbers objects from 0; an object is absent where its
mask is empty. Here frames are those of the video (0, 4, 8, ...), ids are `masklet_id` + 1. Classes and scores
are not held. A frame that was never looked at is an empty list.
Source: Ravi et al., SAM 2: Segment Anything in Images and Videos, 2024.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from masklet.core import rle
from masklet.core.files import write_whole
from masklet.core.rle import Rle
from masklet.formats.coco_masks import mask_of, segmentation_of
from masklet.formats.lazy import LazyFrames
from masklet.formats.records import Entry, json_bytes, read_json
from masklet.masklets import Masklets, ObjectMask

ANNOTATED_EVERY = 4
"""Frames of the video from one annotated frame to the next, in SA-V itself."""


def read_sav_json(path: Path) -> Masklets:
    """Return the masklets of one file; masks are checked when their frame is asked for.

    The step between annotated frames follows from `video_frame_count`: the usual 4 where that fits. Raise
    FormatError, naming the entry, for what is missing or wrong.
    """
    root = read_json(path)
    size_HW = (root["video_height"].whole_number(), root["video_width"].whole_number())
    object_ids = [item.whole_number() + 1 for item in root["masklet_id"].items()]
    if len(set(object_ids)) < len(object_ids) or min(object_ids, default=1) < 1:
        raise root["masklet_id"].error("different numbers from 0 on")
    annotated = root["masklet"].items()
    step = _step(root, len(annotated))

    def load(index: int) -> tuple[ObjectMask, ...]:
        masks = annotated[index // step].items()
        if len(masks) != len(object_ids):
            raise annotated[index // step].error(f"{len(object_ids)} masks, one for each masklet_id,")
        return tuple(
            ObjectMask(object_id, mask_of(mask, size_HW))
            for object_id, mask in zip(object_ids, masks, strict=True)
        )

    looked_at = [place for place, masks in enumerate(annotated) if masks.items() or not object_ids]
    return Masklets(size_HW, LazyFrames((place * step for place in looked_at), load))


def write_sav_json(masklets: Masklets, path: Path, video: str) -> None:
    """Write every frame, or every fourth where no other has been looked at."""
    last = max(masklets.frame_indices, default=0)
    step = ANNOTATED_EVERY if all(index % ANNOTATED_EVERY == 0 for index in masklets.frame_indices) else 1
    height, width = masklets.size_HW
    absent = rle.encode(np.zeros(masklets.size_HW, dtype=bool))
    document: dict[str, Any] = {
        "video_id": video,
        "video_frame_count": last + step,
        "video_height": height,
        "video_width": width,
        "video_resolution": height * width,
        "masklet": [_masks(masklets, index, absent) for index in range(0, last + 1, step)],
        "masklet_id": [object_id - 1 for object_id in masklets.object_ids],
        "masklet_num": len(masklets.object_ids),
        "masklet_first_appeared_frame": [
            min(masklet.frame_indices, default=0) // step for masklet in masklets.masklets()
        ],
        "masklet_frame_count": [last // step + 1] * len(masklets.object_ids),
    }
    write_whole(path, json_bytes(document))


def _masks(masklets: Masklets, index: int, absent: Rle) -> list[dict[str, Any]]:
    if index not in masklets:
        return []
    present = {item.object_id: item.rle for item in masklets.objects(index)}
    return [segmentation_of(present.get(object_id, absent)) for object_id in masklets.object_ids]


def _step(root: Entry, annotated: int) -> int:
    """Return how many frames of the video go to one annotated frame."""
    frames = root["video_frame_count"].whole_number()
    fitting: list[int] = [
        step for step in (ANNOTATED_EVERY, 1, 2, 3, *range(5, 121)) if -(-frames // step) == annotated
    ]
    if not fitting:
        raise root["masklet"].error(f"as many entries as {frames} frames have at an even step")
    return fitting[0]
