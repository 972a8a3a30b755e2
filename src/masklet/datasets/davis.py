"""DAVIS 2016 and 2017 as their authors pack them.

    ROOT/ImageSets/2016/val.txt              names of the sequences, one in a line
    ROOT/JPEGImages/480p/dog/00000.jpg
    ROOT/Annotations/480p/dog/00000.png      2016: 0 and 255; 2017: indexed, ids from 1

Sources: Perazzi et al., CVPR 2016; Pont-Tuset et al., arXiv:1704.00675.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from masklet.core.errors import FormatError
from masklet.datasets.clip import Clip
from masklet.datasets.folders import folders_in, require_folder
from masklet.formats.davis import read_label_pngs
from masklet.masklets import Masklets
from masklet.sources import open_source

USUAL_RESOLUTION = "480p"


@dataclass(frozen=True)
class _Davis:
    root: Path
    split: str = "val"
    resolution: str | None = None
    """Name of the folder in Annotations and JPEGImages; None: 480p, or the only one there is."""

    year: ClassVar[int]
    binary: ClassVar[bool]

    def __iter__(self) -> Iterator[Clip[Masklets]]:
        return (self.clip(name) for name in self.names())

    def names(self) -> tuple[str, ...]:
        """Return the sequences of the split; raise FormatError where its list is not there or empty."""
        lists = (self._list(str(self.year)), self._list(self.resolution_folder()))
        path = next((path for path in lists if path.is_file()), None)
        if path is None:
            raise FormatError(f"Expected the names of the sequences in {lists[0]}, found no such file.")
        lines = path.read_text(encoding="utf-8").split("\n")
        names = tuple(dict.fromkeys(_sequence_of(line) for line in lines if line.strip()))
        if not names:
            raise FormatError(f"Expected the names of the sequences in {path}, got an empty file.")
        return names

    def clip(self, name: str) -> Clip[Masklets]:
        """Return one sequence, whether or not it is in the split."""
        frames_folder = self.root / "JPEGImages" / self.resolution_folder() / name
        return Clip(
            name=name,
            open_frames=partial(open_source, frames_folder),
            read_truth=partial(read_label_pngs, self.truth_folder(name), binary=self.binary),
        )

    def truth_folder(self, name: str) -> Path:
        """Return the folder of a sequence's label PNGs."""
        return self.root / "Annotations" / self.resolution_folder() / name

    def resolution_folder(self) -> str:
        """Return the resolution asked for, or found; raise FormatError where that does not settle it."""
        if self.resolution is not None:
            return self.resolution
        annotations = require_folder(self.root / "Annotations", "the masks of DAVIS, by resolution,")
        found = folders_in(annotations)
        if USUAL_RESOLUTION in found:
            return USUAL_RESOLUTION
        if len(found) != 1:
            got = ", ".join(found) or "none"
            raise FormatError(
                f"Expected one folder of masks such as {USUAL_RESOLUTION} in {annotations}, got {got}."
            )
        return found[0]

    def _list(self, folder: str) -> Path:
        return self.root / "ImageSets" / folder / f"{self.split}.txt"


class Davis2016(_Davis):
    """50 sequences, one object in each (30 train, 20 val): every pixel that is not 0 is the object."""

    year = 2016
    binary = True


class Davis2017(_Davis):
    """90 sequences with several objects (60 train, 30 val) and test sets: a pixel's value is its object's id."""

    year = 2017
    binary = False


def _sequence_of(line: str) -> str:
    """Return the sequence that a line of a list names; those of 2016 name each picture and its mask.

    >>> _sequence_of("dog"), _sequence_of("/JPEGImages/480p/cows/00000.jpg /Annotations/480p/cows/00000.png")
    ('dog', 'cows')
    """
    first = line.split()[0]
    return Path(first).parent.name if "/" in first else first
