"""Where the clips of a cache come from: data sets and folders of label PNGs (`cache_runs`: masklet's own runs).

Each source is an iterable of `UncachedClip` for `training.cache.build_cache`; nothing is decoded before its turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from masklet.core.arrays import IntArray, UInt8Array
from masklet.core.errors import FormatError
from masklet.training.cache import UncachedClip
from masklet.training.cache_runs import clip_name, clip_of_masklets
from masklet.training.clips import VOID
from masklet.training.polygons import polygon_labels, read_polygons

if TYPE_CHECKING:
    from masklet.datasets import Clip
    from masklet.masklets import Masklets


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


def _of_dataset(clip: Clip[Masklets], prefix: str, source: str, licence: str) -> UncachedClip:
    name = clip_name(prefix, clip.name)
    return clip_of_masklets(name, clip.truth, clip.open_frames, source=source, licence=licence)


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
