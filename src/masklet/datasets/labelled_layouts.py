"""Pictures with labelled pixels by the layout of their folder, named or recognised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from masklet.core.errors import FormatError
from masklet.core.label_space import LabelSpace
from masklet.core.label_spaces import CITYSCAPES
from masklet.datasets.ade20k import Ade20k
from masklet.datasets.camvid import CamVid
from masklet.datasets.cityscapes import Cityscapes
from masklet.datasets.labelled import LabelledPictures, joined
from masklet.datasets.labelled_folder import LabelledFolder
from masklet.datasets.layouts import Layout, find_layout
from masklet.datasets.via import ViaPictures
from masklet.datasets.voc import VocSegmentation

USUAL_SPLIT = "val"

ReadLabelled = Callable[[Path, str | None, LabelSpace | None], LabelledPictures]
"""Takes the folder, the split and the label space, as far as they are said."""


def open_labelled(
    root: Path, layout: str | None = None, *, split: str | None = None, label_space: LabelSpace | None = None
) -> LabelledPictures:
    """Return the pictures with labelled pixels in a folder, or of a JSON of VIA; the layout is recognised where
    none is named.

    `split` is one of the data set's, or several joined by +; None is val, of a folder of your own all there is.
    `label_space` is needed for a folder of your own; of Cityscapes it may be that of 30 classes. Raise FormatError
    for a layout that is not known or not recognised, and what its reader raises.
    """
    if layout is None and root.is_file():
        layout = "via"
    read = find_layout(LABELLED_LAYOUTS, root, layout, "pictures with labelled pixels").read
    parts = [read(root, each, label_space) for each in (split.split("+") if split else [None])]
    return parts[0] if len(parts) == 1 else joined(parts)


def _camvid(root: Path, split: str | None, _: LabelSpace | None) -> LabelledPictures:
    return CamVid(root, split or USUAL_SPLIT)


def _cityscapes(root: Path, split: str | None, label_space: LabelSpace | None) -> LabelledPictures:
    part = split or USUAL_SPLIT
    fine, coarse = (root / kind / part for kind in ("gtFine", "gtCoarse"))
    reader = Cityscapes(root, part, coarse=coarse.is_dir() and not fine.is_dir())
    return reader.labelled(label_space or CITYSCAPES)


def _voc(root: Path, split: str | None, _: LabelSpace | None) -> LabelledPictures:
    return VocSegmentation(root, split or USUAL_SPLIT)


def _ade20k(root: Path, split: str | None, _: LabelSpace | None) -> LabelledPictures:
    return Ade20k(root, split or USUAL_SPLIT)


def _via(root: Path, split: str | None, _: LabelSpace | None) -> LabelledPictures:
    if root.is_file():
        return ViaPictures(root)
    folder = root / (split or USUAL_SPLIT)
    folder = folder if folder.is_dir() or split else root
    found = sorted(folder.glob("*.json"))
    if len(found) != 1:
        raise FormatError(f"Expected one JSON of VIA in {folder}, got {len(found)}; name the file itself.")
    return ViaPictures(found[0])


def _folder(root: Path, split: str | None, label_space: LabelSpace | None) -> LabelledPictures:
    if label_space is None:
        raise FormatError(f"Expected a label space for the labels in {root}, got none; name it (--space).")
    return LabelledFolder(root / split if split else root, label_space)


LABELLED_LAYOUTS: dict[str, Layout[ReadLabelled]] = {
    "camvid": Layout(("trainannot", "valannot", "testannot"), _camvid),
    "cityscapes": Layout(("leftImg8bit",), _cityscapes),
    "voc": Layout(("SegmentationClass", "VOC2012/SegmentationClass"), _voc),
    "ade20k": Layout(("annotations/training", "annotations/validation"), _ade20k),
    "via": Layout(tuple(f"{folder}via_region_data.json" for folder in ("", "train/", "val/", "test/")), _via),
    "folder": Layout(("labels", "train/labels", "val/labels", "test/labels"), _folder),
}
