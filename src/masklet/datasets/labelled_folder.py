"""Pictures and class PNGs of your own, by name.

    ROOT/images/street.jpg      in any depth of folders; a folder is taken for a video
    ROOT/labels/street.png      values of a label space that you name, 255 void

With a split, ROOT/SPLIT in place of ROOT.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from masklet.core.arrays import UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import LabelSpace
from masklet.datasets.folders import require_folder
from masklet.datasets.labelled import LabelledPicture, checked
from masklet.formats.class_png import read_class_png
from masklet.sources.images import is_image, read_image


@dataclass(frozen=True)
class LabelledFolder:
    """All pictures that have labels, by name; a picture without is left out, labels without a picture are an
    error."""

    root: Path
    label_space: LabelSpace

    def __len__(self) -> int:
        return len(self._places())

    def __iter__(self) -> Iterator[LabelledPicture]:
        return (self._picture(*place) for place in self._places())

    def _places(self) -> list[tuple[Path, Path]]:
        """Return the picture and the labels of each, in order of their names."""
        images = require_folder(self.root / "images", "pictures")
        labels = require_folder(self.root / "labels", "class PNGs")
        picture_of = {
            path.relative_to(images).with_suffix(""): path for path in sorted(images.rglob("*")) if is_image(path)
        }
        paths = sorted(path for path in labels.rglob("*.png") if not path.name.startswith("."))
        if not paths:
            raise FormatError(f"Expected class PNGs in {labels}, found none.")
        alone = [path for path in paths if path.relative_to(labels).with_suffix("") not in picture_of]
        if alone:
            raise FormatError(
                f"Expected a picture in {images} for each PNG of {labels}, got none of {alone[0].stem}."
            )
        return [(picture_of[path.relative_to(labels).with_suffix("")], path) for path in paths]

    def _picture(self, picture: Path, labels: Path) -> LabelledPicture:
        name = labels.relative_to(self.root / "labels").with_suffix("")
        return LabelledPicture(
            name=name.as_posix(),
            label_space=self.label_space,
            read_image=partial(read_image, picture),
            read_labels=partial(_read, labels, picture, self.label_space),
            video=name.parent.as_posix() if len(name.parts) > 1 else None,
        )


def _read(labels: Path, picture: Path, label_space: LabelSpace) -> UInt8Array:
    return checked(read_class_png(labels, label_space), label_space, labels, picture)
