"""CamVid in the 11 classes of SegNet: streets from a car, about one picture a second.

    ROOT/train/0001TP_006690.png          or .jpg ROOT/trainannot/0001TP_006690.png     0 to 10, 11 void
    ROOT/train.txt                        names, or SegNet's lines of two files; without it all pictures of the
    folder ROOT/val, ROOT/valannot, ROOT/test, ROOT/testannot

The beginning of a name is the video: 0006R0, 0016E5 and Seq05VD are by day, 0001TP is at dusk. Sources: Brostow et
al., Pattern Recognition Letters 2009; the tutorial of SegNet (Badrinarayanan et al., PAMI 2017).
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
from masklet.core.label_space import VOID, LabelSpace
from masklet.core.label_spaces import CAMVID
from masklet.datasets.folders import require_folder
from masklet.datasets.labelled import LabelledPicture, checked, names_in_list, picture_file
from masklet.formats.class_png import read_values
from masklet.sources.images import is_image, read_image

UNLABELLED = 11
"""What SegNet's PNGs have where nothing is said."""


@dataclass(frozen=True)
class CamVid:
    """The pictures of one split, in the order of its list. Iterating opens none."""

    root: Path
    split: str = "train"

    label_space: ClassVar[LabelSpace] = CAMVID

    def __len__(self) -> int:
        return len(self.names())

    def __iter__(self) -> Iterator[LabelledPicture]:
        return map(self._picture, self.names())

    def names(self) -> tuple[str, ...]:
        """Return the pictures of the split; raise FormatError where its folder is not there or its list is
        empty."""
        folder = require_folder(self.root / self.split, f"CamVid's pictures of {self.split}")
        if (self.root / f"{self.split}.txt").is_file():
            return names_in_list(self.root / f"{self.split}.txt")
        names = tuple(sorted(path.stem for path in folder.iterdir() if is_image(path)))
        if not names:
            raise FormatError(f"Expected CamVid's pictures in {folder}, found none.")
        return names

    def _picture(self, name: str) -> LabelledPicture:
        picture = picture_file(self.root / self.split, name)
        return LabelledPicture(
            name=name,
            label_space=CAMVID,
            read_image=partial(read_image, picture),
            read_labels=partial(_read, self.root / f"{self.split}annot" / f"{name}.png", picture),
            video=name.partition("_")[0],
        )


def _read(labels: Path, picture: Path) -> UInt8Array:
    values_HW = read_values(labels)
    return checked(np.where(values_HW == UNLABELLED, np.uint8(VOID), values_HW), CAMVID, labels, picture)
