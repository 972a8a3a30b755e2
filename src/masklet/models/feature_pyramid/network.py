"""A ResNet-v2 with a feature pyramid, enlarged, joined, and brought to labels by transposed convolutions.

The lecture's network (P4; Atienza, Advanced Deep Learning with TensorFlow 2 and Keras, 2020, chapter 12): a
pyramid is [x, x averaged over 2x2, then strided 3x3 convolutions]; all but x get a convolution and are enlarged 2,
4, ... times; joined, two transposed convolutions bring them to full resolution. The backbone is the ResNet-v2 of
9n + 2 layers (He et al. 2016, arXiv:1603.05027), whose last feature has 4 pixels a cell.

Shapes: B batch, C channels, L classes, H W pixels, h w cells of 4 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.core.errors import ModelError
from masklet.models.layers.normalising import Normalising
from masklet.models.layers.resizing import resized, resized_like
from masklet.models.layers.resnet import conv3x3
from masklet.models.layers.semantic_network import SemanticNetwork

_FIRST_CELL = 4


@dataclass(frozen=True, kw_only=True)
class FeaturePyramidConfig:
    """Sizes; by default the lecture's."""

    blocks: int = 6
    """Bottlenecks of each of the backbone's three stages: n of the 9n + 2 layers."""
    width: int = 16
    """Channels of the backbone's first convolution; its last feature has 16 times as many."""
    levels: int = 4
    """Maps of the pyramid besides the backbone's feature."""
    deep: int = 512
    """Channels of the maps that convolutions make."""
    joined: int = 256
    """Channels of each map where they are joined, and of the transposed convolutions."""

    def __post_init__(self) -> None:
        if self.levels < 1 or self.blocks < 1:
            raise ModelError(f"Expected 1 level and 1 block or more, got {self.levels} and {self.blocks}.")


class FeaturePyramid(SemanticNetwork):
    """The network. Its features are the joined maps of the pyramid, at 4 pixels a cell."""

    def __init__(self, outputs: int, config: FeaturePyramidConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or FeaturePyramidConfig()
        self.outputs = outputs
        self.multiple = _FIRST_CELL * 2**config.levels
        first = 16 * config.width
        self.feature_channels = first + config.levels * config.joined
        self.normalising = Normalising()
        self.backbone = _backbone(config)
        self.pyramid = nn.ModuleList(
            _conv(first if level == 0 else config.deep, config.deep, stride=2)
            for level in range(config.levels - 1)
        )
        self.lateral = nn.ModuleList(
            _conv(first if level == 0 else config.deep, config.joined) for level in range(config.levels)
        )
        self.enlarging = nn.Sequential(
            _up(self.feature_channels, config.joined), _up(config.joined, config.joined)
        )
        self.classifier = nn.ConvTranspose2d(config.joined, outputs, 1)

    def features(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw."""
        first = self.backbone(self.normalising(image_B3HW))
        maps = [functional.avg_pool2d(first, 2, ceil_mode=True)]
        for deeper in self.pyramid:
            maps.append(deeper(maps[-1]))
        enlarged = [resized_like(way(each), first) for way, each in zip(self.lateral, maps, strict=True)]
        return torch.cat([first, *enlarged], dim=1)

    def classify(self, feature_BChw: Tensor, size_HW: tuple[int, int]) -> Tensor:
        """Return logits_BLHW."""
        logits = self.classifier(self.enlarging(feature_BChw))
        return resized(logits[..., : size_HW[0], : size_HW[1]], size_HW)


class _PreActivated(nn.Module):
    """A bottleneck that norms and rectifies before it convolves."""

    def __init__(
        self, inputs: int, channels: int, outputs: int, *, stride: int, begins: bool, first: bool
    ) -> None:
        super().__init__()
        self.reduce = nn.Sequential(
            nn.Identity() if first else nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU()),
            nn.Conv2d(inputs, channels, 1, stride, bias=False),
        )
        self.look = nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), conv3x3(channels, channels))
        self.widen = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, outputs, 1, bias=False)
        )
        self.before = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if begins else nn.Identity()

    def forward(self, feature: Tensor) -> Tensor:
        return self.before(feature) + self.widen(self.look(self.reduce(feature)))  # type: ignore[no-any-return]


def _backbone(config: FeaturePyramidConfig) -> nn.Sequential:
    """Return a ResNet-v2 of three stages, the first at full resolution."""
    layers: list[nn.Module] = [conv3x3(3, config.width), nn.BatchNorm2d(config.width), nn.ReLU()]
    inputs = channels = config.width
    for stage in range(3):
        outputs = 4 * channels if stage == 0 else 2 * channels
        for block in range(config.blocks):
            begins = block == 0
            layers.append(
                _PreActivated(
                    inputs,
                    channels,
                    outputs,
                    stride=2 if stage and begins else 1,
                    begins=begins,
                    first=stage == 0 and begins,
                )
            )
            inputs = outputs
        channels = outputs
    return nn.Sequential(*layers, nn.BatchNorm2d(inputs), nn.ReLU())


def _conv(inputs: int, outputs: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(conv3x3(inputs, outputs, stride=stride), nn.BatchNorm2d(outputs), nn.ReLU())


def _up(inputs: int, outputs: int) -> nn.Sequential:
    way = nn.ConvTranspose2d(inputs, outputs, 3, 2, padding=1, output_padding=1, bias=False)
    return nn.Sequential(way, nn.BatchNorm2d(outputs), nn.ReLU())
