"""OSVOS on MobileNetV2: small enough to learn an object in seconds on a processor.

Shapes: B batch, C channels, H W pixels, h w cells.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from masklet.models.layers.mobilenet_v2 import MobileNetV2
from masklet.models.osvos.head import OsvosNetwork

_GIVES = {1: 16, 3: 24, 6: 32, 13: 96, 17: 320}
"""Channels of the features after these blocks, at 2, 4, 8, 16 and 32 pixels a cell."""
_STRIDES = (2, 4, 8, 16, 32)
_MEAN_3, _DEVIATION_3 = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
"""Of ImageNet's pictures, RGB."""


class MobileOsvos(OsvosNetwork):
    """The head of OSVOS on five scales of MobileNetV2."""

    usually_frozen = 3
    mean_311: Tensor
    deviation_311: Tensor

    def __init__(self) -> None:
        super().__init__(tuple(_GIVES.values()), _STRIDES)
        self.backbone = MobileNetV2()
        self.register_buffer("mean_311", torch.tensor(_MEAN_3)[:, None, None], persistent=False)
        self.register_buffer("deviation_311", torch.tensor(_DEVIATION_3)[:, None, None], persistent=False)

    def features(self, image_B3HW: Tensor) -> list[Tensor]:
        """Return the features at 2, 4, 8, 16 and 32 pixels a cell of RGB pictures with values 0..255."""
        feature = (image_B3HW - self.mean_311) / self.deviation_311
        feature = functional.relu6(self.backbone.stem(feature), inplace=True)
        given = []
        for number, block in enumerate(self.backbone.blocks, start=1):
            feature = block(feature)
            if number in _GIVES:
                given.append(feature)
        return given

    def freeze(self, parts: int) -> None:
        """Keep the stem and so many of the 17 blocks as they are; 0 frees them all."""
        self.backbone.requires_grad_(True)
        self.backbone.freeze(parts)
