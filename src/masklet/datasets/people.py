"""Pictures of people, as every reader of them yields: boxes and masks in one order, read when asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from masklet.core import rle
from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.errors import FormatError, ShapeError
from masklet.core.rle import Rle
from masklet.sources.images import read_image


class PicturedPeople(Protocol):
    """What tuning and evaluation need of a picture, whichever reader it is from."""

    @property
    def name(self) -> str:
        """The picture's name in its data set."""
        ...

    @property
    def image_HW3(self) -> UInt8Array:
        """The picture as RGB."""
        ...

    @property
    def boxes_N4(self) -> FloatArray:
        """x1 y1 x2 y2 in pixels, right and lower edge exclusive."""
        ...

    @property
    def masks_NHW(self) -> BoolArray:
        """One mask for each box."""
        ...


@dataclass(frozen=True, eq=False)
class PeopleInMemory:
    """A `PicturedPeople` whose parts were read or made already."""

    name: str
    image_HW3: UInt8Array
    boxes_N4: FloatArray
    masks_NHW: BoolArray


@dataclass(frozen=True, eq=False)
class People:
    """The people of one picture, in one order."""

    size_HW: tuple[int, int]
    boxes_N4: FloatArray
    """x1 y1 x2 y2 in pixels, right and lower edge exclusive."""
    rles_N: tuple[Rle, ...]
    labels_N: tuple[str, ...]
    void: Rle | None = None
    """Where people are who were not told apart (crowds): neither people nor background."""

    def __post_init__(self) -> None:
        count = len(self.rles_N)
        if self.boxes_N4.shape != (count, 4) or len(self.labels_N) != count:
            raise ShapeError(
                f"Expected {count} boxes and labels, one for each mask, "
                f"got {self.boxes_N4.shape} and {len(self.labels_N)}."
            )


@dataclass(frozen=True, eq=False)
class PeoplePicture:
    """One picture with its people, both opened when they are asked for."""

    name: str
    read_image: Callable[[], UInt8Array] = field(repr=False)
    read_people: Callable[[], People] = field(repr=False)

    @property
    def image_HW3(self) -> UInt8Array:
        """The picture as RGB, read anew each time; raise SourceError where it is not there or damaged."""
        return self.read_image()

    @cached_property
    def people(self) -> People:
        """The people, read once; raise FormatError where their file is not there or damaged."""
        return self.read_people()

    @property
    def size_HW(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.people.size_HW

    @property
    def boxes_N4(self) -> FloatArray:
        """x1 y1 x2 y2 in pixels, right and lower edge exclusive."""
        return self.people.boxes_N4

    @property
    def labels_N(self) -> tuple[str, ...]:
        """What each one is called: person, rider."""
        return self.people.labels_N

    @property
    def masks_NHW(self) -> BoolArray:
        """One mask for each box, unpacked anew each time."""
        return rle.decode_many(self.people.rles_N, self.size_HW)

    @property
    def void_HW(self) -> BoolArray:
        """Where neither people nor background are known."""
        void = self.people.void
        return np.zeros(self.size_HW, dtype=bool) if void is None else rle.decode(void)


def read_picture(path: Path, size_HW: tuple[int, int]) -> UInt8Array:
    """Return image_HW3 of a picture whose annotations know its size; raise FormatError for another size."""
    image_HW3 = read_image(path)
    require_size(path, (image_HW3.shape[0], image_HW3.shape[1]), size_HW)
    return image_HW3


def require_size(path: Path, picture_HW: tuple[int, int], annotated_HW: tuple[int, int]) -> None:
    """Raise FormatError unless a picture has the size that its annotations say."""
    if picture_HW != annotated_HW:
        raise FormatError(
            f"Expected a picture of {annotated_HW[1]}x{annotated_HW[0]} in {path}, as its annotations say, "
            f"got {picture_HW[1]}x{picture_HW[0]}."
        )


def boxes_of(rles_N: tuple[Rle, ...]) -> FloatArray:
    """Return the tight boxes_N4 of masks."""
    return np.array([code.box_xyxy for code in rles_N], dtype=np.float64).reshape(-1, 4)
