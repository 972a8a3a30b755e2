"""The clip cache, written: pictures and labels of any annotated source, made small once, read fast ever after.

Decoding and shrinking full pictures for every sample keeps a GPU waiting; here it is done in advance.
A source is any iterable of `UncachedClip`; `training.cache_sources` has those of the usual data sets,
`training.cache_runs` those of masks of one's own. `training.clips` says what the folder looks like and reads it.
"""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from masklet.core.arrays import IntArray, UInt8Array
from masklet.core.errors import FormatError, OutputError
from masklet.core.files import write_whole
from masklet.core.label_space import LabelSpace
from masklet.training.clips import LIST, VERSION, VOID, ClipFolder

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
    label_space: LabelSpace | None = None,
    on_clip: Callable[[str], None] | None = None,
) -> ClipFolder:
    """Write all clips of all sources into the new folder `out` and return it, opened.

    The folder appears whole or not at all. `on_clip` is told the name of every clip that is written. With a label
    space, labels are its classes, which are all kept however small; a frame without labels is VOID all over.
    Raise OutputError where `out` is already there, FormatError for two clips of one name, for frames and labels
    that do not belong together, for ids above 253 and for labels that the label space has not.
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
            entries[clip.name] = _write_clip(clip, unfinished / clip.name, shrinking, label_space)
            if on_clip:
                on_clip(clip.name)
        listed: dict[str, Any] = {"version": VERSION, "clips": list(entries.values())}
        if label_space is not None:
            listed["label_space"] = label_space.to_json()
        write_whole(unfinished / LIST, json.dumps(listed, ensure_ascii=False).encode())
        unfinished.rename(out)
    except OSError as error:
        raise OutputError(f"Expected to write a clip cache to {out}, got: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return ClipFolder(out)


def small_size(size_HW: tuple[int, int], short_side: int) -> tuple[int, int]:
    """Return the size whose shorter side is `short_side`; the given one where that would enlarge.

    >>> small_size((480, 854), 288), small_size((100, 200), 288)
    ((288, 512), (100, 200))
    """
    height, width = size_HW
    scale = min(1.0, short_side / min(size_HW))
    return (max(1, round(height * scale)), max(1, round(width * scale)))


def _write_clip(
    clip: UncachedClip, folder: Path, shrinking: Shrinking, label_space: LabelSpace | None
) -> dict[str, Any]:
    """Write frames and labels; return the clip's entry of the list."""
    for name in ("frames", "labels"):
        (folder / name).mkdir(parents=True)
    areas: list[dict[int, int]] = []
    size_HW = None
    palette_256x3 = None if label_space is None else label_space.palette_256x3
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
        _require_known(labels_HW, label_space, clip.name)
        small_labels_HW = _small_labels(labels_HW, small_HW)
        write_whole(folder / "labels" / f"{stem}.png", _png(small_labels_HW, palette_256x3))
        areas.append(_areas(small_labels_HW))
    if size_HW is None:
        raise FormatError(f"Expected at least one frame with labels in {clip.name}, got none.")
    entry = {
        "name": clip.name,
        "frame_count": len(areas),
        "size": small_HW,
        "source": clip.source,
        "licence": clip.licence,
    }
    if label_space is not None:
        of_classes = [[here.get(value, 0) for value in range(len(label_space))] for here in areas]
        return {**entry, "object_ids": [sorted(here) for here in areas], "areas": of_classes}
    for here in areas:
        here.pop(0, None)
    left_out = _small_objects(areas, least_area=shrinking.least_share * small_HW[0] * small_HW[1])
    _leave_out(folder / "labels", areas, left_out, shrinking.left_out_as)
    return {**entry, "object_ids": [sorted(set(here) - left_out) for here in areas]}


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
            write_whole(path, _png(labels_HW, None))


def _areas(labels_HW: UInt8Array) -> dict[int, int]:
    """Return the pixels of every label but VOID."""
    counts = np.bincount(labels_HW.ravel(), minlength=256)
    return {int(value): int(counts[value]) for value in np.flatnonzero(counts) if value != VOID}


def _jpeg(image_HW3: UInt8Array, size_HW: tuple[int, int]) -> bytes:
    image = Image.fromarray(image_HW3).resize(size_HW[::-1], Image.Resampling.BOX)
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def _require_known(labels_HW: IntArray, label_space: LabelSpace | None, name: str) -> None:
    if label_space is not None:
        label_space.require(labels_HW, name)
        return
    ids = np.unique(labels_HW)
    wrong = ids[(ids < 0) | ((ids > LARGEST_ID) & (ids != VOID))]
    if len(wrong):
        raise FormatError(
            f"Expected object ids from 1 to {LARGEST_ID} in {name}, got {int(wrong[0])}; number the objects anew."
        )


def _small_labels(labels_HW: IntArray, size_HW: tuple[int, int]) -> UInt8Array:
    small = Image.fromarray(labels_HW.astype(np.uint8)).resize(size_HW[::-1], Image.Resampling.NEAREST)
    return np.asarray(small)


def _png(labels_HW: UInt8Array, palette_256x3: UInt8Array | None) -> bytes:
    """Return an indexed PNG, in DAVIS's colours where there are no others."""
    from masklet.formats.palette import davis_palette

    image = Image.fromarray(labels_HW)
    image.putpalette((davis_palette() if palette_256x3 is None else palette_256x3).tobytes())
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def _require_new_name(name: str, taken: Iterable[str]) -> None:
    if not re.fullmatch(r"[\w-][\w.-]*", name):
        raise FormatError(f"Expected a clip name of letters, digits, '-', '_' and '.', got {name!r}.")
    if name in taken:
        raise FormatError(f"Expected each clip name once, got {name} twice; give the sources different prefixes.")
