"""Where the clips of a cache come from: data sets, folders of label PNGs, and the masks of masklet's own runs.

Each source is an iterable of `UncachedClip` for `training.cache.build_cache`; nothing is decoded before its turn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from masklet.core.arrays import IntArray, UInt8Array
from masklet.core.errors import FormatError
from masklet.training.cache import UncachedClip
from masklet.training.clips import VOID
from masklet.training.polygons import polygon_labels, read_polygons

if TYPE_CHECKING:
    from masklet.datasets import Clip
    from masklet.masklets import Masklets
    from masklet.sources import FrameSource


@dataclass(frozen=True, kw_only=True)
class DavisSource:
    """DAVIS 2016 (one object) or 2017 (several); sequences in `exclude` are left out."""

    root: Path
    year: int = 2016
    split: str = "train"
    exclude: tuple[str, ...] = ()
    prefix: str = "davis"
    licence: str = "CC BY-NC 4.0 (DAVIS terms of use; the authors' own sequences CC BY 4.0)"

    def __iter__(self) -> Iterator[UncachedClip]:
        from masklet.datasets import Davis2016, Davis2017

        dataset = (Davis2016 if self.year == 2016 else Davis2017)(self.root, split=self.split)
        what = f"DAVIS {self.year} {self.split}"
        for name in dataset.names():
            if name not in self.exclude:
                yield _of_dataset(dataset.clip(name), self.prefix, what, self.licence)


@dataclass(frozen=True, kw_only=True)
class YoutubeVosSource:
    """YouTube-VOS, or any data set of its layout (MOSE, LVOS); only annotated frames are taken."""

    root: Path
    split: str = "train"
    exclude: tuple[str, ...] = ()
    prefix: str = "ytvos"
    licence: str = "non-commercial research (YouTube-VOS)"

    def __iter__(self) -> Iterator[UncachedClip]:
        from masklet.datasets import YoutubeVos

        dataset = YoutubeVos(self.root, split=self.split)
        for name in dataset.names():
            if name not in self.exclude:
                yield _of_dataset(dataset.clip(name), self.prefix, f"YouTube-VOS {self.split}", self.licence)


@dataclass(frozen=True, kw_only=True)
class FolderPairs:
    """Two folders with one folder for each sequence: pictures, and label PNGs of the same names.

    JPEGImages/480p and Annotations/480p of DAVIS are such a pair. Pictures without a label PNG are left out,
    values 254 and 255 are void, and `binary` is that of `formats.davis.read_label_png`.
    """

    pictures: Path
    labels: Path
    binary: bool | None = None
    exclude: tuple[str, ...] = ()
    prefix: str = "clip"
    licence: str = "unknown"

    def __iter__(self) -> Iterator[UncachedClip]:
        from masklet.datasets.folders import folders_in, require_folder
        from masklet.formats.davis import label_pngs_in

        for sequence in folders_in(require_folder(self.labels, "label PNGs, by sequence,")):
            if sequence in self.exclude:
                continue
            masks = label_pngs_in(self.labels / sequence)
            yield UncachedClip(
                name=clip_name(self.prefix, sequence),
                frames=(_picture(_beside(self.pictures / sequence, path.stem)) for path in masks),
                labels=self._read(masks),
                source=self.prefix,
                licence=self.licence,
            )

    def _read(self, paths: Iterable[Path]) -> Iterator[IntArray]:
        from masklet.formats.davis import VOID as VOID_VALUES
        from masklet.formats.davis import read_label_png

        for path in paths:
            labels_HW = read_label_png(path, binary=self.binary)
            labels_HW[np.isin(labels_HW, VOID_VALUES)] = VOID
            yield labels_HW


@dataclass(frozen=True, kw_only=True)
class PennFudanSource:
    """Penn-Fudan pedestrians: each picture a clip of one frame."""

    root: Path
    prefix: str = "pennfudan"
    licence: str = "research use (Penn-Fudan, no licence text)"

    def __iter__(self) -> Iterator[UncachedClip]:
        from masklet.core.masks import to_label_map
        from masklet.datasets.penn_fudan import PennFudan

        for people in PennFudan(self.root):
            count = len(people.masks_NHW)
            labels_HW = to_label_map(people.masks_NHW, tuple(range(1, count + 1)), np.ones(count))
            yield UncachedClip(
                name=clip_name(self.prefix, people.name),
                frames=(people.image_HW3,),
                labels=(labels_HW,),
                source="Penn-Fudan",
                licence=self.licence,
            )


@dataclass(frozen=True, kw_only=True)
class YoloPolygons:
    """Pictures under images/ and polygons under labels/, a text file each, paths alike: each a clip of one frame.

    A line is a class and x y x y ... as shares of width and height. Objects count from 1 by area, the largest
    first, and a smaller one hides a larger one. A picture without text has no objects.
    """

    root: Path
    prefix: str = "coco"
    licence: str = "annotations CC BY 4.0 (COCO), pictures by the terms of Flickr"

    def __iter__(self) -> Iterator[UncachedClip]:
        from masklet.datasets.folders import require_folder

        images = require_folder(self.root / "images", "pictures")
        texts = require_folder(self.root / "labels", "texts of polygons")
        for path in sorted(path for path in images.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png")):
            image_HW3 = _picture(path)
            polygons = read_polygons((texts / path.relative_to(images)).with_suffix(".txt"))
            yield UncachedClip(
                name=clip_name(self.prefix, path.stem),
                frames=(image_HW3,),
                labels=(polygon_labels(polygons, (image_HW3.shape[0], image_HW3.shape[1])),),
                source=self.prefix,
                licence=self.licence,
            )


@dataclass(frozen=True, kw_only=True)
class MaskletSource:
    """The folder of a `masklet track` run, or one that holds several: masks become labels of their own video.

    What `masklet.pipelines.data_engine` leaves is such a folder, too.
    """

    root: Path
    video: Path | None = None
    """None: frames/ in the run's folder, else where its run.json says the video was."""
    every: int = 1
    """Take every so-manieth frame that has masks."""
    prefix: str = "run"
    licence: str = "unknown"

    def __iter__(self) -> Iterator[UncachedClip]:
        from masklet.formats.run import FILE_NAME, read_run

        runs = sorted(path.parent for path in (*self.root.glob(FILE_NAME), *self.root.glob(f"*/{FILE_NAME}")))
        if not runs:
            raise FormatError(f"Expected a run with {FILE_NAME}, or several, in {self.root}, found none.")
        for run in runs:
            video = self.video or _video_of(run)
            yield clip_of_masklets(
                clip_name(self.prefix, run.absolute().name),
                read_run(run),
                partial(_open, video),
                every=self.every,
                source=f"masklets of {video.name}",
                licence=self.licence,
            )


def clip_name(prefix: str, name: str) -> str:
    """Return a name a clip's folder may have.

    >>> clip_name("run", "my video (2)")
    'run-my-video-2-'
    """
    return re.sub(r"[^\w.-]+", "-", f"{prefix}-{name}")


def clip_of_masklets(
    name: str,
    masklets: Masklets,
    open_frames: Callable[[], FrameSource],
    *,
    every: int = 1,
    source: str,
    licence: str,
) -> UncachedClip:
    """Return a clip of the frames that have masks, or of every so-manieth of them."""
    wanted = masklets.frame_indices[::every]
    return UncachedClip(
        name=name,
        frames=_frames(open_frames, wanted),
        labels=(masklets.frame(index).label_map() for index in wanted),
        source=source,
        licence=licence,
    )


def _of_dataset(clip: Clip[Masklets], prefix: str, source: str, licence: str) -> UncachedClip:
    name = clip_name(prefix, clip.name)
    return clip_of_masklets(name, clip.truth, clip.open_frames, source=source, licence=licence)


def _frames(open_frames: Callable[[], FrameSource], wanted: tuple[int, ...]) -> Iterator[UInt8Array]:
    """Yield the images of these frames, ascending; the source is opened for them and closed after."""
    source, taken = open_frames(), frozenset(wanted)
    try:
        for frame in source.read(min(wanted, default=0), max(wanted, default=-1) + 1):
            if frame.index in taken:
                yield frame.image_HW3
    finally:
        source.close()


def _picture(path: Path) -> UInt8Array:
    """Return image_HW3, upright."""
    try:
        with Image.open(path) as image:
            return np.array(ImageOps.exif_transpose(image).convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        got = "a damaged one" if path.is_file() else "no such file"
        raise FormatError(f"Expected a picture at {path}, got {got}.") from error


def _beside(folder: Path, stem: str) -> Path:
    """Return the picture of this stem, whatever its suffix."""
    for suffix in (".jpg", ".jpeg", ".png"):
        if (folder / f"{stem}{suffix}").is_file():
            return folder / f"{stem}{suffix}"
    return folder / f"{stem}.jpg"


def _video_of(run: Path) -> Path:
    if (run / "frames").is_dir():
        return run / "frames"
    try:
        return Path(json.loads((run / "run.json").read_text(encoding="utf-8"))["input"]["uri"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FormatError(
            f"Expected the video's path in {run / 'run.json'}, got none; say where it is."
        ) from error


def _open(video: Path) -> FrameSource:
    from masklet.sources import open_source

    return open_source(video, allow_gaps=True)
