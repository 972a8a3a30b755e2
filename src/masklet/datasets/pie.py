"""PIE: drives through a city with a track of boxes for every pedestrian, how hidden each is, frame by frame.

    ROOT/annotations/set01/video_0001_annt.xml      tracks
    ROOT/PIE_clips/set01/video_0001.mp4             about ten minutes at 30 frames/s, 1920x1080

Source: Rasouli et al., PIE, ICCV 2019, and the readme of its annotations.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from xml.etree.ElementTree import Element

import numpy as np

from masklet.core.arrays import IntArray
from masklet.core.errors import FormatError
from masklet.datasets.clip import Clip
from masklet.datasets.folders import folders_in, require_folder
from masklet.formats.xml import read_xml
from masklet.masklets import BoxTracks, FrameBoxes
from masklet.sources import FrameSource, open_source

Split = Literal["all", "train", "val", "test"]

AUTHORS_SPLIT = {"train": ("set01", "set02", "set04"), "val": ("set05", "set06"), "test": ("set03",)}
"""The sets of each part as the authors divide them."""
FRAMES_PER_SECOND = 30.0
OCCLUSION = {"none": 0, "part": 1, "full": 2}
"""How much of a box is hidden: under 25 %, under 75 %, more."""
LABEL = "pedestrian"

_ENDING = "_annt.xml"
_VIDEO_SUFFIXES = (".mp4", ".mov", ".mkv", ".avi", ".m4v")


@dataclass(frozen=True, eq=False)
class PieTracks(BoxTracks):
    """The pedestrians of one video, ids from 1 in the order of the file; a frame without any has no entry."""

    occlusion_N: Mapping[int, IntArray]
    """By frame index, one number of OCCLUSION for each box."""
    names: Mapping[int, str]
    """By object id, what PIE calls a pedestrian: 1_2_50."""
    size_HW: tuple[int, int]
    frame_count: int


@dataclass(frozen=True)
class PieVideo:
    """One video: set01/video_0001."""

    root: Path
    set_name: str
    video_name: str

    @property
    def name(self) -> str:
        """Set and video."""
        return f"{self.set_name}/{self.video_name}"

    def tracks(self) -> PieTracks:
        """Return its pedestrians; raise FormatError for a file that is missing, damaged or without any."""
        return read_pie(self.root / "annotations" / self.set_name / f"{self.video_name}{_ENDING}")

    def clip(self) -> Clip[PieTracks]:
        """Return its frames and pedestrians."""
        return Clip(name=self.name, open_frames=self._open_frames, read_truth=self.tracks)

    @property
    def video(self) -> Path:
        """The video file, whatever its suffix; the .mp4 of the data set where there is none."""
        stem = self.root / "PIE_clips" / self.set_name / self.video_name
        candidates = [stem.with_suffix(suffix) for suffix in _VIDEO_SUFFIXES]
        return next((path for path in candidates if path.is_file()), candidates[0])

    def _open_frames(self) -> FrameSource:
        return open_source(self.video)


@dataclass(frozen=True)
class Pie:
    """The videos that have annotations, by set and number. Iterating opens none of them."""

    root: Path
    split: Split = "all"
    """all, or a part of the authors' split by sets."""

    def __post_init__(self) -> None:
        if self.split not in get_args(Split):
            raise FormatError(f"Expected a split of {', '.join(get_args(Split))} of PIE, got {self.split!r}.")

    def __iter__(self) -> Iterator[Clip[PieTracks]]:
        return (video.clip() for video in self.videos())

    def videos(self) -> tuple[PieVideo, ...]:
        """Return the videos; raise FormatError where there are none."""
        folder = require_folder(self.root / "annotations", "PIE's sets of annotations")
        sets = [name for name in folders_in(folder) if name in AUTHORS_SPLIT.get(self.split, (name,))]
        found = tuple(
            PieVideo(self.root, set_name, path.name.removesuffix(_ENDING))
            for set_name in sets
            for path in sorted((folder / set_name).glob(f"*{_ENDING}"))
        )
        if not found:
            raise FormatError(
                f"Expected annotations set01/video_0001{_ENDING} of {self.split} in {folder}, found none."
            )
        return found


def read_pie(path: Path) -> PieTracks:
    """Return the pedestrians of an XML; other tracks and boxes marked as outside are left out.

    Raise FormatError, naming track and frame, for what is missing or wrong, and for a file without pedestrians.
    """
    root = _parse(path)
    tracks = [track for track in root.iter("track") if track.get("label") == LABEL]
    if not tracks:
        count = sum(1 for _ in root.iter("track"))
        raise FormatError(f"Expected tracks labelled {LABEL} in {path}, got none among {count} tracks.")
    ids: dict[str, int] = {}
    found: dict[int, dict[int, Element]] = {}
    for number, track in enumerate(tracks):
        where = f"{LABEL} track {number} of {path}"
        boxes = [box for box in track.iter("box") if box.get("outside") != "1"]
        name = _attribute(boxes[0], "id", where) if boxes else ""
        for box in boxes:
            objects = found.setdefault(_whole_number(box.get("frame"), "frame", where), {})
            object_id = ids.setdefault(name, len(ids) + 1)
            if object_id in objects:
                raise FormatError(f"Expected {name} once in frame {box.get('frame')} of {path}, got it again.")
            objects[object_id] = box
    if not found:
        raise FormatError(f"Expected a box inside the picture in the tracks of {path}, got none.")
    return PieTracks(
        frames={index: _frame_boxes(objects, index, path) for index, objects in sorted(found.items())},
        occlusion_N={
            index: np.array([_occlusion(box, f"frame {index} of {path}") for box in objects.values()])
            for index, objects in sorted(found.items())
        },
        names={object_id: name for name, object_id in ids.items()},
        size_HW=(_of_meta(root, "original_size/height", path), _of_meta(root, "original_size/width", path)),
        frame_count=_of_meta(root, "size", path),
    )


def _frame_boxes(objects: Mapping[int, Element], index: int, path: Path) -> FrameBoxes:
    boxes = [_box(box, f"frame {index} of {path}") for box in objects.values()]
    return FrameBoxes(
        object_ids=tuple(objects),
        boxes_N4=np.array(boxes, dtype=np.float64),
        scores_N=np.ones(len(boxes)),
        labels_N=(LABEL,) * len(boxes),
    )


def _box(box: Element, where: str) -> tuple[float, ...]:
    try:
        x1, y1, x2, y2 = (float(box.get(name) or "") for name in ("xtl", "ytl", "xbr", "ybr"))
    except ValueError:
        x1 = y1 = x2 = y2 = math.nan
    if not (x2 > x1 and y2 > y1 and math.isfinite(x2 - x1 + y2 - y1)):
        got = " ".join(f'{name}="{box.get(name)}"' for name in ("xtl", "ytl", "xbr", "ybr"))
        raise FormatError(f"Expected a box with xbr > xtl and ybr > ytl in {where}, got {got}.")
    return (x1, y1, x2, y2)


def _occlusion(box: Element, where: str) -> int:
    text = _attribute(box, "occlusion", where)
    if text not in OCCLUSION:
        raise FormatError(f"Expected an occlusion of {', '.join(OCCLUSION)} in {where}, got {text!r}.")
    return OCCLUSION[text]


def _attribute(box: Element, name: str, where: str) -> str:
    text = next((one.text for one in box.iter("attribute") if one.get("name") == name), None)
    if not text:
        raise FormatError(f'Expected <attribute name="{name}"> in the boxes of {where}, got none.')
    return text


def _of_meta(root: Element, what: str, path: Path) -> int:
    return _whole_number(root.findtext(f"./meta/task/{what}"), f"meta/task/{what}", path)


def _whole_number(text: str | None, what: str, where: str | Path) -> int:
    if text is None or not text.strip().isdecimal():
        raise FormatError(f"Expected a whole number as {what} in {where}, got {text!r}.")
    return int(text)


def _parse(path: Path) -> Element:
    root = read_xml(path, "PIE's XML")
    if root.tag != "annotations":
        raise FormatError(f"Expected <annotations> in {path}, got <{root.tag}>.")
    return root
