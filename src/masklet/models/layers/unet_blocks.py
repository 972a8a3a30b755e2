"""The U-Net (Ronneberger et al. 2015, arXiv:1505.04597) that trackers and networks for labels have in common.

In it each step down convolves before it pools, and there is a double convolution more at the bottom.
Shapes: B pictures, C channels, H W pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class UNetBody(nn.Module):
    """All of a U-Net but its last convolution."""

    def __init__(self, inputs: int, channels: Sequence[int], dropout: float) -> None:
        super().__init__()
        self.levels = len(channels) - 1
        self.inc = DoubleConv(inputs, channels[0])
        for level in range(1, len(channels)):
            self.add_module(f"down{level}", Down(channels[level - 1], channels[level], dropout))
        self.bottleneck = DoubleConv(channels[-1], channels[-1])
        for level in range(self.levels, 0, -1):
            self.add_module(f"up{level}", Up(channels[level], channels[level - 1], dropout))

    def body(self, picture_BCHW: Tensor) -> Tensor:
        """Return the feature of each pixel, of the first number of channels; sides are multiples of 2**levels."""
        feature = self.inc(picture_BCHW)
        skips = []
        for level in range(1, self.levels + 1):
            skips.append(feature)
            feature = self.get_submodule(f"down{level}")(feature)
        feature = self.bottleneck(feature)
        for level in range(self.levels, 0, -1):
            feature = self.get_submodule(f"up{level}")(feature, skips[level - 1])
        return feature  # type: ignore[no-any-return]


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
