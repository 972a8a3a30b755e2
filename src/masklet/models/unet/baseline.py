"""The baseline U-Net: seven channels in, a mask out.

P3, section 4.1 and Fig. 1: a classic U-Net (Ronneberger et al. 2015) with another double convolution; sizes and
names are those of the authors' state dict, in which each step down convolves before it pools.
Shapes: B pictures, H W pixels, multiples of 16.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from masklet.models.layers.unet_blocks import UNetBody
from masklet.models.unet.config import NetworkConfig
from masklet.models.unet.features import Features, logits_of, widened

_CHANNELS = (64, 128, 256, 512, 1024)
_DROPOUT = 0.3


class UNet(UNetBody):
    """A `FeatureNetwork` that looks at all at once: its features are the channels themselves."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        config = config or NetworkConfig(kind="unet")
        channels = [widened(each, config.width) for each in _CHANNELS]
        super().__init__(7, channels, _DROPOUT if config.dropout is None else config.dropout)
        self.config = config
        self.outc = nn.Conv2d(channels[0], 1, 1)

    def encode(self, picture_B3HW: Tensor, mask_B1HW: Tensor) -> Features:
        """Return pictures and masks, in 0..1, as they are."""
        return (torch.cat([picture_B3HW, mask_B1HW], dim=1),)

    def decode(self, now: Features, memories: Sequence[Features]) -> Tensor:
        """Return logits_B1HW of a frame from the latest memory: I_{t-1}, I_t and M_{t-1} are the channels."""
        picture_B3HW, before_B4HW = now[0][:, :3], memories[-1][0]
        seen_B7HW = torch.cat([before_B4HW[:, :3], picture_B3HW, before_B4HW[:, 3:]], dim=1)
        return logits_of(self.outc(self.body(seen_B7HW)))
