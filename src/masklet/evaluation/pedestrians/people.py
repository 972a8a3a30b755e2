"""The people of a video as its truth shows them: where each is, how much of each is visible, who counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY, box_area, clip_boxes
from masklet.core.errors import EvaluationError
from masklet.core.rle import Rle
from masklet.evaluation.mot_frames import COUNTED, DISTRACTORS
from masklet.evaluation.pedestrians.definitions import Definitions
from masklet.masklets import BoxTracks, FrameBoxes, Masklets

IGNORED = "ignore"
PEOPLE = (None, COUNTED, "person")
NO_OCCLUDER = "reflection"


@dataclass(frozen=True, eq=False)
class PeopleFrame:
    """Everyone in one frame; boxes_N4 in pixels of the masks they are compared with.

    Sizes are in pixels of the truth. `people_N` says who is a person to be found; the others are distractors, and
    regions to be ignored where the truth has masks.
    """

    person_ids: tuple[int, ...]
    boxes_N4: FloatArray
    people_N: BoolArray
    visible_N: FloatArray
    height_N: FloatArray
    area_N: FloatArray
    rles: tuple[Rle, ...] | None = None

    regions: tuple[Rle, ...] = ()
    """Where masks neither help nor harm, whatever they lie on."""

    def __len__(self) -> int:
        return len(self.person_ids)

    def hidden_N(self, definitions: Definitions) -> BoolArray:
        """Return of whom too little is visible."""
        return self.visible_N < definitions.least_visible

    def judged_N(self, definitions: Definitions) -> BoolArray:
        """Return who must be found: people that are large and visible enough."""
        return (
            self.people_N
            & ~self.hidden_N(definitions)
            & (self.height_N >= definitions.least_height)
            & (self.area_N >= definitions.least_area)
        )


class People(Protocol):
    """The people of one video."""

    @property
    def has_masks(self) -> bool:
        """Whether the truth has masks, not boxes alone."""
        ...

    @property
    def frame_indices(self) -> Sequence[int]:
        """The frames the truth speaks of, in order."""
        ...

    @property
    def labels(self) -> set[str]:
        """The class names that occur."""
        ...

    def frame(self, index: int, size_HW: tuple[int, int]) -> PeopleFrame:
        """Return everyone in a frame, as masks of this size are compared with them."""
        ...


@dataclass(frozen=True, eq=False)
class BoxPeople:
    """People as boxes. `size_HW` is that of the truth's picture, None where it is not known."""

    tracks: BoxTracks
    size_HW: tuple[int, int] | None = None
    visible: Mapping[tuple[int, int], float] | None = None
    """By frame and person, where the truth says it; else it is estimated from the boxes."""

    @property
    def has_masks(self) -> bool:
        """Whether the truth has masks."""
        return False

    @property
    def frame_indices(self) -> Sequence[int]:
        """All frames from 0 to the last with a box."""
        return range(max(self.tracks.frames, default=-1) + 1)

    @property
    def labels(self) -> set[str]:
        """The class names that occur."""
        return {label for boxes in self.tracks.frames.values() for label in boxes.labels_N if label}

    def frame(self, index: int, size_HW: tuple[int, int]) -> PeopleFrame:
        """Return everyone in a frame; boxes are cut to the picture and brought to the masks' size."""
        boxes = self.tracks.frames.get(index)
        if boxes is None:
            return _nobody()
        people_N = np.array(
            [s != 0 and label in PEOPLE for s, label in zip(boxes.scores_N, boxes.labels_N, strict=True)],
            dtype=bool,
        )
        shown_N = people_N | np.isin([str(label) for label in boxes.labels_N], DISTRACTORS)
        truth_HW = self.size_HW or size_HW
        inside_N4 = clip_boxes(boxes.boxes_N4, truth_HW)
        scale_4 = np.tile([size_HW[1] / truth_HW[1], size_HW[0] / truth_HW[0]], 2)
        return PeopleFrame(
            person_ids=tuple(np.array(boxes.object_ids, dtype=np.int64)[shown_N].tolist()),
            boxes_N4=(inside_N4 * scale_4)[shown_N],
            people_N=people_N[shown_N],
            visible_N=self._visible_N(index, boxes, truth_HW)[shown_N],
            height_N=(inside_N4[:, 3] - inside_N4[:, 1])[shown_N],
            area_N=box_area(inside_N4)[shown_N],
        )

    def _visible_N(self, index: int, boxes: FrameBoxes, size_HW: tuple[int, int]) -> FloatArray:
        if self.visible is not None:
            return np.array([self.visible.get((index, person_id), 1.0) for person_id in boxes.object_ids])
        occludes_N = np.array([label != NO_OCCLUDER for label in boxes.labels_N], dtype=bool)
        return visible_share(boxes.boxes_N4, occludes_N, size_HW)


@dataclass(frozen=True, eq=False)
class MaskPeople:
    """People as masks: what is visible of each. How much of a person is hidden, masks do not say."""

    masklets: Masklets

    @property
    def has_masks(self) -> bool:
        """Whether the truth has masks."""
        return True

    @property
    def frame_indices(self) -> Sequence[int]:
        """The annotated frames."""
        return self.masklets.frame_indices

    @property
    def labels(self) -> set[str]:
        """The class names that occur."""
        return {label for label in self.masklets.labels.values() if label}

    def frame(self, index: int, size_HW: tuple[int, int]) -> PeopleFrame:
        """Return everyone in a frame; raise EvaluationError for masks of another size than the truth's."""
        if size_HW != self.masklets.size_HW:
            (height, width), (true_height, true_width) = size_HW, self.masklets.size_HW
            raise EvaluationError(
                f"Expected masks of {true_width}x{true_height} pixels as the truth's are, got {width}x{height}."
            )
        shown = [item for item in self.masklets.objects(index) if item.rle.area]
        seen = [item for item in shown if item.label != IGNORED]
        boxes_N4 = np.array([item.rle.box_xyxy for item in seen], dtype=np.float64).reshape(-1, 4)
        return PeopleFrame(
            person_ids=tuple(item.object_id for item in seen),
            boxes_N4=boxes_N4,
            people_N=np.array([item.label in PEOPLE for item in seen], dtype=bool),
            visible_N=np.ones(len(seen)),
            height_N=boxes_N4[:, 3] - boxes_N4[:, 1],
            area_N=np.array([item.rle.area for item in seen], dtype=np.float64),
            rles=tuple(item.rle for item in seen),
            regions=tuple(item.rle for item in shown if item.label == IGNORED),
        )


def visible_share(boxes_N4: FloatArray, occludes_N: BoolArray, size_HW: tuple[int, int]) -> FloatArray:
    """Return the share of each box that lies in the picture and in no occluding box that stands nearer.

    Of two boxes the one whose lower edge is lower stands nearer, as on level ground; a box without area has 0.

    >>> boxes = np.array([[0.0, 0, 4, 8], [2, 1, 6, 9]])
    >>> visible_share(boxes, np.array([True, True]), (10, 10))
    array([0.5625, 1.    ])
    """
    inside_N4 = clip_boxes(boxes_N4, size_HW)
    share_N = np.zeros(len(boxes_N4))
    for place, (box_4, full) in enumerate(zip(inside_N4, box_area(boxes_N4), strict=True)):
        nearer_N = occludes_N & (boxes_N4[:, 3] > boxes_N4[place, 3])
        share_N[place] = _uncovered_area(box_4, inside_N4[nearer_N]) / full if full > 0 else 0
    return share_N


def _uncovered_area(box_4: FloatArray, others_M4: FloatArray) -> float:
    """Return the area of a box that lies in none of the others: cells between all edges, each in or out."""
    cut_M4 = np.clip(others_M4, np.tile(box_4[:2], 2), np.tile(box_4[2:], 2))
    xs, ys = (np.unique([*box_4[axis::2], *cut_M4[:, axis::2].ravel()]) for axis in (0, 1))
    middle_x, middle_y = (xs[1:] + xs[:-1]) / 2, (ys[1:] + ys[:-1]) / 2
    in_x_Mw = (cut_M4[:, None, 0] < middle_x) & (middle_x < cut_M4[:, None, 2])
    in_y_Mh = (cut_M4[:, None, 1] < middle_y) & (middle_y < cut_M4[:, None, 3])
    covered_hw = (in_y_Mh[:, :, None] & in_x_Mw[:, None, :]).any(axis=0)
    return float((np.outer(np.diff(ys), np.diff(xs)) * ~covered_hw).sum())


def box_of(frame: PeopleFrame, person_id: int) -> BoxXYXY:
    """Return the box of a person who is in the frame."""
    x1, y1, x2, y2 = (float(edge) for edge in frame.boxes_N4[frame.person_ids.index(person_id)])
    return (x1, y1, x2, y2)


def _nobody() -> PeopleFrame:
    nothing_N = np.zeros(0)
    return PeopleFrame((), np.zeros((0, 4)), np.zeros(0, dtype=bool), nothing_N, nothing_N, nothing_N)
