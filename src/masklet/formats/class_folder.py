"""Folders of class PNGs with their label space: what a labelling run leaves, and what other tools write.

    RUN/run.json            "label_space": name and classes (or RUN/label_space.json)
    RUN/labels/00000.png

or any folder of PNGs, of which somebody has to say the label space. Names of PNGs in folders are FOLDER/NAME.
Shapes: H W pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from masklet.core.arrays import UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import LabelSpace
from masklet.formats.class_png import read_class_png
from masklet.formats.label_space import LABELS, label_space_beside
from masklet.formats.names import some


@dataclass(frozen=True, eq=False)
class ClassFolder:
    """Label maps by the names of their frames or pictures; each is read when it is asked for."""

    root: Path
    label_space: LabelSpace
    paths: Mapping[str, Path]

    def read(self, name: str) -> UInt8Array:
        """Return label_map_HW; raise FormatError where there is none or it is not what it should be."""
        if name not in self.paths:
            raise FormatError(f"Expected the labels {name}.png in {self.root}, got {some(self.paths) or 'none'}.")
        return read_class_png(self.paths[name], self.label_space)

    def of_frames(self, names: Sequence[str]) -> dict[int, str]:
        """Return the name of the label map by frame index, given the names of a video's frames.

        They go by name; where no name is alike, by their order, if there is one for each frame. Raise FormatError
        where neither does.
        """
        by_name = {index: name for index, name in enumerate(names) if name in self.paths}
        if by_name:
            return by_name
        if len(self.paths) == len(names):
            return dict(enumerate(self.paths))
        raise FormatError(
            f"Expected labels by the names of the video's {len(names)} frames ({some(names)}) in {self.root}, "
            f"or as many as these, got {len(self.paths)} ({some(self.paths)})."
        )


def open_class_folder(
    path: Path, label_space: LabelSpace | None = None, *, usual: LabelSpace | None = None
) -> ClassFolder:
    """Return the label maps of a run or of any folder of PNGs.

    Their label space is that of the run, else `label_space`, else `usual`. Raise FormatError where there is no
    PNG, no label space, or a `label_space` that is not the run's.
    """
    inside = path / LABELS
    folder = inside if inside.is_dir() else path
    files = sorted(file for file in folder.rglob("*.png") if not file.name.startswith("."))
    paths = {file.relative_to(folder).with_suffix("").as_posix(): file for file in files}
    if not paths:
        raise FormatError(f"Expected class PNGs in {folder}, found none.")
    own = label_space_beside(path)
    if own is not None and label_space is not None and own.names != label_space.names:
        raise FormatError(
            f"Expected labels of {label_space.name} in {path}, got a run whose labels are {own.name}."
        )
    space = own or label_space or usual
    if space is None:
        raise FormatError(f"Expected a label space for the PNGs in {folder}, got none; name it (--space).")
    return ClassFolder(path, space, paths)
