"""Pictures of the report: where a failure is, and all pipelines on the same frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import TracebackType

import cv2
import numpy as np

from masklet.core import rle
from masklet.core.arrays import UInt8Array
from masklet.core.boxes import BoxXYXY, grown, mask_of_box
from masklet.core.errors import SourceError
from masklet.core.values import FrameMasks
from masklet.evaluation.pedestrians.failures import Finding
from masklet.evaluation.pedestrians.histories import State
from masklet.evaluation.pedestrians.measure import ClipResult
from masklet.evaluation.pedestrians.people import PeopleFrame, box_of
from masklet.evaluation.pedestrians.truth import TrueSequence
from masklet.render import contact_sheet, evenly, overlay
from masklet.render.palette import Colour
from masklet.render.scale import scaled_image
from masklet.sources import FrameSource

CROP_ROOM = 0.6
"""Share of a box's size that is shown around it."""
LEAST_CROP = 72
"""Pixels a crop shows at least, each way."""
CROP_WIDTH = 240
TILE_WIDTH = 300
FRAMES_PER_CLIP = 3
LOST: Colour = (235, 50, 50)
SEEN: Colour = (250, 250, 250)


class Pictures:
    """Frames of all sequences, read one by one as they are asked for."""

    def __init__(self, sequences: Mapping[str, TrueSequence]) -> None:
        self._sequences = sequences
        self._sources: dict[str, FrameSource] = {}
        self._read = lru_cache(maxsize=2)(self._read_frame)

    def __enter__(self) -> Pictures:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for source in self._sources.values():
            source.close()

    def image(self, sequence: str, index: int, size_HW: tuple[int, int]) -> UInt8Array | None:
        """Return a copy of a frame at the size of masks, None where it is not to be had."""
        image_HW3 = self._read(sequence, index)
        if image_HW3 is None:
            return None
        if image_HW3.shape[:2] == size_HW:
            return image_HW3.copy()
        return np.asarray(cv2.resize(image_HW3, size_HW[::-1], interpolation=cv2.INTER_AREA), dtype=np.uint8)

    def _read_frame(self, sequence: str, index: int) -> UInt8Array | None:
        opener = self._sequences[sequence].open_frames
        if opener is None:
            return None
        try:
            source = self._sources.get(sequence) or self._sources.setdefault(sequence, opener())
            return next((frame.image_HW3 for frame in source.read(index, index + 1)), None)
        except SourceError:  # fewer pictures than the truth has frames
            return None


def crop_of(
    finding: Finding, clip: ClipResult, sequences: Mapping[str, TrueSequence], pictures: Pictures
) -> UInt8Array | None:
    """Return the part of a frame where a failure is, masks tinted, its people boxed; None without pictures."""
    size_HW = clip.run.masklets.size_HW
    image_HW3 = pictures.image(clip.sequence, finding.frame_index, size_HW)
    if image_HW3 is None:
        return None
    people = sequences[clip.sequence].people.frame(finding.frame_index, size_HW)
    drawn_HW3 = overlay(
        image_HW3, _masks(clip, finding.frame_index, size_HW), ids=False, labels=False, contour=1.5
    )
    shown = [place for place, person in enumerate(people.person_ids) if person in finding.person_ids]
    for place in shown:
        _draw_box(drawn_HW3, people.boxes_N4[place].tolist(), SEEN)
    rows, columns = _window(finding.box_xyxy, size_HW)
    return scaled_image(np.ascontiguousarray(drawn_HW3[rows, columns]), CROP_WIDTH)


def sheet_of(
    clips: Mapping[str, ClipResult], sequences: Mapping[str, TrueSequence], pictures: Pictures
) -> UInt8Array | None:
    """Return the truth and every pipeline on the same frames of one clip, a column each; None without pictures.

    A red box is around whoever is judged there and has no right mask.
    """
    first = next(iter(clips.values()))
    tiles, captions = [], []
    for index in evenly(list(first.indices), FRAMES_PER_CLIP):
        truth = _truth_tile(first, index, sequences, pictures)
        if truth is None:
            continue
        tiles.append(truth)
        captions.append(f"truth · frame {index}")
        for name, clip in clips.items():
            tiles.append(_tile(clip, index, sequences, pictures, truth))
            captions.append(f"{name} · frame {index}")
    if not tiles:
        return None
    return contact_sheet(tiles, columns=len(clips) + 1, captions=captions, tile_width=TILE_WIDTH)


def _truth_tile(
    first: ClipResult, index: int, sequences: Mapping[str, TrueSequence], pictures: Pictures
) -> UInt8Array | None:
    size_HW = first.run.masklets.size_HW
    image_HW3 = pictures.image(first.sequence, index, size_HW)
    if image_HW3 is None:
        return None
    people = sequences[first.sequence].people.frame(index, size_HW)
    return overlay(image_HW3, _true_masks(people, index, size_HW), alpha=0, labels=False)


def _tile(
    clip: ClipResult, index: int, sequences: Mapping[str, TrueSequence], pictures: Pictures, truth: UInt8Array
) -> UInt8Array:
    size_HW = clip.run.masklets.size_HW
    image_HW3 = pictures.image(clip.sequence, index, size_HW)
    if image_HW3 is None:
        return truth
    drawn_HW3 = overlay(image_HW3, _masks(clip, index, size_HW), labels=False)
    people = sequences[clip.sequence].people.frame(index, size_HW)
    for person in _lost_at(clip, index, people):
        _draw_box(drawn_HW3, people.boxes_N4[people.person_ids.index(person)].tolist(), LOST)
    return drawn_HW3


def _lost_at(clip: ClipResult, index: int, people: PeopleFrame) -> list[int]:
    t = list(clip.indices).index(index)
    return [
        person
        for person in people.person_ids
        if person in clip.everyone and clip.everyone[person].state_T[t] in (State.LOST, State.WRONG)
    ]


def _masks(clip: ClipResult, index: int, size_HW: tuple[int, int]) -> FrameMasks:
    items = clip.run.objects(index)
    return FrameMasks(
        frame_index=index,
        object_ids=tuple(item.object_id for item in items),
        masks_NHW=rle.decode_many([item.rle for item in items], size_HW),
        scores_N=np.array([item.score for item in items], dtype=np.float64),
    )


def _true_masks(people: PeopleFrame, index: int, size_HW: tuple[int, int]) -> FrameMasks:
    """Return the people as masks; a box is a mask that fills it."""
    places = np.flatnonzero(people.people_N).tolist()
    masks = [
        mask_of_box(box_of(people, people.person_ids[place]), size_HW)
        if people.rles is None
        else rle.decode(people.rles[place])
        for place in places
    ]
    return FrameMasks(
        frame_index=index,
        object_ids=tuple(people.person_ids[place] for place in places),
        masks_NHW=np.stack(masks) if masks else np.zeros((0, *size_HW), dtype=bool),
        scores_N=np.ones(len(places)),
    )


def _draw_box(image_HW3: UInt8Array, box: Sequence[float], colour: Colour) -> None:
    thickness = max(1, round(min(image_HW3.shape[:2]) / 360))
    x1, y1, x2, y2 = (round(edge) for edge in box)
    cv2.rectangle(image_HW3, (x1, y1), (x2 - 1, y2 - 1), colour, thickness, cv2.LINE_AA)


def _window(box: BoxXYXY, size_HW: tuple[int, int]) -> tuple[slice, slice]:
    """Return the rows and columns around a box, not too small, inside the picture."""
    x1, y1, x2, y2 = grown(box, CROP_ROOM)
    wide, high = (max(0.0, LEAST_CROP - side) / 2 for side in (x2 - x1, y2 - y1))
    height, width = size_HW
    top, left = max(0, round(y1 - high)), max(0, round(x1 - wide))
    bottom, right = min(height, round(y2 + high)), min(width, round(x2 + wide))
    return (slice(top, max(top + 1, bottom)), slice(left, max(left + 1, right)))
