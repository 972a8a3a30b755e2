"""How OSVOS's networks look at frames: in which size, on which device, in what numbers.

Shapes: B batch, H W pixels of the frames, h w pixels as they are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.models.osvos.head import OsvosNetwork

_CELL = 32


@dataclass(frozen=True)
class Place:
    """A device, and the numbers it computes in."""

    device: torch.device
    dtype: torch.dtype

    def tensor(self, images: Sequence[UInt8Array]) -> Tensor:
        """Return image_B3HW, float 0..255, on the device."""
        image_B3HW = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
        return image_B3HW.to(self.device).float().contiguous(memory_format=torch.channels_last)

    def autocast(self) -> torch.autocast:
        """Return the context in which networks run."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)


def looked_at_size(size_HW: tuple[int, int], short_side: int) -> tuple[int, int]:
    """Return the height and width at which a frame is looked at, in whole cells of 32 pixels; none is enlarged
    by more than that takes.

    >>> looked_at_size((1080, 1920), 480), looked_at_size((100, 60), 480)
    ((480, 864), (96, 64))
    """
    scale = min(1.0, short_side / min(size_HW))
    height, width = (max(_CELL, round(side * scale / _CELL) * _CELL) for side in size_HW)
    return (height, width)


@torch.no_grad()
def probabilities(
    network: OsvosNetwork,
    images_BHW3: Sequence[UInt8Array],
    *,
    place: Place,
    short_side: int,
    mirrored: bool = False,
) -> FloatArray:
    """Return probability_BHW of frames of one size, each segmented by itself, whatever the others show.

    `mirrored` takes the mean with what the mirrored frame gives.
    """
    height, width = images_BHW3[0].shape[:2]
    size_hw = looked_at_size((height, width), short_side)
    small = [cv2.resize(image_HW3, size_hw[::-1], interpolation=cv2.INTER_AREA) for image_HW3 in images_BHW3]
    image_B3hw = place.tensor([np.asarray(each, np.uint8) for each in small])
    with place.autocast():
        logits_Bhw = network(image_B3hw).fused_BHW.float()
        if mirrored:
            logits_Bhw = (logits_Bhw + network(image_B3hw.flip(3)).fused_BHW.float().flip(2)) / 2
    found = [cv2.resize(each_hw, (width, height)) for each_hw in logits_Bhw.cpu().numpy()]
    return np.asarray(1 / (1 + np.exp(-np.stack(found).clip(-50, 50))), np.float32)


def with_coarser_look(
    probability_HW: FloatArray, coarser_HW: FloatArray, *, least_area: float, threshold: float
) -> FloatArray:
    """Return probability_HW with what a coarser look at the same frame shows of objects that have grown.

    A network that has learned an object at one size knows it at about that size. Shrunk, a frame shows an object
    that has grown at the size that was learned: connected parts of the coarser look of at least so many pixels,
    and a rim of four, take the higher of both probabilities; all else stays as it is.

    >>> fine, coarse = np.full((4, 9), 0.2, np.float32), np.full((4, 9), 0.1, np.float32)
    >>> coarse[:, :3] = 0.9
    >>> with_coarser_look(fine, coarse, least_area=12, threshold=0.5)[0, [0, 8]].tolist()
    [0.8999999761581421, 0.20000000298023224]
    >>> with_coarser_look(fine, coarse, least_area=13, threshold=0.5)[0, 0].item()
    0.20000000298023224
    """
    count, parts_HW, facts, _ = cv2.connectedComponentsWithStats((coarser_HW > threshold).astype(np.uint8))
    is_large = facts[:, cv2.CC_STAT_AREA] >= least_area
    is_large[0] = False
    if count < 2 or not is_large.any():
        return probability_HW
    grown_HW = cv2.dilate(is_large[parts_HW].astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return np.where(grown_HW, np.maximum(probability_HW, coarser_HW), probability_HW)


def sure_parts(probability_HW: FloatArray, *, threshold: float, sure: float) -> BoolArray:
    """Return the pixels above a threshold, in connected parts that somewhere reach `sure`.

    >>> sure_parts(np.array([[0.8, 0.96, 0.1, 0.9]], np.float32), threshold=0.75, sure=0.95).tolist()
    [[True, True, False, False]]
    """
    _, parts_HW = cv2.connectedComponents((probability_HW > threshold).astype(np.uint8))
    kept = np.unique(parts_HW[probability_HW >= max(sure, threshold)])
    sure_HW: BoolArray = np.isin(parts_HW, kept[kept > 0])
    return sure_HW
