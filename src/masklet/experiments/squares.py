"""DAVIS-2016 as squares of one size: what P3's released code follows and measures on.

OUT/JPEGImages/square/dog/00000.png
OUT/Annotations/square/dog/00000.png    all that Lanczos leaves above 0 is the object: a little more than it is
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from masklet.core.arrays import IntArray, UInt8Array
from masklet.datasets import Davis2016
from masklet.formats.davis import label_pngs_in, read_label_png, write_label_png
from masklet.render import write_picture

_FOLDER = "square"


def write_squares(dataset: Davis2016, names: Sequence[str], out: Path, side: int) -> Davis2016:
    """Write sequences with frames and masks of SIDE x SIDE pixels, those that are not there yet; return them.

    Raise FormatError for masks that are missing or damaged, SourceError for such frames.
    """
    squares = Davis2016(out, dataset.split, _FOLDER)
    for name in names:
        if not squares.truth_folder(name).is_dir():
            _write_sequence(dataset, name, squares, side)
    return squares


def square_mask(mask_HW: IntArray, side: int) -> IntArray:
    """Return a mask as a square: Lanczos on 0 and 255, then all that is not 0, as the released code has it.

    >>> square_mask(np.repeat(np.array([[0, 1]], np.int32), 4, axis=1).repeat(8, axis=0), 4)[0].tolist()
    [0, 1, 1, 1]
    """
    grey = Image.fromarray((mask_HW != 0).astype(np.uint8) * 255)
    enlarged_HW: IntArray = (np.asarray(grey.resize((side, side), Image.Resampling.LANCZOS)) != 0).astype(np.int32)
    return enlarged_HW


def _write_sequence(dataset: Davis2016, name: str, squares: Davis2016, side: int) -> None:
    """Write frames, then masks, each folder put in place once it is complete."""
    frames = dataset.clip(name).frames
    pictures = squares.root / "JPEGImages" / _FOLDER / name
    unfinished = _new(pictures.with_name(f".{name}.partial"))
    for frame in frames.read():
        write_picture(unfinished / f"{frames.frame_name(frame.index)}.png", _square(frame.image_HW3, side))
    shutil.rmtree(pictures, ignore_errors=True)
    unfinished.rename(pictures)
    masks = squares.truth_folder(name)
    unfinished = _new(masks.with_name(f".{name}.partial"))
    for path in label_pngs_in(dataset.truth_folder(name)):
        write_label_png(unfinished / path.name, square_mask(read_label_png(path, binary=True), side))
    unfinished.rename(masks)


def _square(image_HW3: UInt8Array, side: int) -> UInt8Array:
    return np.asarray(Image.fromarray(image_HW3).resize((side, side), Image.Resampling.LANCZOS))


def _new(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
