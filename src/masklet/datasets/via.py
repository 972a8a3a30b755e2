"""Pictures annotated with VIA, the VGG Image Annotator: regions of classes before a background.

    ROOT/via_region_data.json     or any other name; see `formats.via`
    ROOT/bottle_001.jpg           where the JSON lies, or in ROOT/images

Every region's class is the value of one attribute. Source: P4, whose set of bottles has 1,000 such pictures to
learn and 50 to test. Shapes: H W pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import LabelClass, LabelSpace
from masklet.datasets.labelled import LabelledPicture
from masklet.formats.palette import davis_palette
from masklet.formats.via import ViaFile, ViaPicture, ViaRegion, read_via
from masklet.sources.images import image_size, read_image

BACKGROUND = "background"
"""The class of what no region covers; its value is 0."""


@dataclass(frozen=True)
class ViaPictures:
    """All pictures of one JSON. Where regions overlap, the later one lies on top. Iterating opens no picture."""

    annotations: Path
    images: Path | None = None
    """The folder of the pictures; None: that of the JSON, or its folder images."""
    classes: tuple[str, ...] | None = None
    """In their order; None: as the JSON says them. A region of another class is an error."""
    attribute: str | None = None
    """Which one says the class; None: the only one, or one that is usual."""

    def __len__(self) -> int:
        return len(self._file.pictures)

    def __iter__(self) -> Iterator[LabelledPicture]:
        return map(self._picture, self._file.pictures)

    @cached_property
    def label_space(self) -> LabelSpace:
        """Background, then the classes; all but the background are things."""
        names = self._file.classes(self._attribute) if self.classes is None else self.classes
        colours = davis_palette().tolist()
        things = [LabelClass(name, tuple(colours[value]), True) for value, name in enumerate(names, start=1)]
        return LabelSpace("via", (LabelClass(BACKGROUND, (0, 0, 0)), *things))

    @cached_property
    def skipped(self) -> int:
        """How many regions are left out: points and lines, and those of no class."""
        regions = [region for picture in self._file.pictures for region in picture.regions]
        return sum(not self._counts(region) for region in regions)

    @cached_property
    def _file(self) -> ViaFile:
        return read_via(self.annotations)

    @cached_property
    def _attribute(self) -> str:
        return self._file.class_attribute(self.attribute)

    def _counts(self, region: ViaRegion) -> bool:
        return region.is_area and region.attribute(self._attribute) is not None

    def _picture(self, picture: ViaPicture) -> LabelledPicture:
        folder = self.images or self._folder(picture)
        path = folder / picture.filename
        return LabelledPicture(
            name=path.stem,
            label_space=self.label_space,
            read_image=partial(read_image, path),
            read_labels=partial(self._draw, picture, path),
        )

    def _folder(self, picture: ViaPicture) -> Path:
        beside = self.annotations.parent
        inside = beside / "images"
        return inside if (inside / picture.filename).is_file() else beside

    def _draw(self, picture: ViaPicture, path: Path) -> UInt8Array:
        size_HW = image_size(path)
        label_map_HW = np.zeros(size_HW, dtype=np.uint8)
        for region in filter(self._counts, picture.regions):
            label_map_HW[region.fill(size_HW)] = self._value(region)
        return label_map_HW

    def _value(self, region: ViaRegion) -> int:
        name = region.attribute(self._attribute)
        if name not in self.label_space.names:
            raise FormatError(
                f"Expected a class among {', '.join(self.label_space.names[1:])} in {region.attributes.where} of "
                f"{self.annotations}, got {name!r}."
            )
        return self.label_space.names.index(name)
