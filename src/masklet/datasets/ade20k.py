"""ADE20K as the Scene Parsing Challenge packs it: rooms and landscapes in 150 classes.

    ROOT/images/validation/ADE_val_00000001.jpg         ROOT is ADEChallengeData2016
    ROOT/annotations/validation/ADE_val_00000001.png    0 void, 1 to 150 the classes
    ROOT/images/training, ROOT/annotations/training

Source: Zhou et al., Scene Parsing through ADE20K Dataset, CVPR 2017.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import LabelSpace
from masklet.core.label_spaces import ADE20K
from masklet.datasets.folders import require_folder
from masklet.datasets.labelled import LabelledPicture, checked, picture_file
from masklet.formats.class_png import read_values
from masklet.sources.images import read_image

_FOLDERS = {"train": "training", "val": "validation"}


@dataclass(frozen=True)
class Ade20k:
    """The pictures of train (the folders training) or val (validation) that have labels. Iterating opens none."""

    root: Path
    split: str = "val"

    label_space: ClassVar[LabelSpace] = ADE20K

    def __len__(self) -> int:
        return len(self.names())

    def __iter__(self) -> Iterator[LabelledPicture]:
        return map(self._picture, self.names())

    def names(self) -> tuple[str, ...]:
        """Return the pictures of the split; raise FormatError where there are no annotations."""
        folder = require_folder(self.root / "annotations" / self._part, f"ADE20K's annotations of {self.split}")
        names = tuple(sorted(path.stem for path in folder.glob("*.png")))
        if not names:
            raise FormatError(f"Expected ADE20K's annotations (*.png) in {folder}, found none.")
        return names

    @property
    def _part(self) -> str:
        return _FOLDERS.get(self.split, self.split)

    def _picture(self, name: str) -> LabelledPicture:
        picture = picture_file(self.root / "images" / self._part, name)
        return LabelledPicture(
            name=name,
            label_space=ADE20K,
            read_image=partial(read_image, picture),
            read_labels=partial(_read, self.root / "annotations" / self._part / f"{name}.png", picture),
        )


def _read(labels: Path, picture: Path) -> UInt8Array:
    numbers_HW = read_values(labels)
    if numbers_HW.size and numbers_HW.max() > len(ADE20K):
        raise FormatError(f"Expected 0 (void) to {len(ADE20K)} in {labels}, got {numbers_HW.max()}.")
    return checked(numbers_HW - np.uint8(1), ADE20K, labels, picture)  # 0 - 1 is 255, void
