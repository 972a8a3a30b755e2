"""OSVOS's head: from features at several scales to one mask (Caelles et al., CVPR 2017, section 3.3).

Every scale is brought to a few channels (`side_prep`), those of all scales are brought to the picture's size and
joined by one linear layer (`fuse`). In training every scale also gives a mask of its own (`score_dsn`).

Shapes: B batch, S scales, C channels, H W pixels, h w cells of a scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

SIDE_CHANNELS = 16


class Logits(NamedTuple):
    """What the network says of a picture; above 0 is object."""

    fused_BHW: Tensor
    sides_BSHW: Tensor | None = None
    """Each scale's own mask, where it was asked for."""


class OsvosNetwork(nn.Module):
    """A backbone and the head on it; a network gives `features`, and may bring them to size in its own way.

    The names of the modules are those of the released files.
    """

    usually_frozen = 0
    """First parts of the backbone that stay as they are online, where the settings do not say."""

    def __init__(self, widths: Sequence[int], strides: Sequence[int], side_channels: int = SIDE_CHANNELS) -> None:
        super().__init__()
        self.strides = tuple(strides)
        self.side_prep = nn.ModuleList(nn.Conv2d(width, side_channels, 3, padding=1) for width in widths)
        self.score_dsn = nn.ModuleList(nn.Conv2d(side_channels, 1, 1) for _ in widths)
        self.fuse = nn.Conv2d(side_channels * len(widths), 1, 1)

    def features(self, image_B3HW: Tensor) -> list[Tensor]:
        """Return the features of each scale, finest first, of RGB pictures with values 0..255."""
        raise NotImplementedError

    def freeze(self, parts: int) -> None:
        """Keep the first parts of the backbone as they are; training spends nothing on them."""
        raise NotImplementedError

    def upsampled(self, sides: Sequence[Tensor], size_HW: tuple[int, int]) -> list[Tensor]:
        """Return what each scale has in C channels, at the picture's size."""
        return [functional.interpolate(side, size_HW, mode="bilinear", align_corners=False) for side in sides]

    def side_features(self, image_B3HW: Tensor) -> list[Tensor]:
        """Return the few channels of each scale, BChw, finest first."""
        return [
            prepare(feature) for prepare, feature in zip(self.side_prep, self.features(image_B3HW), strict=True)
        ]

    def forward(self, image_B3HW: Tensor, *, with_sides: bool = False) -> Logits:
        """Return the logits of RGB pictures with values 0..255, at their size; each scale's own `with_sides`."""
        size_HW = (image_B3HW.shape[2], image_B3HW.shape[3])
        return self.masks(self.side_features(image_B3HW), size_HW, with_sides=with_sides)

    def masks(self, sides: Sequence[Tensor], size_HW: tuple[int, int], *, with_sides: bool = False) -> Logits:
        """Return the logits from `side_features`, at a size; each scale's own `with_sides`."""
        fused_BHW = self.fused(sides, size_HW)
        if not with_sides:
            return Logits(fused_BHW)
        scores = [score(side) for score, side in zip(self.score_dsn, sides, strict=True)]
        return Logits(fused_BHW, torch.cat(self.upsampled(scores, size_HW), dim=1))

    def head_parameters(self) -> Iterator[nn.Parameter]:
        """Yield what the head learns by."""
        for module in (self.side_prep, self.score_dsn, self.fuse):
            yield from module.parameters()

    def fused(self, sides: Sequence[Tensor], size_HW: tuple[int, int]) -> Tensor:
        """Return fused_BHW, the logits that count, from `side_features`.

        The linear layer is applied to each scale before it is brought to size: the sum is the same, and cheaper.
        """
        assert self.fuse.bias is not None
        weights = torch.split(self.fuse.weight, [side.shape[1] for side in sides], dim=1)
        parts = [functional.conv2d(side, weight) for side, weight in zip(sides, weights, strict=True)]
        summed_B1HW = torch.stack(self.upsampled(parts, size_HW)).sum(dim=0) + self.fuse.bias[:, None, None]
        return summed_B1HW[:, 0]
