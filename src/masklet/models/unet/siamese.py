"""Siamese U-Net: one VGG encodes every frame with its mask, what it finds is fused, a decoder draws the mask.

P3, section 4.2 and Fig. 2; sizes and names are those of the authors' state dict. Of VGG16 no file was released:
its names here go on in the manner of those of VGG11 ("s" starts a block, "m" is its middle).
Shapes: B pictures, C channels, H W pixels, multiples of 32.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.models.unet.config import LEVELS, Encoder, Fusion, NetworkConfig
from masklet.models.unet.features import Features, logits_of, widened

_BLOCKS = (64, 128, 256, 512, 512)
"""Channels of VGG's five blocks."""
_CONVOLUTIONS: dict[Encoder, tuple[int, ...]] = {"vgg11": (1, 1, 2, 2, 2), "vgg16": (2, 2, 3, 3, 3)}
_PARTS = {1: ("",), 2: ("s", ""), 3: ("s", "m", "")}
"""Endings of the names of a block's convolutions."""
_DECODER = ((512, 256), (512, 256), (512, 128), (256, 64), (128, 32))
"""Channels within and after each step up, from the deepest."""
_DROPOUT = (0.1, 0.3)


class SiameseUNet(nn.Module):
    """A `FeatureNetwork` whose features are those of five levels, from 1 pixel to 16 pixels a cell."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config or NetworkConfig()
        width, dropout = self.config.width, self.config.dropout
        in_encoder, in_decoder = _DROPOUT if dropout is None else (dropout, dropout)
        blocks = [widened(channels, width) for channels in _BLOCKS]
        before = 4
        for names, channels in zip(encoder_names(self.config.encoder), blocks, strict=True):
            for name in names:
                self.add_module(name, Down(before, channels, in_encoder))
                before = channels
        steps = [(widened(within, width), widened(after, width)) for within, after in _DECODER]
        self.center = Up(blocks[-1], *steps[0], in_decoder)
        for level, ((_, before), (within, after)) in zip((5, 4, 3, 2), pairwise(steps), strict=True):
            self.add_module(f"dec{level}", Up(blocks[level - 1] + before, within, after, in_decoder))
        last = steps[-1][1]
        self.dec1 = nn.Sequential(
            nn.Conv2d(blocks[0] + last, last, 3, padding=1, bias=False), nn.BatchNorm2d(last), nn.ReLU()
        )
        self.final = nn.Conv2d(last, 1, 1)

    def encode(self, picture_B3HW: Tensor, mask_B1HW: Tensor) -> Features:
        """Return the features of pictures in 0..1 with masks in 0..1."""
        feature = torch.cat([picture_B3HW, mask_B1HW], dim=1)
        levels: list[Tensor] = []
        for names in encoder_names(self.config.encoder):
            if levels:
                feature = functional.max_pool2d(feature, 2)
            for name in names:
                feature = self.get_submodule(name)(feature)
            levels.append(feature)
        return tuple(levels)

    def decode(self, now: Features, memories: Sequence[Features]) -> Tensor:
        """Return logits_B1HW of a frame, encoded with `prior` times the last mask, from one memory at least."""
        levels = list(now)
        for level in range(LEVELS - self.config.fused_levels, LEVELS):
            remembered = fused([memory[level] for memory in memories], self.config.fusion)
            levels[level] = fused([now[level], remembered], self.config.fusion)
        skips = [*levels[:-1], levels[-1] if self.config.fused_levels > 1 else now[-1]]
        feature = self.center(functional.max_pool2d(levels[-1], 2))
        for level in (5, 4, 3, 2):
            feature = self.get_submodule(f"dec{level}")(torch.cat([feature, skips[level - 1]], dim=1))
        return logits_of(self.final(self.dec1(torch.cat([feature, skips[0]], dim=1))))


class Down(nn.Module):
    """Convolution, batch norm, ReLU, dropout."""

    def __init__(self, before: int, after: int, dropout: float) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(before, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.Dropout(dropout),
        )

    def forward(self, feature: Tensor) -> Tensor:
        """Return the feature at the same resolution."""
        return self.block(feature)  # type: ignore[no-any-return]


class Up(nn.Module):
    """A convolution as in `Down`, and a transposed one that doubles the resolution, with ReLU."""

    def __init__(self, before: int, within: int, after: int, dropout: float) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(before, within, 3, padding=1, bias=False),
            nn.BatchNorm2d(within),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.ConvTranspose2d(within, after, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(),
        )

    def forward(self, feature: Tensor) -> Tensor:
        """Return the feature at twice the resolution."""
        return self.block(feature)  # type: ignore[no-any-return]


def encoder_names(encoder: Encoder) -> list[list[str]]:
    """Return the names of an encoder's convolutions, block by block.

    >>> encoder_names("vgg11")
    [['conv1'], ['conv2'], ['conv3s', 'conv3'], ['conv4s', 'conv4'], ['conv5s', 'conv5']]
    """
    counts = _CONVOLUTIONS[encoder]
    return [[f"conv{block}{part}" for part in _PARTS[count]] for block, count in enumerate(counts, start=1)]


def fused(features: Iterable[Tensor], fusion: Fusion) -> Tensor:
    """Return features of one shape as one: their mean, largest or smallest values.

    >>> both = [torch.tensor([1.0, 5.0]), torch.tensor([3.0, 1.0])]
    >>> [fused(both, fusion).tolist() for fusion in ("average", "max", "min")]
    [[2.0, 3.0], [3.0, 5.0], [1.0, 1.0]]
    """
    first, *others = features
    if not others:
        return first
    match fusion:
        case "average":
            return sum(others, first) / (len(others) + 1)
        case "max":
            return torch.stack([first, *others]).amax(dim=0)
        case "min":
            return torch.stack([first, *others]).amin(dim=0)
