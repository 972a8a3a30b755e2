"""YouTube-VOS: label PNGs of many videos, and a meta.json that knows their objects' classes.

    ROOT/Annotations/VIDEO/00005.png    every fifth frame; ids are constant, objects may begin later
    ROOT/meta.json    {"videos": {VIDEO: {"objects": {"1": {"category": "person", "frames": ["00005", ...]}}}}}

Source: the YouTube-VOS 2018 and 2019 data sets. MOSE, LVOS and PUMaVOS have the same layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from masklet.core.arrays import UInt8Array
from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.formats.davis import read_label_pngs, write_label_pngs
from masklet.formats.labels import to_category, to_label
from masklet.formats.names import frame_names_beside, frame_stem, only_video
from masklet.formats.records import json_bytes, read_json
from masklet.masklets import Masklets


def read_youtube_vos(root: Path, video: str | None = None, *, names: Sequence[str] | None = None) -> Masklets:
    """Return the masklets of one video, pictures decoded when asked for; without meta.json classes are unknown.

    `video` may be left out where there is only one. Frames are numbered by `names`, else by the pictures in
    ROOT/JPEGImages/VIDEO, else by the masks there are. Raise FormatError for an unknown video.
    """
    video = only_video(youtube_vos_videos(root), video, root)
    folder = root / "Annotations" / video
    return read_label_pngs(folder, names=names or frame_names_beside(folder), labels=_labels(root, video))


def write_youtube_vos(masklets: Masklets, root: Path, video: str, *, palette: UInt8Array | None = None) -> None:
    """Write one video: its label PNGs and its meta.json; overlap goes to the better score."""
    write_label_pngs(masklets, root / "Annotations" / frame_stem(video), palette=palette)
    objects = {
        str(masklet.object_id): {
            "category": to_category(masklet.label),
            "frames": [masklets.frame_name(index) for index in masklet.frame_indices],
        }
        for masklet in masklets.masklets()
    }
    write_whole(root / "meta.json", json_bytes({"videos": {video: {"objects": objects}}}))


def youtube_vos_videos(root: Path) -> list[str]:
    """Return the names of the videos that have masks; raise FormatError where there is no such folder."""
    folder = root / "Annotations"
    if not folder.is_dir():
        raise FormatError(f"Expected a folder Annotations with one folder for each video in {root}, got none.")
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def _labels(root: Path, video: str) -> dict[int, str]:
    path = root / "meta.json"
    if not path.is_file():
        return {}
    objects = read_json(path)["videos"].get(video)
    if objects is None:
        return {}
    labels: dict[int, str] = {}
    for key in objects["objects"].value:
        category = objects["objects"][key].get("category")
        label = to_label(category.text()) if category else None
        if not key.isdecimal():
            raise objects["objects"].error("object ids as keys")
        if label is not None:
            labels[int(key)] = label
    return labels
