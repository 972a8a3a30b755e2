"""The clip cache, read: pictures and labels that were made small once, in advance, and how training picks frames.

    CACHE/clips.json                     what there is: names, sizes, the objects of every frame, licences
    CACHE/davis-bear/frames/00000.jpg
    CACHE/davis-bear/labels/00000.png    indexed: 0 background, 255 void, else the object's id

A still picture with masks is a clip of one frame. `training.cache` writes such a folder.
Where clips.json has a label space, labels are its classes, from 0 on; what is said of objects holds for classes.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

import numpy as np
from PIL import Image, UnidentifiedImageError

from masklet.core.arrays import IntArray, UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import LabelSpace

VERSION = 1
"""Of the folder's layout; another one is not read."""
VOID = 255
"""The label of pixels that belong to nobody and that no loss counts."""
LIST = "clips.json"

Pictures = tuple[UInt8Array, UInt8Array]
"""One frame: image_HW3 (RGB) and labels_HW."""


class RecentFrames:
    """Keeps decoded frames until they take more than so many bytes; the one unused for longest goes first."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._frames: OrderedDict[tuple[str, int], Pictures] = OrderedDict()

    def get(self, key: tuple[str, int], decode: Callable[[], Pictures]) -> Pictures:
        """Return the frame, decoded anew only where it is not kept."""
        if key in self._frames:
            self._frames.move_to_end(key)
            return self._frames[key]
        frame = decode()
        self._frames[key] = frame
        self._bytes += _bytes_of(frame)
        while self._bytes > self._most_bytes:
            self._bytes -= _bytes_of(self._frames.popitem(last=False)[1])
        return frame


@dataclass(frozen=True, eq=False, kw_only=True)
class CachedClip:
    """One clip of a cache; its pictures are decoded when they are asked for."""

    name: str
    folder: Path
    frame_count: int
    size_HW: tuple[int, int]
    object_ids_by_frame: tuple[tuple[int, ...], ...]
    """For every frame the ids of its objects, ascending."""
    source: str
    """Where the clip comes from, and under which licence."""
    licence: str
    recent: RecentFrames = field(repr=False)
    areas_by_frame: tuple[tuple[int, ...], ...] = ()
    """Where labels are classes: for every frame the pixels of each class, by its value."""

    @property
    def object_ids(self) -> tuple[int, ...]:
        """All object ids of the clip, ascending."""
        return tuple(sorted({object_id for ids in self.object_ids_by_frame for object_id in ids}))

    def read(self, frame_numbers: Sequence[int]) -> tuple[UInt8Array, UInt8Array]:
        """Return frames_THW3 (RGB) and labels_THW, new arrays, in the order asked for; a number may come twice.

        Raise FormatError for no numbers, for one outside the clip, and for a picture that is missing,
        damaged or of another size than the clip.
        """
        outside = [number for number in frame_numbers if not 0 <= number < self.frame_count]
        if outside or not len(frame_numbers):
            raise FormatError(
                f"Expected frame numbers from 0 to {self.frame_count - 1} of {self.name}, "
                f"got {outside[0] if outside else 'none'}."
            )
        pictures = [self._frame(int(number)) for number in frame_numbers]
        return np.stack([image for image, _ in pictures]), np.stack([labels for _, labels in pictures])

    def _frame(self, number: int) -> Pictures:
        return self.recent.get((self.name, number), lambda: self._decode(number))

    def _decode(self, number: int) -> Pictures:
        image_HW3 = _decoded(self.folder / "frames" / f"{number:05d}.jpg", "RGB", self.size_HW)
        labels_HW = _decoded(self.folder / "labels" / f"{number:05d}.png", None, self.size_HW)
        return image_HW3, labels_HW


class ClipFolder(Sequence[CachedClip]):
    """The clips of a cache, in the order of its list; opening one opens no picture.

    `most_bytes` bounds the decoded frames kept in memory, in every process that reads.
    """

    def __init__(self, path: Path | str, *, most_bytes: int = 256 << 20) -> None:
        self.path = Path(path)
        recent = RecentFrames(most_bytes)
        listed = _listed(self.path / LIST)
        told = listed.get("label_space")
        self._label_space = None if told is None else LabelSpace.from_json(told, str(self.path / LIST))
        classes = 0 if self._label_space is None else len(self._label_space)
        self._clips = tuple(_clip(self.path, entry, recent, classes) for entry in listed["clips"])

    def __len__(self) -> int:
        return len(self._clips)

    @overload
    def __getitem__(self, index: int) -> CachedClip: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[CachedClip, ...]: ...
    def __getitem__(self, index: int | slice) -> CachedClip | tuple[CachedClip, ...]:
        """Return a clip, or the clips of a slice."""
        return self._clips[index]

    def __iter__(self) -> Iterator[CachedClip]:
        return iter(self._clips)

    @property
    def label_space(self) -> LabelSpace:
        """What the labels mean; raise FormatError where they are objects, not classes."""
        if self._label_space is None:
            raise FormatError(
                f"Expected a cache whose labels are classes in {self.path}, got one of objects; "
                "make another one, of pictures with classes."
            )
        return self._label_space

    def named(self, name: str) -> CachedClip:
        """Return the clip of this name; raise FormatError where there is none."""
        for clip in self._clips:
            if clip.name == name:
                return clip
        raise FormatError(f"Expected a clip in {self.path}, got {name!r}, which {LIST} does not list.")


def sample_frames(
    clip: CachedClip,
    rng: np.random.Generator,
    *,
    length: int = 3,
    most_gap: int = 5,
    reversal: float = 0.5,
) -> tuple[int, ...]:
    """Return `length` frame numbers that go one way through a clip, an object being present in the first one.

    The gap from each to the next is drawn uniformly from 1..most_gap, from less where the clip is too short
    for that; the way is backward with probability `reversal`. Where objects are present only too near the end
    the gaps become 1, and then the way turns round at the end of the clip: a clip of one frame gives that
    frame again and again. Raise FormatError for a clip without objects.
    """
    present = [number for number, ids in enumerate(clip.object_ids_by_frame) if ids]
    if not present:
        raise FormatError(
            f"Expected a clip with at least one object to begin with, got {clip.name}, which has none."
        )
    direction = -1 if rng.random() < reversal else 1
    widest = max(1, min(most_gap, (clip.frame_count - 1) // max(1, length - 1)))
    drawn = rng.integers(1, widest, endpoint=True, size=length - 1)
    for gaps in (drawn, np.ones_like(drawn)):
        end = direction * int(gaps.sum())
        starts = [number for number in present if 0 <= number + end < clip.frame_count]
        if starts:
            break
    start = int(rng.choice(starts or present))
    steps = np.concatenate([[0], np.cumsum(gaps)])
    return tuple(int(number) for number in _turned_round(start + direction * steps, clip.frame_count))


def _turned_round(numbers_T: IntArray, frame_count: int) -> IntArray:
    """Return the numbers with those beyond either end of the clip mirrored at that end.

    >>> _turned_round(np.array([1, 2, 3, 4]), 3).tolist(), _turned_round(np.array([0, 1, 2]), 1).tolist()
    ([1, 2, 1, 0], [0, 0, 0])
    """
    if frame_count == 1:
        return np.zeros_like(numbers_T)
    last = frame_count - 1
    turned: IntArray = last - np.abs(numbers_T % (2 * last) - last)
    return turned


def _listed(path: Path) -> dict[str, Any]:
    try:
        content = dict(json.loads(path.read_text(encoding="utf-8")))
        version, _ = content["version"], iter(content["clips"])
    except OSError as error:
        raise FormatError(
            f"Expected a clip cache with {path}, found no such file; `training.cache.build_cache` makes one."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"Expected JSON with version and clips in {path}, got something else.") from error
    if version != VERSION:
        raise FormatError(f"Expected a clip cache of version {VERSION} in {path}, got {version}; build it anew.")
    return content


def _clip(root: Path, entry: dict[str, Any], recent: RecentFrames, classes: int) -> CachedClip:
    try:
        height, width = entry["size"]
        clip = CachedClip(
            name=str(entry["name"]),
            folder=root / str(entry["name"]),
            frame_count=int(entry["frame_count"]),
            size_HW=(int(height), int(width)),
            object_ids_by_frame=tuple(tuple(int(value) for value in ids) for ids in entry["object_ids"]),
            source=str(entry["source"]),
            licence=str(entry["licence"]),
            recent=recent,
            areas_by_frame=tuple(tuple(int(area) for area in here) for here in entry["areas"]) if classes else (),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(
            f"Expected clips with name, frame_count, size, object_ids, source and licence in {root / LIST}, "
            f"got {entry!r:.200}."
        ) from error
    if len(clip.object_ids_by_frame) != clip.frame_count:
        raise FormatError(
            f"Expected the objects of all {clip.frame_count} frames of {clip.name} in {root / LIST}, "
            f"got those of {len(clip.object_ids_by_frame)}."
        )
    if classes and [len(here) for here in clip.areas_by_frame] != [classes] * clip.frame_count:
        raise FormatError(
            f"Expected the areas of {classes} classes in all {clip.frame_count} frames of {clip.name} in "
            f"{root / LIST}, got others; build the cache anew."
        )
    return clip


def _decoded(path: Path, mode: str | None, size_HW: tuple[int, int]) -> UInt8Array:
    try:
        with Image.open(path) as image:
            pixels = np.array(image if mode is None else image.convert(mode), dtype=np.uint8)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        got = "a damaged one" if path.is_file() else "no such file"
        raise FormatError(f"Expected a picture of the clip cache at {path}, got {got}; build it anew.") from error
    if pixels.shape[:2] != size_HW:
        raise FormatError(
            f"Expected a picture of {size_HW} at {path}, got {pixels.shape[:2]}; build the cache anew."
        )
    return pixels


def _bytes_of(frame: Pictures) -> int:
    return frame[0].nbytes + frame[1].nbytes
