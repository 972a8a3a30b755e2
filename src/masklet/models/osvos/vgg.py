"""OSVOS on VGG16, laid out as the authors' PyTorch files are (`parent_epoch-239.pth`: 52 tensors).

Shapes: B batch, C channels, H W pixels, h w cells.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from masklet.models.layers.bilinear import bilinear_kernel
from masklet.models.osvos.head import SIDE_CHANNELS, OsvosNetwork

_STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Channels of the convolutions between two poolings."""
_STRIDES = (2, 4, 8, 16)
"""Pixels a cell of the stages that give a side output: all but the first."""
_MEAN_BGR_3 = (104.00699, 116.66877, 122.67892)


class VggOsvos(OsvosNetwork):
    """The network of the paper; its up-sampling is bilinear, kept as transposed convolutions, and never learns."""

    mean_311: Tensor

    def __init__(self) -> None:
        super().__init__([stage[-1] for stage in _STAGES[1:]], _STRIDES)
        self.stages = nn.ModuleList()
        width = 3
        for number, channels in enumerate(_STAGES):
            self.stages.append(_stage(width, channels, pooled=number > 0))
            width = channels[-1]
        self.upscale = nn.ModuleList(_up(SIDE_CHANNELS, stride) for stride in _STRIDES)
        self.upscale_ = nn.ModuleList(_up(1, stride) for stride in _STRIDES)
        self.register_buffer("mean_311", torch.tensor(_MEAN_BGR_3)[:, None, None], persistent=False)

    def features(self, image_B3HW: Tensor) -> list[Tensor]:
        """Return the features at 2, 4, 8 and 16 pixels a cell of RGB pictures with values 0..255."""
        feature, *rest = image_B3HW.flip(1) - self.mean_311, *self.stages
        given = []
        for stage in rest:
            feature = stage(feature)
            given.append(feature)
        return given[1:]

    def upsampled(self, sides: Sequence[Tensor], size_HW: tuple[int, int]) -> list[Tensor]:
        """Return each scale by its transposed convolution, the middle of it cut out.

        Where the scales have been weighed already (one channel), the kernel of one channel does the same.
        """
        kernels = self.upscale_ if sides[0].shape[1] == 1 else self.upscale
        return [_centre(up(side), size_HW) for up, side in zip(kernels, sides, strict=True)]

    def freeze(self, parts: int) -> None:
        """Keep so many of the 5 stages as they are; 0 frees them all."""
        for number, stage in enumerate(self.stages):
            stage.requires_grad_(number >= parts)


def _stage(width: int, channels: Sequence[int], *, pooled: bool) -> nn.Sequential:
    layers: list[nn.Module] = [nn.MaxPool2d(2, stride=2, ceil_mode=True)] if pooled else []
    for wider in channels:
        layers += [nn.Conv2d(width, wider, 3, padding=1), nn.ReLU(inplace=True)]
        width = wider
    return nn.Sequential(*layers)


def _up(channels: int, stride: int) -> nn.ConvTranspose2d:
    up = nn.ConvTranspose2d(channels, channels, 2 * stride, stride=stride, bias=False)
    with torch.no_grad():
        up.weight.copy_(bilinear_kernel(channels, stride))
    return up.requires_grad_(False)


def _centre(image_BCHW: Tensor, size_HW: tuple[int, int]) -> Tensor:
    """Return the middle of a picture; of an odd rest the larger part goes from the end."""
    top, left = ((image_BCHW.shape[side] - wanted) // 2 for side, wanted in zip((2, 3), size_HW, strict=True))
    return image_BCHW[:, :, top : top + size_HW[0], left : left + size_HW[1]]
