"""Masks of single persons beside their pictures, as P2's OSVOS reads them.

    ROOT/JPEGImages/pID14/00224.jpg     the frame, named by its index in the video
    ROOT/Annotations/pID14/00224.png    black and white: 255 is the person
    ROOT/Others/pID14/00224.png         255 is somebody else (ours; may be missing)

Source: Cernigliaro, Montello and Russo, "Human Instance Segmentation" (P2), section 4.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from masklet.core.arrays import BoolArray, UInt8Array
from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.core.values import Frame
from masklet.formats.davis import label_pngs_in, read_label_png
from masklet.formats.names import some
from masklet.models.protocols import Example
from masklet.sources.folder import ImageFolder

PICTURES, MASKS, OTHERS = "JPEGImages", "Annotations", "Others"
_PERSON = re.compile(r"pID(\d+)")
_QUALITY = 95
"""Of the JPEGs, whose colours are kept at full size."""


def write_person_examples(root: Path, person_id: int, examples: Iterable[Example]) -> int:
    """Write the examples of one person and return their number; raise FormatError for none."""
    folders = {kind: root / kind / f"pID{person_id}" for kind in (PICTURES, MASKS, OTHERS)}
    count = 0
    for example in examples:
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        name = f"{example.frame.index:05d}"
        write_whole(folders[PICTURES] / f"{name}.jpg", _jpeg(example.frame.image_HW3))
        write_whole(folders[MASKS] / f"{name}.png", _black_and_white(example.mask_HW))
        if example.others_HW is not None:
            write_whole(folders[OTHERS] / f"{name}.png", _black_and_white(example.others_HW))
        count += 1
    if not count:
        raise FormatError(f"Expected at least one example of person {person_id} for {root}, got none.")
    return count


def persons_in(root: Path) -> list[int]:
    """Return the ids of the persons of a folder; raise FormatError where there is none."""
    masks = root / MASKS
    found = [_PERSON.fullmatch(path.name) for path in masks.iterdir()] if masks.is_dir() else []
    if not (ids := sorted(int(match[1]) for match in found if match)):
        raise FormatError(f"Expected masks in {masks}/pID1 or of another number, found no such folder.")
    return ids


def read_person_examples(root: Path, person_id: int | None = None) -> tuple[int, list[Example]]:
    """Return the person's id and examples, in order of their frames; without an id, of the only person there.

    Raise FormatError for another person, for several where none is named, for a mask without a picture, of another
    size or empty, and for names that are no frame's index.
    """
    ids = persons_in(root)
    if person_id is None and len(ids) > 1:
        raise FormatError(f"Expected one person in {root}, got {some(ids)}; say which one (--person).")
    chosen = ids[0] if person_id is None else person_id
    if chosen not in ids:
        raise FormatError(f"Expected a person of {root} ({some(ids, 10)}), got {chosen}.")
    paths = label_pngs_in(root / MASKS / f"pID{chosen}")
    pictures = _pictures(root / PICTURES / f"pID{chosen}")
    return chosen, [_example(root, chosen, path, pictures) for path in paths]


def _pictures(folder: Path) -> ImageFolder:
    if not folder.is_dir():
        raise FormatError(f"Expected the pictures of the masks in {folder}, found no such folder.")
    return ImageFolder(folder, allow_gaps=True)


def _example(root: Path, person_id: int, path: Path, pictures: ImageFolder) -> Example:
    places = {picture.stem: place for place, picture in enumerate(pictures.paths)}
    if not path.stem.isdecimal():
        raise FormatError(f"Expected masks named by the index of their frame, as 00224.png, got {path}.")
    if path.stem not in places:
        raise FormatError(f"Expected a picture for the mask {path}, got none of that name in {pictures.info.uri}.")
    place = places[path.stem]
    (picture,) = pictures.read(place, place + 1)
    frame = Frame(int(path.stem), picture.seconds, picture.image_HW3)
    mask_HW = _mask(path, frame)
    if not mask_HW.any():
        raise FormatError(f"Expected a mask with at least one pixel set in {path}, got an empty one.")
    others = root / OTHERS / f"pID{person_id}" / path.name
    return Example(frame=frame, mask_HW=mask_HW, others_HW=_mask(others, frame) if others.is_file() else None)


def _mask(path: Path, frame: Frame) -> BoolArray:
    mask_HW: BoolArray = read_label_png(path, binary=True) != 0
    if mask_HW.shape != frame.size_HW:
        height, width = frame.size_HW
        raise FormatError(
            f"Expected a mask of {width}x{height} in {path}, as its picture is, "
            f"got {mask_HW.shape[1]}x{mask_HW.shape[0]}."
        )
    return mask_HW


def _jpeg(image_HW3: UInt8Array) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image_HW3).save(buffer, format="JPEG", quality=_QUALITY, subsampling=0)
    return buffer.getvalue()


def _black_and_white(mask_HW: BoolArray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(mask_HW.astype(np.uint8) * np.uint8(255)).save(buffer, format="PNG")
    return buffer.getvalue()
