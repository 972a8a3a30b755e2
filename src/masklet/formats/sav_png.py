"""SA-V's PNGs: one folder for each object, one black and white picture for each annotated frame.

    FOLDER/000/00004.png      object 0, frame 4 of the video; any value but 0 is the object

Objects may overlap. Ids are the folder's number + 1. Classes and scores are not held; an object that is absent
has an all-black picture, and a frame without any picture was never looked at.
Source: Ravi et al., SAM 2: Segment Anything in Images and Videos, 2024 (validation and test sets).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from masklet.core import rle
from masklet.core.errors import FormatError
from masklet.formats.davis import label_pngs_in, read_label_png, write_label_png
from masklet.formats.lazy import LazyFrames
from masklet.formats.names import frame_stem, index_of_names
from masklet.masklets import Masklets, ObjectMask


def read_sav_pngs(folder: Path, *, names: Sequence[str] | None = None) -> Masklets:
    """Return the masklets of a folder of object folders; pictures are decoded when their frame is asked for.

    `names` are all frames of the video in order; without them frames are counted by the pictures there are.
    """
    paths_of = {_object_id(path): label_pngs_in(path) for path in sorted(folder.glob("*")) if path.is_dir()}
    if not paths_of:
        raise FormatError(f"Expected one folder for each object (000, 001, ...) in {folder}, got none.")
    present = sorted({path.stem for paths in paths_of.values() for path in paths})
    index_of = index_of_names(present, names, folder)
    paths_at: dict[int, dict[int, Path]] = {index: {} for index in index_of.values()}
    for object_id, paths in paths_of.items():
        for path in paths:
            paths_at[index_of[path.stem]][object_id] = path
    with Image.open(next(iter(paths_of.values()))[0]) as first:
        size_HW = (first.height, first.width)

    def load(index: int) -> tuple[ObjectMask, ...]:
        return tuple(_object(object_id, path, size_HW) for object_id, path in paths_at[index].items())

    return Masklets(size_HW, LazyFrames(paths_at, load), {index: name for name, index in index_of.items()})


def write_sav_pngs(masklets: Masklets, folder: Path) -> None:
    """Write one picture for each object in each frame that was looked at."""
    folders = {object_id: folder / f"{object_id - 1:03d}" for object_id in masklets.object_ids}
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True)
    absent_HW = np.zeros(masklets.size_HW, dtype=bool)
    for index in masklets.frame_indices:
        present = {item.object_id: rle.decode(item.rle) for item in masklets.objects(index)}
        for object_id, path in folders.items():
            mask_HW = present.get(object_id, absent_HW)
            write_label_png(path / f"{frame_stem(masklets.frame_name(index))}.png", mask_HW.astype(np.uint8))


def _object_id(folder: Path) -> int:
    if not folder.name.isdecimal():
        raise FormatError(f"Expected folders named after object numbers (000, 001, ...), got {folder}.")
    return int(folder.name) + 1


def _object(object_id: int, path: Path, size_HW: tuple[int, int]) -> ObjectMask:
    mask_HW = read_label_png(path, binary=True) != 0
    if mask_HW.shape != size_HW:
        raise FormatError(
            f"Expected a mask of {size_HW[1]}x{size_HW[0]} in {path}, got {mask_HW.shape[1]}x{mask_HW.shape[0]}."
        )
    return ObjectMask(object_id, rle.encode(mask_HW))
