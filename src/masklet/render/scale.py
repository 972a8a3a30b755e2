"""Pictures and masks at another size, so that lines and letters are drawn at the size they are looked at."""

from __future__ import annotations

import cv2
import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.masks import resize
from masklet.core.values import Frame, FrameMasks


def scaled_image(image_HW3: UInt8Array, width: int) -> UInt8Array:
    """Return the image at another width, its proportions kept."""
    height = max(1, round(image_HW3.shape[0] * width / image_HW3.shape[1]))
    interpolation = cv2.INTER_AREA if width < image_HW3.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image_HW3, (width, height), interpolation=interpolation), dtype=np.uint8)


def scaled_frame(frame: Frame, width: int) -> Frame:
    """Return the frame with its picture at another width."""
    return Frame(frame.index, frame.seconds, scaled_image(frame.image_HW3, width))


def scaled_masks(masks: FrameMasks, size_HW: tuple[int, int]) -> FrameMasks:
    """Return the masks of a frame at another size, by nearest neighbour."""
    if masks.size_HW == size_HW:
        return masks
    scaled = [resize(mask_HW, size_HW) for mask_HW in masks.masks_NHW]
    return FrameMasks(
        frame_index=masks.frame_index,
        object_ids=masks.object_ids,
        masks_NHW=np.stack(scaled) if scaled else np.zeros((0, *size_HW), dtype=bool),
        scores_N=masks.scores_N,
        labels_N=masks.labels_N,
    )
