"""Ways from the box of a person to a mask."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from masklet.core.arrays import BoolArray, IntArray
from masklet.core.boxes import grown, mask_of_box
from masklet.core.errors import FormatError, PromptError
from masklet.core.masks import without_fragments
from masklet.core.values import Detections, Frame
from masklet.formats.davis import label_pngs_in, read_label_png
from masklet.models.protocols import Segmenter
from masklet.pipelines.finding import as_box, segment_boxes
from masklet.sources import FrameSource

_ROOM = 0.1
"""Share of a box on each side that a mask may reach beyond it."""
_SMALLEST_PART = 0.2
"""Connected parts below this share of the largest are noise."""


class Maker(Protocol):
    """Makes the masks of the detections of one frame."""

    def masks(self, frame: Frame, detections: Detections) -> BoolArray:
        """Return masks_NHW, one for each detection, an empty one where nothing was found."""
        ...


class BySegmenter:
    """Each box is a prompt."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter

    def masks(self, frame: Frame, detections: Detections) -> BoolArray:
        """Return the segmenter's masks, cut to the boxes and a little more."""
        return _inside(segment_boxes(self._segmenter, frame, detections.boxes_N4), detections, room=_ROOM)


class ByDetector:
    """The masks that come with the detections (P2's Mask R-CNN)."""

    def masks(self, frame: Frame, detections: Detections) -> BoolArray:
        """Return the detections' masks; raise PromptError for a detector that finds boxes alone."""
        if detections.masks_NHW is None:
            raise PromptError(
                f"Expected a detector that gives masks for the maker detector, got boxes alone on frame "
                f"{frame.index}; take the maker segmenter or background."
            )
        return _inside(detections.masks_NHW, detections, room=_ROOM)


class ByBackground:
    """What moves inside the box, of foregrounds found before."""

    def __init__(self, foregrounds: Mapping[int, BoolArray]) -> None:
        self._foregrounds = foregrounds

    def masks(self, frame: Frame, detections: Detections) -> BoolArray:
        """Return what moves inside each box."""
        moving_HW = self._foregrounds[frame.index]
        return _inside(np.repeat(moving_HW[None], len(detections), axis=0), detections, room=0)


class ByHand:
    """PNGs named as the frames they belong to: black and white, or label PNGs."""

    def __init__(self, folder: Path, source: FrameSource, person_id: int) -> None:
        """List the folder; raise FormatError where it has no PNG or none that is named as a frame."""
        count = source.info.frame_count or 0
        names = {source.frame_name(index): index for index in range(count)} | {
            f"{index:05d}": index for index in range(count)
        }
        self._paths = {names[path.stem]: path for path in label_pngs_in(folder) if path.stem in names}
        if not self._paths:
            raise FormatError(f"Expected PNGs named as frames of {source.info.uri} in {folder}, got none.")
        self._person_id = person_id

    def frame_indices(self) -> list[int]:
        """Return the frames that have a mask."""
        return sorted(self._paths)

    def both(self, frame: Frame) -> tuple[BoolArray, BoolArray]:
        """Return the mask of the person and that of everybody else; raise FormatError for one of another size."""
        path = self._paths[frame.index]
        labels_HW: IntArray = read_label_png(path)
        if labels_HW.shape != frame.size_HW:
            height, width = frame.size_HW
            raise FormatError(
                f"Expected a mask of {width}x{height} in {path}, got {labels_HW.shape[1]}x{labels_HW.shape[0]}."
            )
        values = set(np.unique(labels_HW).tolist()) - {0}
        own = self._person_id if len(values) > 1 or self._person_id in values else next(iter(values), 0)
        mask_HW: BoolArray = (labels_HW == own) & (labels_HW != 0)
        return mask_HW, (labels_HW != 0) & ~mask_HW


def _inside(masks_NHW: BoolArray, detections: Detections, *, room: float) -> BoolArray:
    """Return the masks cut to their boxes, with some room, and without specks."""
    cut = [
        without_fragments(mask_HW & mask_of_box(grown(as_box(box_4), room), _size(mask_HW)), _SMALLEST_PART)
        for mask_HW, box_4 in zip(masks_NHW, detections.boxes_N4, strict=True)
    ]
    return np.stack(cut) if cut else masks_NHW


def _size(mask_HW: BoolArray) -> tuple[int, int]:
    return (mask_HW.shape[0], mask_HW.shape[1])
