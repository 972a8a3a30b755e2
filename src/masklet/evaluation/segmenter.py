"""Masks of the people in single pictures: the IoU of each one with the truth, of one way to find them or several.

Shapes: N people of a picture, or of all pictures, M masks found in a picture, H W pixels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.errors import EvaluationError
from masklet.core.masks import deepest_points, mask_iou
from masklet.core.values import Box, Frame, Points, Prompt
from masklet.datasets import PicturedPeople
from masklet.datasets.people import PeopleInMemory
from masklet.metrics.bootstrap import mean_interval
from masklet.models.protocols import Segmenter

PromptKind = Literal["box", "point"]


@dataclass(frozen=True, eq=False)
class SegmenterReport:
    """How well the masks of all objects agree with the truth, and how long they took."""

    images: int
    names_N: tuple[str, ...]
    """Of each object: its picture's name and its number there, as in FudanPed00001/1."""
    iou_N: FloatArray
    seconds: float
    """For all masks, without reading pictures."""

    @property
    def pictures_N(self) -> tuple[str, ...]:
        """The picture's name of each object."""
        return tuple(name.rpartition("/")[0] for name in self.names_N)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "images": self.images,
            "objects": len(self.names_N),
            "IoU-Mean": float(self.iou_N.mean()),
            "IoU-Median": float(np.median(self.iou_N)),
            "ms_per_object": round(1000 * self.seconds / len(self.names_N), 1),
            "objects_iou": {
                name: round(float(iou), 6) for name, iou in zip(self.names_N, self.iou_N, strict=True)
            },
        }


@dataclass(frozen=True)
class Difference:
    """How much better one report's mean IoU is than another's, and how sure that is."""

    mean: float
    low: float
    high: float
    """Ends of the 95 % interval of 10,000 bootstrap draws of whole pictures (`metrics.bootstrap`)."""

    def to_json(self) -> dict[str, Any]:
        """Return the difference as plain values."""
        return {"IoU-Difference": self.mean, "interval_95": [self.low, self.high]}


@dataclass(frozen=True)
class Way:
    """A way to find the people of a picture."""

    find: Callable[[Frame, PicturedPeople], BoolArray]
    """Return masks_MHW."""
    one_each: bool = True
    """Whether the masks answer to the people one by one; else each one has the mask that fits best."""


def by_prompts(segmenter: Segmenter, kind: PromptKind = "box") -> Way:
    """Return the way of a segmenter that is told each person's box, or one click on it (`prompts_of`)."""
    return Way(lambda frame, picture: segmenter.segment(frame, prompts_of(picture, kind)).masks_NHW)


def unprompted(find: Callable[[Frame], BoolArray]) -> Way:
    """Return the way of whatever finds masks_MHW in a picture without being told where its people are."""
    return Way(lambda frame, _: find(frame), one_each=False)


def evaluate_segmenter(
    pictures: Iterable[PicturedPeople], segmenter: Segmenter, *, prompt: PromptKind = "box"
) -> SegmenterReport:
    """Return the IoU of every object with its truth, each prompted by its box or by one click.

    Raise EvaluationError where there is no object at all.
    """
    (report,) = evaluate_ways(pictures, {"": by_prompts(segmenter, prompt)}).values()
    return report


def evaluate_ways(pictures: Iterable[PicturedPeople], ways: Mapping[str, Way]) -> dict[str, SegmenterReport]:
    """Return the report of each way, picture by picture in turn, so that their times can be compared.

    Raise EvaluationError where there is no object at all.
    """
    names: list[str] = []
    ious: dict[str, list[float]] = {name: [] for name in ways}
    seconds = dict.fromkeys(ways, 0.0)
    images = 0
    for picture in map(_opened, pictures):
        images += 1
        names += [f"{picture.name}/{number}" for number in range(1, len(picture.masks_NHW) + 1)]
        for name, way in ways.items():
            started = time.perf_counter()
            masks_MHW = way.find(Frame(0, 0.0, picture.image_HW3), picture)
            seconds[name] += time.perf_counter() - started
            iou_MN = mask_iou(masks_MHW, picture.masks_NHW)
            ious[name] += (np.diag(iou_MN) if way.one_each else iou_MN.max(axis=0, initial=0)).tolist()
    if not names:
        raise EvaluationError("Expected pictures with at least one object, got none.")
    return {name: SegmenterReport(images, tuple(names), np.array(ious[name]), seconds[name]) for name in ways}


def difference(report: SegmenterReport, baseline: SegmenterReport) -> Difference:
    """Return how much better a report is than a baseline on the same objects; raise EvaluationError for others."""
    if report.names_N != baseline.names_N:
        raise EvaluationError("Expected reports of the same objects, got those of different ones.")
    better_N = report.iou_N - baseline.iou_N
    return Difference(float(better_N.mean()), *mean_interval(better_N, report.pictures_N))


def prompts_of(picture: PicturedPeople, kind: PromptKind) -> list[Prompt]:
    """Return one prompt for each object of a picture, numbered from 1.

    The click is the point furthest from the truth's edge, as in the protocols of interactive segmentation.
    """
    if kind == "box":
        return [
            Box(0, object_id, (x1, y1, x2, y2))
            for object_id, (x1, y1, x2, y2) in enumerate(picture.boxes_N4.tolist(), start=1)
        ]
    return [
        Points(0, object_id, deepest_points(mask_HW, 1), np.array([1]))
        for object_id, mask_HW in enumerate(picture.masks_NHW, start=1)
    ]


def _opened(picture: PicturedPeople) -> PeopleInMemory:
    """Return the picture with its parts read, each once."""
    return PeopleInMemory(picture.name, picture.image_HW3, picture.boxes_N4, picture.masks_NHW)
