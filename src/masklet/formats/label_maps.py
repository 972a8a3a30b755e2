"""A folder of label PNGs whose values are classes, one picture for each frame of a video or for some of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import LabelSpace
from masklet.formats.davis import label_pngs_in, read_label_png
from masklet.formats.label_space import LABELS, label_space_beside, unnamed_space
from masklet.formats.names import index_of_names


class LabelMaps:
    """The label maps of a video, read when their frame is asked for."""

    def __init__(self, folder: Path, names: Sequence[str], space: LabelSpace | None = None) -> None:
        """List the folder, a run's or that of its PNGs; `names` are all frames of the video in order.

        A folder with as many pictures as the video has frames is matched by order, any other by names. Without a
        space that of the folder is taken (`label_space_beside`), else classes have numbers for names. Raise
        FormatError for a folder without PNGs, or with names that are no frame's.
        """
        inside = folder / LABELS
        folder = inside if inside.is_dir() else folder
        paths = label_pngs_in(folder)
        index_of = index_of_names(
            [path.stem for path in paths], None if len(paths) == len(names) else names, folder
        )
        self._path_at = {index_of[path.stem]: path for path in paths}
        self.space = space or label_space_beside(folder) or unnamed_space()
        self._read = lru_cache(maxsize=4)(self._load)

    @property
    def frame_indices(self) -> tuple[int, ...]:
        """The frames that have a label map, in order."""
        return tuple(sorted(self._path_at))

    def label_map(self, frame_index: int) -> UInt8Array:
        """Return label_map_HW of a frame that has one; raise FormatError for values that mean nothing."""
        return self._read(frame_index)

    def _load(self, frame_index: int) -> UInt8Array:
        path = self._path_at[frame_index]
        values_HW = read_label_png(path, binary=False)
        self.space.require(values_HW, str(path))
        return values_HW.astype(np.uint8)


def require_size(label_map_HW: UInt8Array, size_HW: tuple[int, int], where: str) -> None:
    """Raise FormatError for a label map of another size than the video's frames."""
    if label_map_HW.shape != size_HW:
        raise FormatError(
            f"Expected label maps of {size_HW[1]}x{size_HW[0]} pixels as the video has, "
            f"got {label_map_HW.shape[1]}x{label_map_HW.shape[0]} {where}."
        )
