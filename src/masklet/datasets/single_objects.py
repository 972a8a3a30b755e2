"""Every object of every video as a binary sequence of its own, as DAVIS 2016 has them: same pictures, not copied.

    OUT/JPEGImages/original/VIDEO-001/00000.jpg     a hard link to the video's picture, or a symbolic one
    OUT/Annotations/original/VIDEO-001/00000.png    0 and 255
    OUT/ImageSets/2016/train.txt                    written last
    OUT/videos.jsonl                                a line for each video that is done

A sequence begins with the first frame that shows its object. Source: P3, section 3.
"""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from masklet.core.arrays import BoolArray, IntArray
from masklet.core.errors import FormatError, OutputError
from masklet.core.files import write_whole
from masklet.datasets.youtube_vos import YoutubeVos
from masklet.formats.davis import VOID, label_pngs_in, read_label_png

RESOLUTION = "original"
LIST = "videos.jsonl"
_SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True)
class SingleObjects:
    """The sequences that were made of one video."""

    video: str
    sequences: tuple[str, ...]


def write_single_objects(videos: YoutubeVos, out: Path) -> Iterator[SingleObjects]:
    """Write the videos of a data set one by one, and yield what was made of each; those that an earlier call has
    done are yielded as they are, so that one that was stopped goes on.

    Raise FormatError for videos without pictures and damaged pictures, OutputError for a folder that holds
    something else or another split, and where writing fails.
    """
    done = _done(out, videos)
    out.mkdir(parents=True, exist_ok=True)
    for video in videos.names():
        if video not in done:
            done[video] = SingleObjects(video, tuple(_write_video(videos, video, out)))
            _append(out / LIST, {**asdict(done[video]), "split": videos.split})
        yield done[video]
    names = [name for video in videos.names() for name in done[video].sequences]
    if not names:
        raise FormatError(f"Expected videos with objects in {videos.folder}, got none.")
    lists = out / "ImageSets" / "2016"
    lists.mkdir(parents=True, exist_ok=True)
    write_whole(lists / f"{videos.split}.txt", "".join(f"{name}\n" for name in names).encode())


def _write_video(videos: YoutubeVos, video: str, out: Path) -> Iterator[str]:
    """Write the sequences of a video, and yield their names."""
    paths = label_pngs_in(videos.truth_folder(video))
    pictures = [_picture(videos.folder / "JPEGImages" / video, path.stem) for path in paths]
    first: dict[int, int] = {}
    for index, path in enumerate(paths):
        for object_id in _ids(read_label_png(path, binary=False)):
            first.setdefault(object_id, index)
    for object_id, begin in sorted(first.items()):
        name = f"{video}-{object_id:03d}"
        with _Sequence(out, name) as sequence:
            for path, picture in zip(paths[begin:], pictures[begin:], strict=True):
                sequence.add(picture, path.stem, read_label_png(path, binary=False) == object_id)
        yield name


class _Sequence:
    """Folders of pictures and masks that are put in place once they are complete, the masks last."""

    def __init__(self, out: Path, name: str) -> None:
        self._places = {kind: out / kind / RESOLUTION / name for kind in ("JPEGImages", "Annotations")}
        self._unfinished = {kind: place.with_name(f".{name}.partial") for kind, place in self._places.items()}

    def __enter__(self) -> _Sequence:
        for folder in self._unfinished.values():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        return self

    def add(self, picture: Path, stem: str, mask_HW: BoolArray) -> None:
        """Add a frame."""
        link = self._unfinished["JPEGImages"] / f"{stem}{picture.suffix}"
        try:
            os.link(picture, link)
        except OSError:  # another disk, or one that has no hard links
            link.symlink_to(picture.resolve())
        write_whole(self._unfinished["Annotations"] / f"{stem}.png", _binary_png(mask_HW))

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        if failed is None:
            for kind, place in self._places.items():
                shutil.rmtree(place, ignore_errors=True)
                self._unfinished[kind].rename(place)
        else:
            for folder in self._unfinished.values():
                shutil.rmtree(folder, ignore_errors=True)


def _ids(label_map_HW: IntArray) -> list[int]:
    return [int(value) for value in np.unique(label_map_HW) if value != 0 and value not in VOID]


def _picture(folder: Path, stem: str) -> Path:
    for suffix in _SUFFIXES:
        if (folder / f"{stem}{suffix}").is_file():
            return folder / f"{stem}{suffix}"
    raise FormatError(f"Expected the picture of the masks {stem}.png in {folder}, found none.")


def _binary_png(mask_HW: BoolArray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(mask_HW.astype(np.uint8) * 255).save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()


def _done(out: Path, videos: YoutubeVos) -> dict[str, SingleObjects]:
    """Return what an earlier call has done; the last line may be one that was being written."""
    path = out / LIST
    if not path.is_file():
        if out.is_dir() and any(out.iterdir()):
            raise OutputError(
                f"Expected a new folder for the sequences, or one with {LIST}, got {out} with others."
            )
        return {}
    done: dict[str, SingleObjects] = {}
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        try:
            entry = json.loads(line)
            video, split = entry["video"], entry["split"]
            done[video] = SingleObjects(video, tuple(entry["sequences"]))
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(f"Expected a video in every line of {path}, got {line!r:.100}.") from error
        if split != videos.split:
            raise OutputError(f"Expected a folder of the split {videos.split}, got {out} with videos of {split}.")
    return done


def _append(path: Path, entry: Mapping[str, object]) -> None:
    """Add a line, after what is whole of the file."""
    whole = path.read_bytes().rpartition(b"\n")[0] if path.is_file() else b""
    lines = [whole, json.dumps(entry).encode()] if whole else [json.dumps(entry).encode()]
    write_whole(path, b"\n".join(lines) + b"\n")
