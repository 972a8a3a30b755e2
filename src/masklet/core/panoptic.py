"""Panoptic maps: every pixel belongs to one segment, be it a thing that is counted or a kind of stuff that is not.

Source: Kirillov et al., Panoptic Segmentation, CVPR 2019; how instances and stuff are put together is its section
7. Shapes: H W pixels, N instances, S segments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray, UInt8Array
from masklet.core.errors import FormatError, ShapeError
from masklet.core.label_space import VOID, LabelSpace


@dataclass(frozen=True)
class Segment:
    """A part of a panoptic map: its id there, its class, its pixels."""

    segment_id: int
    label: int
    """The class, a value of the label space."""
    area: int
    score: float = 1.0


@dataclass(frozen=True, eq=False)
class PanopticMap:
    """Which segment each pixel belongs to; of stuff there is one segment a class, of things one an object."""

    label_space: LabelSpace
    segment_ids_HW: IntArray
    """Ids of the segments, from 1 on; 0 void."""
    segments: tuple[Segment, ...]

    def __post_init__(self) -> None:
        ids = [one.segment_id for one in self.segments]
        strange = sorted(set(np.unique(self.segment_ids_HW).tolist()) - {0, *ids})
        if len(set(ids)) < len(ids) or 0 in ids or strange:
            got = f"{strange[0]} in the map alone" if strange else f"{ids}"
            raise FormatError(f"Expected the id of every segment once, from 1 on, got {got}.")
        wrong = [one.label for one in self.segments if not 0 <= one.label < len(self.label_space)]
        if wrong:
            raise FormatError(f"Expected segments with classes of {self.label_space.name}, got {wrong[0]}.")

    @property
    def things(self) -> tuple[Segment, ...]:
        """The objects."""
        return tuple(one for one in self.segments if self.label_space.classes[one.label].is_thing)

    @property
    def stuff(self) -> tuple[Segment, ...]:
        """The segments that are no objects."""
        return tuple(one for one in self.segments if not self.label_space.classes[one.label].is_thing)

    def label_map(self) -> UInt8Array:
        """Return label_map_HW: the class of every pixel, VOID outside all segments."""
        label_map_HW = np.full(self.segment_ids_HW.shape, VOID, dtype=np.uint8)
        for one in self.segments:
            label_map_HW[self.segment_ids_HW == one.segment_id] = one.label
        return label_map_HW

    def counted(self) -> dict[str, int]:
        """Return how many objects there are of each class of things that occurs."""
        names = [self.label_space.names[one.label] for one in self.things]
        return {name: names.count(name) for name in dict.fromkeys(names)}


def merge_panoptic(
    label_map_HW: UInt8Array,
    label_space: LabelSpace,
    masks_NHW: BoolArray,
    labels_N: Sequence[int],
    scores_N: FloatArray,
    *,
    most_hidden: float = 0.5,
    least_stuff: int = 0,
) -> PanopticMap:
    """Return the panoptic map of a label map and of instances with their classes (values of the space).

    Instances come by their scores, the best first, and take what is free of their masks; one of which a larger
    share than `most_hidden` is taken already is left out, as is one without pixels. What no instance takes goes to
    the stuff of the label map, if a class has at least `least_stuff` such pixels. Things of the label map that no
    instance covers belong to nobody: they are void. Raise ShapeError for masks of another size, FormatError for an
    instance of stuff.

    >>> from masklet.core.label_spaces import CAMVID
    >>> road_car = np.array([[3, 3, 8, 8]], dtype=np.uint8)
    >>> car = np.array([[[False, False, True, False]]])
    >>> merged = merge_panoptic(road_car, CAMVID, car, [8], np.ones(1))
    >>> merged.segment_ids_HW.tolist(), merged.counted()
    ([[2, 2, 1, 0]], {'Car': 1})
    """
    if masks_NHW.shape[1:] != label_map_HW.shape or not len(masks_NHW) == len(labels_N) == len(scores_N):
        raise ShapeError(
            f"Expected masks of the label map's size {label_map_HW.shape} with a class and a score each, "
            f"got {masks_NHW.shape}, {len(labels_N)} and {len(scores_N)}."
        )
    label_space.require(label_map_HW, "the label map")
    segment_ids_HW = np.zeros(label_map_HW.shape, dtype=np.int32)
    segments: list[Segment] = []
    for position in np.argsort(-np.asarray(scores_N), kind="stable").tolist():
        label = int(labels_N[position])
        _require_thing(label, label_space)
        mask_HW = masks_NHW[position]
        free_HW = mask_HW & (segment_ids_HW == 0)
        area, free = int(mask_HW.sum()), int(free_HW.sum())
        if not free or area - free > most_hidden * area:
            continue
        segments.append(Segment(len(segments) + 1, label, free, float(scores_N[position])))
        segment_ids_HW[free_HW] = len(segments)
    left_HW = np.where(segment_ids_HW == 0, label_map_HW, VOID)
    for label in np.unique(left_HW).tolist():
        if label == VOID or label_space.classes[label].is_thing:
            continue
        stuff_HW = left_HW == label
        area = int(stuff_HW.sum())
        if area >= least_stuff:
            segments.append(Segment(len(segments) + 1, label, area))
            segment_ids_HW[stuff_HW] = len(segments)
    return PanopticMap(label_space, segment_ids_HW, tuple(segments))


def _require_thing(label: int, label_space: LabelSpace) -> None:
    if not 0 <= label < len(label_space) or not label_space.classes[label].is_thing:
        things = ", ".join(one.name for one in label_space.classes if one.is_thing)
        got = label_space.names[label] if 0 <= label < len(label_space) else label
        raise FormatError(f"Expected instances of things of {label_space.name} ({things}), got {got}.")
