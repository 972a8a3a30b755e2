"""How a picture lies in the square that the network sees: its longer side fills it, what is left below or right of
it is empty.

Shapes: H W pixels of the picture, S pixels along the square, N masks, h w pixels of the network's masks (S / 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array

_MEAN_3 = (123.675, 116.28, 103.53)
_DEVIATION_3 = (58.395, 57.12, 57.375)
"""Of the RGB values, 0 to 255."""
_MASK_CELL = 4
"""Pixels of the square in one of the network's masks."""
_SURE = 64.0
"""Logit of a mask that somebody gave."""


@dataclass(frozen=True)
class Square:
    """A picture's size and the side of the square it is brought to."""

    size_HW: tuple[int, int]
    side: int

    @property
    def part_HW(self) -> tuple[int, int]:
        """Height and width of the picture in the square, at least one pixel."""
        scale = self.side / max(self.size_HW)
        height, width = (max(int(length * scale + 0.5), 1) for length in self.size_HW)
        return height, width

    @property
    def mask_side(self) -> int:
        """Pixels along the side of the network's own masks."""
        return self.side // _MASK_CELL

    def picture(self, image_HW3: UInt8Array, device: torch.device) -> Tensor:
        """Return image_13SS, normalised; 0 beyond the picture."""
        pixels = torch.from_numpy(np.array(image_HW3)).to(device).permute(2, 0, 1)[None]
        if self.part_HW != self.size_HW:
            pixels = functional.interpolate(
                pixels, size=self.part_HW, mode="bilinear", antialias=True, align_corners=False
            )
        mean, deviation = (
            torch.tensor(values, device=device)[:, None, None] for values in (_MEAN_3, _DEVIATION_3)
        )
        return self._padded((pixels.float() - mean) / deviation)

    def points(self, xy_P2: FloatArray) -> FloatArray:
        """Return points of the picture in pixels of the square."""
        (height, width), (part_height, part_width) = self.size_HW, self.part_HW
        moved_P2: FloatArray = np.asarray(xy_P2, np.float64) * [part_width / width, part_height / height]
        return moved_P2

    def logits(self, logits_Nhw: Tensor) -> Tensor:
        """Return logits_NHW in the picture of what the network says of the square."""
        size = (self.side, self.side)
        square_1NSS = functional.interpolate(logits_Nhw[None], size=size, mode="bilinear", align_corners=False)
        height, width = self.part_HW
        part_1NHW = square_1NSS[..., :height, :width]
        return functional.interpolate(part_1NHW, size=self.size_HW, mode="bilinear", align_corners=False)[0]

    def known(self, mask_HW: BoolArray) -> FloatArray:
        """Return logits_hw of a mask of the picture, as the network takes masks that are known."""
        share_11HW = torch.from_numpy(np.ascontiguousarray(mask_HW, dtype=np.float32))[None, None]
        part = functional.interpolate(
            share_11HW, size=self.part_HW, mode="bilinear", antialias=True, align_corners=False
        )
        small = functional.avg_pool2d(self._padded(part), _MASK_CELL)
        logits_hw: FloatArray = (_SURE * (2 * small[0, 0] - 1)).numpy()
        return logits_hw

    def _padded(self, part: Tensor) -> Tensor:
        height, width = self.part_HW
        return functional.pad(part, (0, self.side - width, 0, self.side - height))
