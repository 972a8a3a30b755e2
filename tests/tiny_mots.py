"""MOTS in small, in each of its layouts: three frames of 8 rows and 12 columns; a pedestrian, a car, void."""

from pathlib import Path

import numpy as np
from PIL import Image

from masklet.core import rle


def instance_ids(index: int) -> np.ndarray:
    """The ids of a frame: the pedestrian walks to the right, void is there from the second frame on."""
    ids_HW = np.zeros((8, 12), np.uint16)
    ids_HW[2:6, index : index + 2] = 2001
    ids_HW[0:2, 6:10] = 1001
    if index:
        ids_HW[6:8, 8:12] = 10000
    return ids_HW


def text(*, first: int) -> str:
    lines = []
    for index in range(3):
        ids_HW = instance_ids(index)
        for number in np.unique(ids_HW[ids_HW > 0]):
            counts = rle.encode(ids_HW == number).counts
            lines.append(f"{index + first} {number} {number // 1000} 8 12 {counts}\n")
    return "".join(lines)


def write_pictures(folder: Path, *, first: int, suffix: str) -> None:
    folder.mkdir(parents=True)
    for index in range(3):
        Image.new("RGB", (12, 8), (10 * index, 0, 0)).save(folder / f"{index + first:06d}{suffix}")


def write_kitti_mots(root: Path, *, as_text: bool = True) -> Path:
    write_pictures(root / "training/image_02/0002", first=0, suffix=".png")
    return _write_truth(root, first=0, as_text=as_text)


def write_mots_challenge(root: Path, *, as_text: bool = True) -> Path:
    write_pictures(root / "images/0002", first=1, suffix=".jpg")
    return _write_truth(root, first=1, as_text=as_text)


def write_mots20(root: Path) -> Path:
    write_pictures(root / "MOTS20-02/img1", first=1, suffix=".jpg")
    (root / "MOTS20-02/gt").mkdir()
    (root / "MOTS20-02/gt/gt.txt").write_text(text(first=1))
    return root


def _write_truth(root: Path, *, first: int, as_text: bool) -> Path:
    if as_text:
        (root / "instances_txt").mkdir()
        (root / "instances_txt/0002.txt").write_text(text(first=first))
    else:
        (root / "instances/0002").mkdir(parents=True)
        for index in range(3):
            Image.fromarray(instance_ids(index)).save(root / f"instances/0002/{index + first:06d}.png")
    return root
