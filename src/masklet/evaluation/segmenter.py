"""Prompts to masks on single pictures: the IoU of every object with its truth."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import EvaluationError
from masklet.core.masks import deepest_points, mask_iou
from masklet.core.values import Box, Frame, Points, Prompt
from masklet.datasets import PicturedPeople
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


def evaluate_segmenter(
    pictures: Iterable[PicturedPeople], segmenter: Segmenter, *, prompt: PromptKind = "box"
) -> SegmenterReport:
    """Return the IoU of every object with its truth, each prompted by its box or by one click.

    The click is the point furthest from the truth's edge, as in the protocols of interactive segmentation.
    Raise EvaluationError where there is no object at all.
    """
    names: list[str] = []
    ious: list[float] = []
    images, seconds = 0, 0.0
    for picture in pictures:
        images += 1
        prompts = prompts_of(picture, prompt)
        started = time.perf_counter()
        masks = segmenter.segment(Frame(0, 0.0, picture.image_HW3), prompts)
        seconds += time.perf_counter() - started
        ious += np.diag(mask_iou(masks.masks_NHW, picture.masks_NHW)).tolist()
        names += [f"{picture.name}/{object_id}" for object_id in masks.object_ids]
    if not names:
        raise EvaluationError("Expected pictures with at least one object, got none.")
    return SegmenterReport(images, tuple(names), np.array(ious), seconds)


def prompts_of(picture: PicturedPeople, kind: PromptKind) -> list[Prompt]:
    """Return one prompt for each object of a picture, numbered from 1."""
    if kind == "box":
        return [
            Box(0, object_id, (x1, y1, x2, y2))
            for object_id, (x1, y1, x2, y2) in enumerate(picture.boxes_N4.tolist(), start=1)
        ]
    return [
        Points(0, object_id, deepest_points(mask_HW, 1), np.array([1]))
        for object_id, mask_HW in enumerate(picture.masks_NHW, start=1)
    ]
