"""MOTS: people and cars of KITTI and of the MOTSChallenge with masks, and regions nobody is scored on.

    KITTI MOTS       ROOT/instances_txt/0002.txt, or ROOT/instances/0002/000000.png      frames from 0
                     ROOT/training/image_02/0002/000000.png
    MOTSChallenge    ROOT/instances_txt/0002.txt, or ROOT/instances/0002/000001.png      frames from 1
                     ROOT/images/0002/000001.jpg
    MOTS20           ROOT/MOTS20-02/gt/gt.txt and ROOT/MOTS20-02/img1/000001.jpg         frames from 1

Void is object 10000, labelled "ignore". Source: Voigtlaender et al., CVPR 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from masklet.core import rle
from masklet.core.arrays import BoolArray
from masklet.core.errors import FormatError
from masklet.datasets.clip import Clip
from masklet.datasets.folders import folders_in, require_folder
from masklet.formats.lazy import LazyFrames
from masklet.formats.mots import read_mots_png, read_mots_txt
from masklet.formats.mots_ids import IGNORE_ID
from masklet.masklets import Masklets
from masklet.sources import FrameSource, open_source
from masklet.sources.folder import image_files

PICTURE_FOLDERS = ("images", "training/image_02", "image_02")
"""Where the pictures of a data set with instances or instances_txt lie, the first that is there."""


@dataclass(frozen=True)
class MotsSequence:
    """One sequence: where its pictures lie, and its truth as text or as a folder of PNGs."""

    name: str
    pictures: Path
    truth_path: Path

    def clip(self) -> Clip[Masklets]:
        """Return its frames and objects, void among them (see `only_labels` and `void_region`)."""
        return Clip(name=self.name, open_frames=self._open_frames, read_truth=self._read_truth)

    def _open_frames(self) -> FrameSource:
        return open_source(require_folder(self.pictures, f"the pictures of {self.name}"))

    def _read_truth(self) -> Masklets:
        stems = [path.stem for path in image_files(require_folder(self.pictures, f"the pictures of {self.name}"))]
        if self.truth_path.is_dir():
            return read_mots_png(self.truth_path, names=stems)
        first = 0 if stems[0].isdecimal() and int(stems[0]) == 0 else 1
        return read_mots_txt(self.truth_path, first_frame=first, frame_count=len(stems))


def mots_sequences(folder: Path) -> list[MotsSequence]:
    """Return the sequences of a data set in any of the three layouts, by name; text is taken before PNGs.

    Raise FormatError for a folder of none of them.
    """
    require_folder(folder, "sequences of MOTS")
    found = _with_gt(folder) or _with_instances(folder)
    if not found:
        raise FormatError(
            f"Expected instances_txt, instances or sequences with gt/gt.txt in {folder}, found none of them."
        )
    return found


def only_labels(masklets: Masklets, labels: Sequence[str] = ("pedestrian",)) -> Masklets:
    """Return the objects of these classes; void and the others are left out, frames stay."""
    frames = LazyFrames(
        masklets.frame_indices,
        lambda index: tuple(item for item in masklets.objects(index) if item.label in labels),
    )
    return Masklets(
        masklets.size_HW, frames, {index: masklets.frame_name(index) for index in masklets.frame_indices}
    )


def void_region(masklets: Masklets, frame_index: int) -> BoolArray:
    """Return void_HW of a frame: where objects are that nobody told apart."""
    codes = [item.rle for item in masklets.objects(frame_index) if item.object_id == IGNORE_ID]
    return rle.decode(codes[0]) if codes else np.zeros(masklets.size_HW, dtype=bool)


def _with_gt(folder: Path) -> list[MotsSequence]:
    candidates = [folder, *(folder / name for name in folders_in(folder))]
    return [
        MotsSequence(path.absolute().name, path / "img1", path / "gt" / "gt.txt")
        for path in candidates
        if (path / "gt" / "gt.txt").is_file()
    ]


def _with_instances(folder: Path) -> list[MotsSequence]:
    pictures = next((folder / name for name in PICTURE_FOLDERS if (folder / name).is_dir()), folder / "images")
    truths = {name: folder / "instances" / name for name in folders_in(folder / "instances")}
    truths |= {path.stem: path for path in (folder / "instances_txt").glob("*.txt")}
    return [MotsSequence(name, pictures / name, path) for name, path in sorted(truths.items())]
