"""Pictures of people by the layout of their folder, named or recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from masklet.core.errors import FormatError
from masklet.datasets.cityscapes import Cityscapes
from masklet.datasets.coco_persons import CocoPersons, YoloPersons
from masklet.datasets.ochuman import OCHuman
from masklet.datasets.penn_fudan import PennFudan
from masklet.datasets.people import PicturedPeople


@dataclass(frozen=True)
class Layout:
    """How a data set lies in its folder, and what reads it."""

    marks: tuple[str, ...]
    """Files or folders of which one tells the layout."""
    read: Callable[[Path], Iterable[PicturedPeople]]


LAYOUTS: dict[str, Layout] = {
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
    if layout is None:
        layout = next(
            (name for name, one in LAYOUTS.items() if any((root / mark).exists() for mark in one.marks)), ""
        )
    if layout not in LAYOUTS:
        known = ", ".join(f"{name} with {one.marks[0]}" for name, one in LAYOUTS.items())
        raise FormatError(f"Expected pictures of people ({known}) in {root}, got {layout or 'none of them'}.")
    return LAYOUTS[layout].read(root)
