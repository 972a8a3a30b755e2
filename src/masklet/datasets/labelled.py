"""Pictures of which the class of every pixel is known, as every reader of them yields: read when asked for.

Shapes: H W pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from masklet.core.arrays import UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import LabelSpace
from masklet.sources.images import image_size


@dataclass(frozen=True, eq=False)
class LabelledPicture:
    """One picture with the class of every pixel, both opened when they are asked for."""

    name: str
    label_space: LabelSpace
    read_image: Callable[[], UInt8Array] = field(repr=False)
    """Returns image_HW3 (RGB); raises SourceError where it is not there or damaged."""
    read_labels: Callable[[], UInt8Array] = field(repr=False)
    """Returns label_map_HW: values of the label space, 255 void; raises FormatError for anything else."""
    video: str | None = None
    """The video that the picture is of, None of pictures alone. Splits by video keep streets apart."""


class LabelledPictures(Protocol):
    """What training and evaluation need of a data set, whichever reader it is from."""

    @property
    def label_space(self) -> LabelSpace:
        """The classes of all its pictures."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[LabelledPicture]: ...


@dataclass(frozen=True)
class PictureList:
    """Some labelled pictures of one label space."""

    label_space: LabelSpace
    pictures: tuple[LabelledPicture, ...]

    def __len__(self) -> int:
        return len(self.pictures)

    def __iter__(self) -> Iterator[LabelledPicture]:
        return iter(self.pictures)


def videos_of(pictures: Iterable[LabelledPicture]) -> dict[str, int]:
    """Return how many pictures there are of each video, in the order they come."""
    names = [picture.video for picture in pictures if picture.video is not None]
    return {name: names.count(name) for name in dict.fromkeys(names)}


def only_videos(pictures: LabelledPictures, videos: Iterable[str]) -> PictureList:
    """Return the pictures of these videos; raise FormatError for a video that none is of."""
    wanted = tuple(videos)
    known = videos_of(pictures)
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        listed = ", ".join(known) or "none"
        raise FormatError(f"Expected videos among {listed}, got {unknown[0] if unknown else 'none'!r}.")
    return PictureList(pictures.label_space, tuple(each for each in pictures if each.video in wanted))


def joined(parts: Sequence[LabelledPictures]) -> PictureList:
    """Return the pictures of several parts, such as splits; raise FormatError for different label spaces or
    none."""
    spaces = [part.label_space for part in parts]
    if not spaces or any(space != spaces[0] for space in spaces):
        listed = "; ".join(f"{space.name} ({len(space)} classes)" for space in spaces)
        raise FormatError(f"Expected pictures of one label space, got {listed or 'none'}.")
    return PictureList(parts[0].label_space, tuple(picture for part in parts for picture in part))


def picture_file(folder: Path, name: str) -> Path:
    """Return the JPEG or PNG of a picture; the JPEG's path where neither is there."""
    candidates = [folder / f"{name}{suffix}" for suffix in (".jpg", ".png", ".jpeg")]
    return next((path for path in candidates if path.is_file()), candidates[0])


def checked(label_map_HW: UInt8Array, label_space: LabelSpace, labels: Path, picture: Path) -> UInt8Array:
    """Return the label map; raise FormatError for values that the space does not have or another size than the
    picture's."""
    label_space.require(label_map_HW, str(labels))
    height, width = image_size(picture)
    if label_map_HW.shape != (height, width):
        got = f"{label_map_HW.shape[1]}x{label_map_HW.shape[0]}"
        raise FormatError(
            f"Expected labels of {width}x{height} in {labels}, as the picture {picture.name}, got {got}."
        )
    return label_map_HW


def names_in_list(path: Path) -> tuple[str, ...]:
    """Return the names of pictures that a list has, one a line; lines may name files of pictures and labels.

    Raise FormatError for a list that is not there or empty.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"Expected a list of pictures in {path}, got: {error}.") from error
    names = tuple(_stem(line.split()[0]) for line in lines if line.strip())
    if not names:
        raise FormatError(f"Expected a list of pictures in {path}, got an empty file.")
    return names


def _stem(word: str) -> str:
    """Return the picture's name in a word of a list.

    >>> _stem("/SegNet/CamVid/train/0001TP_006690.png"), _stem("2007_000032")
    ('0001TP_006690', '2007_000032')
    """
    last = word.rstrip(";").rpartition("/")[2]
    return last.removesuffix(".png").removesuffix(".jpg")
