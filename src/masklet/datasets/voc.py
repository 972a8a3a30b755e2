"""Pascal VOC 2012, segmentation: 20 kinds of objects before a background.

    ROOT/ImageSets/Segmentation/val.txt          ROOT is VOC2012, or the folder VOCdevkit around it
    ROOT/JPEGImages/2007_000033.jpg
    ROOT/SegmentationClass/2007_000033.png       indexed: 0 background, 1 to 20, 255 the rim of objects

Source: Everingham et al., The Pascal Visual Object Classes Challenge, IJCV 2015. The labels that Hariharan et al.
(ICCV 2011) added are read from their folder SegmentationClassAug where it is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from masklet.core.arrays import UInt8Array
from masklet.core.label_space import LabelSpace
from masklet.core.label_spaces import VOC
from masklet.datasets.folders import require_folder
from masklet.datasets.labelled import LabelledPicture, checked, names_in_list, picture_file
from masklet.formats.class_png import read_class_png
from masklet.sources.images import read_image


@dataclass(frozen=True)
class VocSegmentation:
    """The pictures of one split: train, val or trainval. Iterating opens none."""

    root: Path
    split: str = "val"
    labels: str = "SegmentationClass"
    """The folder of the label PNGs."""

    label_space: ClassVar[LabelSpace] = VOC

    def __len__(self) -> int:
        return len(self.names())

    def __iter__(self) -> Iterator[LabelledPicture]:
        folder = self._folder()
        return (_picture(folder, self.labels, name) for name in self.names())

    def names(self) -> tuple[str, ...]:
        """Return the pictures of the split; raise FormatError where its list is not there."""
        return names_in_list(self._folder() / "ImageSets" / "Segmentation" / f"{self.split}.txt")

    def _folder(self) -> Path:
        inside = self.root / "VOC2012"
        root = inside if inside.is_dir() else self.root
        require_folder(root / self.labels, "VOC's label PNGs")
        return root


def _picture(root: Path, labels: str, name: str) -> LabelledPicture:
    picture = picture_file(root / "JPEGImages", name)
    return LabelledPicture(
        name=name,
        label_space=VOC,
        read_image=partial(read_image, picture),
        read_labels=partial(_read, root / labels / f"{name}.png", picture),
    )


def _read(labels: Path, picture: Path) -> UInt8Array:
    return checked(read_class_png(labels, VOC), VOC, labels, picture)
