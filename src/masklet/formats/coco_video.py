"""COCO video, the form of YouTube-VIS: one annotation for each object, with a mask or null for each frame.

    videos       [{id, name, width, height, length, file_names: [..]}]
    annotations  [{id, video_id, category_id, segmentations: [RLE or null, ..], areas, bboxes, iscrowd}]
    categories   [{id, name}]

Beyond that, a video's `frame_ids` says which frames of the source its files are (left out: 0, 1, 2, ...),
and an annotation's `scores` one score for each frame. Objects may overlap.
Source: Yang et al., Video Instance Segmentation, ICCV 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from masklet.core.files import write_whole
from masklet.core.rle import Rle
from masklet.formats.coco_masks import bbox_of, mask_of, segmentation_of
from masklet.formats.labels import categories_of, to_category, to_label
from masklet.formats.lazy import LazyFrames
from masklet.formats.names import only_video
from masklet.formats.records import Entry, by_id, json_bytes, read_json
from masklet.masklets import Masklet, Masklets, ObjectMask


def read_coco_video(path: Path, video: str | None = None) -> Masklets:
    """Return the masklets of one video; masks are checked when their frame is asked for.

    An object's id is its annotation's. `video` may be left out where there is only one. Raise FormatError,
    naming the entry, for what is missing or wrong.
    """
    root = read_json(path)
    videos = {_video_name(entry): entry for entry in root["videos"].items()}
    chosen = videos[only_video(list(videos), video, path)]
    size_HW = (chosen["height"].whole_number(), chosen["width"].whole_number())
    file_names = [item.text() for item in chosen["file_names"].items()]
    indices = _frame_indices(chosen, len(file_names))
    video_id = chosen["id"].whole_number()
    found = [entry for entry in root["annotations"].items() if entry["video_id"].whole_number() == video_id]
    labels = {
        number: to_label(entry["name"].text()) for number, entry in by_id(root["categories"].items()).items()
    }
    tracks = [_track(annotation, len(file_names), labels) for annotation in by_id(found).values()]

    def load(index: int) -> tuple[ObjectMask, ...]:
        place = indices[index]
        return tuple(
            ObjectMask(track.object_id, mask_of(track.masks[place], size_HW), track.scores[place], track.label)
            for track in tracks
            if track.masks[place].value is not None
        )

    names = {index: PurePath(file_names[place]).stem for index, place in indices.items()}
    return Masklets(size_HW, LazyFrames(indices, load), names)


def write_coco_video(masklets: Masklets, path: Path, video: str) -> None:
    """Write one video."""
    categories = categories_of(masklets)
    frames = masklets.frame_indices
    height, width = masklets.size_HW
    document = {
        "videos": [
            {
                "id": 1,
                "name": video,
                "width": width,
                "height": height,
                "length": len(frames),
                "file_names": [f"{video}/{masklets.frame_name(index)}.jpg" for index in frames],
                "frame_ids": list(frames),
            }
        ],
        "categories": [{"id": number, "name": name} for name, number in categories.items()],
        "annotations": [
            {"video_id": 1, "height": height, "width": width, **_annotation(masklet, frames, categories)}
            for masklet in masklets.masklets()
        ],
    }
    write_whole(path, json_bytes(document))


def _annotation(masklet: Masklet, frames: Sequence[int], categories: dict[str, int]) -> dict[str, Any]:
    rles: list[Rle | None] = [masklet.rles.get(index) for index in frames]
    return {
        "id": masklet.object_id,
        "category_id": categories[to_category(masklet.label)],
        "iscrowd": 0,
        "length": len(frames),
        "segmentations": [rle and segmentation_of(rle) for rle in rles],
        "bboxes": [rle and bbox_of(rle) for rle in rles],
        "areas": [rle and rle.area for rle in rles],
        "scores": [masklet.scores.get(index) for index in frames],
    }


@dataclass(frozen=True)
class _Track:
    """One annotation: an object with a mask or null, and a score, for each file of the video."""

    object_id: int
    label: str | None
    masks: list[Entry]
    scores: list[float]


def _track(annotation: Entry, count: int, labels: dict[int, str | None]) -> _Track:
    masks = annotation["segmentations"].items()
    if len(masks) != count:
        raise annotation["segmentations"].error(f"{count} masks or nulls, one for each frame,")
    category = annotation["category_id"].whole_number()
    if category not in labels:
        raise annotation["category_id"].error("a category of the file")
    return _Track(annotation["id"].object_id(), labels[category], masks, _scores(annotation, count))


def _video_name(video: Entry) -> str:
    """Return the video's name: its own, else the folder of its files, else its id."""
    named = video.get("name")
    if named:
        return named.text()
    files = video["file_names"].items()
    folder = PurePath(files[0].text()).parent.name if files else ""
    return folder or str(video["id"].whole_number())


def _frame_indices(video: Entry, count: int) -> dict[int, int]:
    """Return the place in the lists for every frame index."""
    given = video.get("frame_ids")
    if given is None:
        return {index: index for index in range(count)}
    indices = {item.whole_number(): place for place, item in enumerate(given.items())}
    if len(indices) != count or min(indices, default=0) < 0:
        raise given.error(f"{count} different frame numbers from 0 on")
    return indices


def _scores(annotation: Entry, count: int) -> list[float]:
    """Return one score for each frame: those given, the one given for the whole track, or 1."""
    given, whole = annotation.get("scores"), annotation.get("score")
    if given is None:
        return [whole.number() if whole else 1.0] * count
    scores = [1.0 if item.value is None else item.number() for item in given.items()]
    if len(scores) != count:
        raise given.error(f"{count} scores, one for each frame,")
    return scores
