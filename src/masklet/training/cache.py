"""The clip cache, written: pictures and labels of any annotated source, made small once, read fast ever after.

Decoding and shrinking full pictures for every sample keeps a GPU waiting; here it is done in advance.
A source is any iterable of `UncachedClip`. `training.clips` says what the folder looks like and reads it.
"""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from masklet.core.arrays import BoolArray, FloatArray, IntArray, UInt8Array
from masklet.core.errors import FormatError, OutputError
from masklet.core.files import write_whole
from masklet.training.clips import LIST, VERSION, VOID, ClipFolder

if TYPE_CHECKING:
    from masklet.datasets import Clip
    from masklet.masklets import Masklets
    from masklet.sources import FrameSource

JPEG_QUALITY = 92
LARGEST_ID = 253
"""Of an object: a label has 8 bits, and 254 and 255 are void."""


@dataclass(frozen=True, eq=False, kw_only=True)
class UncachedClip:
    """One clip on its way into a cache: as many frames (image_HW3, uint8 RGB) as labels (labels_HW, ids)."""

    name: str
    """Also that of its folder: letters, digits, '-', '_' and '.'."""
    frames: Iterable[UInt8Array]
    labels: Iterable[IntArray]
    source: str
    licence: str


@dataclass(frozen=True, kw_only=True)
class Shrinking:
    """How pictures are made small. Labels go by nearest neighbour, pictures by the mean over areas."""

    short_side: int = 288
    """Pixels of the shorter side, at most; nothing is enlarged."""
    least_share: float = 0.002
    """An object that never covers so much of the picture in all its clip is left out."""
    left_out_as: int = 0
    """The label of left out objects: 0, background, or 255, void."""


def build_cache(
    sources: Iterable[Iterable[UncachedClip]],
    out: Path,
    *,
    shrinking: Shrinking | None = None,
    on_clip: Callable[[str], None] | None = None,
) -> ClipFolder:
    """Write all clips of all sources into the new folder `out` and return it, opened.

    The folder appears whole or not at all. `on_clip` is told the name of every clip that is written.
    Raise OutputError where `out` is already there, FormatError for two clips of one name, for frames and labels
    that do not belong together and for ids above 253.
    """
    shrinking = shrinking or Shrinking()
    if out.exists():
        raise OutputError(f"Expected a new folder for the clip cache, {out} is already there.")
    unfinished = out.with_name(f".{out.name}.partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    entries: dict[str, dict[str, Any]] = {}
    try:
        unfinished.mkdir(parents=True)
        for clip in (clip for source in sources for clip in source):
            _require_new_name(clip.name, entries)
            entries[clip.name] = _write_clip(clip, unfinished / clip.name, shrinking)
            if on_clip:
                on_clip(clip.name)
        content = json.dumps({"version": VERSION, "clips": list(entries.values())}, ensure_ascii=False)
        write_whole(unfinished / LIST, content.encode())
        unfinished.rename(out)
    except OSError as error:
        raise OutputError(f"Expected to write a clip cache to {out}, got: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return ClipFolder(out)


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
            polygons = _polygons((texts / path.relative_to(images)).with_suffix(".txt"))
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


def polygon_labels(polygons: Iterable[FloatArray], size_HW: tuple[int, int]) -> IntArray:
    """Return labels_HW of polygons of shape (P, 2), x y as shares of width and height; ids by area from 1."""
    height, width = size_HW
    masks = [polygon_mask(polygon_P2 * [width, height], size_HW) for polygon_P2 in polygons]
    labels_HW = np.zeros(size_HW, dtype=np.int32)
    for object_id, mask_HW in enumerate(sorted(masks, key=lambda mask_HW: -int(mask_HW.sum())), start=1):
        labels_HW[mask_HW] = object_id
    return labels_HW


def polygon_mask(xy_P2: FloatArray, size_HW: tuple[int, int]) -> BoolArray:
    """Return the pixels whose centres lie inside a polygon in pixels (non-zero winding rule).

    A bridge that leads from one part to another and back again covers nothing.

    >>> polygon_mask(np.array([[1.0, 0.0], [3.0, 0.0], [3.0, 1.0], [1.0, 1.0]]), (2, 4)).astype(int).tolist()
    [[0, 1, 1, 0], [0, 0, 0, 0]]
    """
    height, width = size_HW
    turns_HW = np.zeros((height, width + 1), dtype=np.int32)
    for (x0, y0), (x1, y1) in zip(xy_P2, np.roll(xy_P2, -1, axis=0), strict=True):
        low, high = sorted((y0, y1))
        rows_R = np.arange(*np.clip(np.ceil([low - 0.5, high - 0.5]), 0, height).astype(int))
        crossings_R = x0 + (rows_R + 0.5 - y0) * ((x1 - x0) / (y1 - y0)) if len(rows_R) else np.zeros(0)
        columns_R = np.clip(np.ceil(crossings_R - 0.5), 0, width).astype(int)
        turns_HW[rows_R, columns_R] += 1 if y1 > y0 else -1
    inside: BoolArray = np.cumsum(turns_HW, axis=1)[:, :width] != 0
    return inside


def small_size(size_HW: tuple[int, int], short_side: int) -> tuple[int, int]:
    """Return the size whose shorter side is `short_side`; the given one where that would enlarge.

    >>> small_size((480, 854), 288), small_size((100, 200), 288)
    ((288, 512), (100, 200))
    """
    height, width = size_HW
    scale = min(1.0, short_side / min(size_HW))
    return (max(1, round(height * scale)), max(1, round(width * scale)))


def _write_clip(clip: UncachedClip, folder: Path, shrinking: Shrinking) -> dict[str, Any]:
    """Write frames and labels; return the clip's entry of the list."""
    for name in ("frames", "labels"):
        (folder / name).mkdir(parents=True)
    areas: list[dict[int, int]] = []
    size_HW = None
    for image_HW3, labels_HW in _pairs(clip):
        full_HW = (image_HW3.shape[0], image_HW3.shape[1])
        if labels_HW.shape != full_HW:
            raise FormatError(
                f"Expected labels of {full_HW} for frame {len(areas)} of {clip.name}, got {labels_HW.shape}."
            )
        if size_HW not in (None, full_HW):
            raise FormatError(f"Expected frames of {size_HW} all through {clip.name}, got one of {full_HW}.")
        size_HW = full_HW
        small_HW = small_size(full_HW, shrinking.short_side)
        stem = f"{len(areas):05d}"
        write_whole(folder / "frames" / f"{stem}.jpg", _jpeg(image_HW3, small_HW))
        small_labels_HW = _small_labels(labels_HW, small_HW, clip.name)
        write_whole(folder / "labels" / f"{stem}.png", _png(small_labels_HW))
        areas.append(_areas(small_labels_HW))
    if size_HW is None:
        raise FormatError(f"Expected at least one frame with labels in {clip.name}, got none.")
    left_out = _small_objects(areas, least_area=shrinking.least_share * small_HW[0] * small_HW[1])
    _leave_out(folder / "labels", areas, left_out, shrinking.left_out_as)
    return {
        "name": clip.name,
        "frame_count": len(areas),
        "size": small_HW,
        "object_ids": [sorted(set(here) - left_out) for here in areas],
        "source": clip.source,
        "licence": clip.licence,
    }


def _pairs(clip: UncachedClip) -> Iterator[tuple[UInt8Array, IntArray]]:
    frames, labels = iter(clip.frames), iter(clip.labels)
    while (image_HW3 := next(frames, None)) is not None:
        labels_HW = next(labels, None)
        if labels_HW is None:
            raise FormatError(f"Expected labels for every frame of {clip.name}, got fewer.")
        yield image_HW3, labels_HW
    if next(labels, None) is not None:
        raise FormatError(f"Expected a frame for all labels of {clip.name}, got fewer.")


def _small_objects(areas: Iterable[Mapping[int, int]], *, least_area: float) -> set[int]:
    """Return the ids that reach the area in no frame."""
    largest: dict[int, int] = {}
    for here in areas:
        for object_id, area in here.items():
            largest[object_id] = max(area, largest.get(object_id, 0))
    return {object_id for object_id, area in largest.items() if area < least_area}


def _leave_out(folder: Path, areas: list[dict[int, int]], left_out: set[int], label: int) -> None:
    for number, here in enumerate(areas):
        if left_out & set(here):
            path = folder / f"{number:05d}.png"
            with Image.open(path) as image:
                labels_HW = np.array(image)
            labels_HW[np.isin(labels_HW, list(left_out))] = label
            write_whole(path, _png(labels_HW))


def _areas(labels_HW: UInt8Array) -> dict[int, int]:
    counts = np.bincount(labels_HW.ravel(), minlength=256)
    return {int(value): int(counts[value]) for value in np.flatnonzero(counts) if value not in (0, VOID)}


def _jpeg(image_HW3: UInt8Array, size_HW: tuple[int, int]) -> bytes:
    image = Image.fromarray(image_HW3).resize(size_HW[::-1], Image.Resampling.BOX)
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def _small_labels(labels_HW: IntArray, size_HW: tuple[int, int], name: str) -> UInt8Array:
    ids = np.unique(labels_HW)
    wrong = ids[(ids < 0) | ((ids > LARGEST_ID) & (ids != VOID))]
    if len(wrong):
        raise FormatError(
            f"Expected object ids from 1 to {LARGEST_ID} in {name}, got {int(wrong[0])}; number the objects anew."
        )
    small = Image.fromarray(labels_HW.astype(np.uint8)).resize(size_HW[::-1], Image.Resampling.NEAREST)
    return np.asarray(small)


def _png(labels_HW: UInt8Array) -> bytes:
    from masklet.formats.palette import davis_palette

    image = Image.fromarray(labels_HW)
    image.putpalette(davis_palette().tobytes())
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


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


def _polygons(path: Path) -> list[FloatArray]:
    """Return polygons of shape (P, 2) as shares of the picture; none where there is no such file."""
    if not path.is_file():
        return []
    polygons: list[FloatArray] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            values = np.array([float(word) for word in line.split()[1:]])
        except ValueError:
            values = np.zeros(0)
        if line.strip() and (len(values) < 6 or len(values) % 2):
            raise FormatError(f"Expected a class and at least three points x y in line {number} of {path}.")
        if line.strip():
            polygons.append(values.reshape(-1, 2))
    return polygons


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


def _require_new_name(name: str, taken: Iterable[str]) -> None:
    if not re.fullmatch(r"[\w-][\w.-]*", name):
        raise FormatError(f"Expected a clip name of letters, digits, '-', '_' and '.', got {name!r}.")
    if name in taken:
        raise FormatError(f"Expected each clip name once, got {name} twice; give the sources different prefixes.")
