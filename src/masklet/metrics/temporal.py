"""Temporal consistency: how far the label maps of two frames agree once motion is taken out.

A pixel of one frame is followed by optical flow into the next. Where the flow back does not bring it home, it is
hidden there, or the flow is wrong, and it does not count. The rest is compared like a prediction with its truth,
so the figures of `metrics.classes` apply: their pixel accuracy is the agreement, their mean IoU the temporal
consistency of Liu et al., Efficient Semantic Video Segmentation with Per-frame Inference, ECCV 2020. No truth is
needed; that labels agree says nothing of whether they are right. Shapes: H W pixels, L classes, M = L + 1;
flow_HW2 is x y in pixels.
"""

from __future__ import annotations

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray, UInt8Array
from masklet.core.label_space import VOID
from masklet.core.shapes import require_same_shape
from masklet.metrics.classes import confusion_matrix

SHARE, LEAST = 0.01, 0.5
"""Of the squared lengths of both flows, and in squared pixels: how far from home a pixel may come back."""


def optical_flow(first_HW3: UInt8Array, second_HW3: UInt8Array) -> FloatArray:
    """Return flow_HW2 (float32) from the first picture to the second: where each pixel has gone.

    By dense inverse search (Kroeger et al., ECCV 2016). Raise ShapeError for pictures of different sizes.
    """
    require_same_shape(first=first_HW3, second=second_HW3)
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [cv2.cvtColor(image_HW3, cv2.COLOR_RGB2GRAY) for image_HW3 in (first_HW3, second_HW3)]
    start_HW2 = np.zeros((*first_HW3.shape[:2], 2), dtype=np.float32)
    return np.asarray(search.calc(grey[0], grey[1], start_HW2))


def seen_again(flow_HW2: FloatArray, back_HW2: FloatArray) -> BoolArray:
    """Return seen_HW: which pixels of the first frame the second still shows, by the flow there and the flow back.

    A pixel is seen again if it lands in the picture and the flow back from there ends near where it began:
    |w + w'|^2 <= 0.01 (|w|^2 + |w'|^2) + 0.5 (Sundaram, Brox and Keutzer, ECCV 2010).
    """
    require_same_shape(flow=flow_HW2, back=back_HW2)
    x_HW, y_HW = _landed(flow_HW2)
    height, width = x_HW.shape
    home_HW2 = cv2.remap(
        back_HW2.astype(np.float32), x_HW, y_HW, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    missed_HW = np.square(flow_HW2 + home_HW2).sum(axis=2)
    allowed_HW = SHARE * (np.square(flow_HW2).sum(axis=2) + np.square(home_HW2).sum(axis=2)) + LEAST
    inside_HW = (x_HW >= -0.5) & (x_HW <= width - 0.5) & (y_HW >= -0.5) & (y_HW <= height - 0.5)
    seen_HW: BoolArray = inside_HW & (missed_HW <= allowed_HW)
    return seen_HW


def followed(label_map_HW: UInt8Array, flow_HW2: FloatArray) -> UInt8Array:
    """Return, for each pixel of the first frame, the second frame's label where the flow takes it; VOID
    outside."""
    require_same_shape(labels=label_map_HW, flow=flow_HW2[..., 0])
    x_HW, y_HW = _landed(flow_HW2)
    return np.asarray(
        cv2.remap(label_map_HW, x_HW, y_HW, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=VOID)
    )


def temporal_confusion(
    labels_HW: UInt8Array, next_HW: UInt8Array, flow_HW2: FloatArray, back_HW2: FloatArray, classes: int
) -> IntArray:
    """Return counts_LM: pixels of each class in the first frame by what the next one says of them.

    Pixels that are not seen again, and those of no class in the first frame, do not count. Raise ShapeError for
    different sizes, FormatError for values that are no class.

    >>> still_HW2 = np.zeros((1, 3, 2), dtype=np.float32)
    >>> first, then = np.array([[0, 0, 1]], dtype=np.uint8), np.array([[0, 1, 1]], dtype=np.uint8)
    >>> temporal_confusion(first, then, still_HW2, still_HW2, 2)
    array([[1, 1, 0],
           [0, 1, 0]])
    """
    require_same_shape(labels=labels_HW, next=next_HW)
    counted_HW = np.where(seen_again(flow_HW2, back_HW2), labels_HW, np.uint8(VOID))
    return confusion_matrix(followed(next_HW, flow_HW2), counted_HW, classes)


def _landed(flow_HW2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return x_HW and y_HW (float32), where each pixel has gone."""
    height, width = flow_HW2.shape[:2]
    x_HW = np.arange(width, dtype=np.float32)[None] + flow_HW2[..., 0].astype(np.float32)
    y_HW = np.arange(height, dtype=np.float32)[:, None] + flow_HW2[..., 1].astype(np.float32)
    return x_HW, y_HW
