"""What the pipelines ask of a detector and a segmenter."""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY
from masklet.core.values import Box, Detections, Frame
from masklet.models.protocols import Segmenter


def wanted(detections: Detections, classes: tuple[str, ...]) -> Detections:
    """Return the detections of these classes."""
    return detections.select(np.isin(np.array(detections.labels_N, dtype=object), classes))


def segment_boxes(segmenter: Segmenter, frame: Frame, boxes_N4: FloatArray) -> BoolArray:
    """Return masks_NHW of the objects in the boxes, all from one call."""
    if not len(boxes_N4):
        return np.zeros((0, *frame.size_HW), dtype=bool)
    prompts = [Box(frame.index, position + 1, as_box(box)) for position, box in enumerate(boxes_N4)]
    return segmenter.segment(frame, prompts).masks_NHW


def as_box(box_4: FloatArray) -> BoxXYXY:
    """Return a row of boxes_N4 as plain numbers."""
    x1, y1, x2, y2 = (float(value) for value in box_4)
    return (x1, y1, x2, y2)
