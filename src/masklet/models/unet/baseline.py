"""The baseline U-Net: seven channels in, a mask out.

P3, section 4.1 and Fig. 1: a classic U-Net (Ronneberger et al. 2015) with another double convolution; sizes and
names are those of the authors' state dict, in which each step down convolves before it pools.
Shapes: B pictures, H W pixels, multiples of 16.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from masklet.models.unet.config import NetworkConfig
from masklet.models.unet.features import Features, logits_of, widened

_CHANNELS = (64, 128, 256, 512, 1024)
_DROPOUT = 0.3


class UNet(nn.Module):
    """A `FeatureNetwork` that looks at all at once: its features are the channels themselves."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config or NetworkConfig(kind="unet")
        dropout = _DROPOUT if self.config.dropout is None else self.config.dropout
        channels = [widened(each, self.config.width) for each in _CHANNELS]
        self.inc = DoubleConv(7, channels[0])
        for level in range(1, 5):
            self.add_module(f"down{level}", Down(channels[level - 1], channels[level], dropout))
        self.bottleneck = DoubleConv(channels[4], channels[4])
        for level in range(4, 0, -1):
            self.add_module(f"up{level}", Up(channels[level], channels[level - 1], dropout))
        self.outc = nn.Conv2d(channels[0], 1, 1)

    def encode(self, picture_B3HW: Tensor, mask_B1HW: Tensor) -> Features:
        """Return pictures and masks, in 0..1, as they are."""
        return (torch.cat([picture_B3HW, mask_B1HW], dim=1),)

    def decode(self, now: Features, memories: Sequence[Features]) -> Tensor:
        """Return logits_B1HW of a frame from the latest memory: I_{t-1}, I_t and M_{t-1} are the channels."""
        picture_B3HW, before_B4HW = now[0][:, :3], memories[-1][0]
        feature = self.inc(torch.cat([before_B4HW[:, :3], picture_B3HW, before_B4HW[:, 3:]], dim=1))
        skips = []
        for level in range(1, 5):
            skips.append(feature)
            feature = self.get_submodule(f"down{level}")(feature)
        feature = self.bottleneck(feature)
        for level in range(4, 0, -1):
            feature = self.get_submodule(f"up{level}")(feature, skips[level - 1])
        return logits_of(self.outc(feature))


class DoubleConv(nn.Module):
    """Twice convolution, batch norm and ReLU."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(before, after, 3, padding=1),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.Conv2d(after, after, 3, padding=1),
            nn.BatchNorm2d(after),
            nn.ReLU(),
        )

    def forward(self, feature: Tensor) -> Tensor:
        """Return the feature at the same resolution."""
        return self.double_conv(feature)  # type: ignore[no-any-return]


class Down(nn.Module):
    """A double convolution, then half the resolution, dropout."""

    def __init__(self, before: int, after: int, dropout: float) -> None:
        super().__init__()
        self.down = nn.Sequential(DoubleConv(before, after), nn.MaxPool2d(2), nn.Dropout(dropout))

    def forward(self, feature: Tensor) -> Tensor:
        """Return the feature at half the resolution."""
        return self.down(feature)  # type: ignore[no-any-return]


class Up(nn.Module):
    """Twice the resolution, joined with the feature of the way down, dropout, a double convolution."""

    def __init__(self, before: int, after: int, dropout: float) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(before, after, 2, stride=2)
        self.convD = DoubleConv(2 * after, after)
        self.dropout = nn.Dropout(dropout)

    def forward(self, feature: Tensor, skip: Tensor) -> Tensor:
        """Return the feature at twice the resolution."""
        return self.convD(self.dropout(torch.cat([self.up(feature), skip], dim=1)))  # type: ignore[no-any-return]
