"""Pictures of people by the layout of their folder, named or recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from masklet.core.errors import FormatError
from masklet.datasets.cityscapes import Cityscapes
from masklet.datasets.coco_persons import CocoPersons, YoloPersons
from masklet.datasets.ochuman import OCHuman
from masklet.datasets.penn_fudan import PennFudan
from masklet.datasets.people import PicturedPeople

Reader = TypeVar("Reader")
ReadPeople = Callable[[Path], Iterable[PicturedPeople]]


@dataclass(frozen=True)
class Layout(Generic[Reader]):
    """How a data set lies in its folder, and what reads it."""

    marks: tuple[str, ...]
    """Files or folders of which one tells the layout."""
    read: Reader


LAYOUTS: dict[str, Layout[ReadPeople]] = {
    "penn-fudan": Layout(("PedMasks", "PNGImages"), PennFudan),
    "ochuman": Layout(("ochuman.json", "annotations/ochuman.json"), OCHuman),
    "cityscapes": Layout(("leftImg8bit",), lambda root: Cityscapes(root, "val")),
    "coco": Layout(("annotations/instances_val2017.json",), CocoPersons.of_split),
    "yolo-persons": Layout(("labels",), YoloPersons),
}
"""Of those with splits it is the one to validate on."""


def open_people(root: Path, layout: str | None = None) -> Iterable[PicturedPeople]:
    """Return the pictures of people in a folder; the layout is recognised where none is named.

    Raise FormatError for a layout that is not known or not recognised, and what its reader raises.
    """
    return find_layout(LAYOUTS, root, layout, "pictures of people").read(root)


def find_layout(layouts: Mapping[str, Layout[Reader]], root: Path, name: str | None, what: str) -> Layout[Reader]:
    """Return the layout of a name, the first that is recognised where none is named; else raise FormatError."""
    if name is None:
        seen = (each for each, one in layouts.items() if any((root / mark).exists() for mark in one.marks))
        name = next(seen, "")
    if name not in layouts:
        known = ", ".join(f"{each} with {one.marks[0]}" for each, one in layouts.items())
        raise FormatError(f"Expected {what} ({known}) in {root}, got {name or 'none of them'}.")
    return layouts[name]
