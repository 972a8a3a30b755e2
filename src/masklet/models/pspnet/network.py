"""PSPNet: Pyramid Scene Parsing Network (Zhao et al. 2017, arXiv:1612.01105).

A dilated ResNet at 8 pixels a cell, its features averaged over grids of 1, 2, 3 and 6 cells, enlarged again and
joined to it, so that every place knows what scene it is part of. Names are those of its authors' semseg: a stem of
three convolutions, strides in the 3x3 of a bottleneck, corner cells that lie in the corners of the picture, and
therefore sides of 8 k + 1 pixels.

Shapes: B batch, C channels, L classes, H W pixels, h w cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from masklet.core.errors import ModelError
from masklet.models.layers.normalising import Normalising
from masklet.models.layers.released import load_backbone
from masklet.models.layers.resizing import resized, resized_like
from masklet.models.layers.resnet import Bottleneck, bottlenecks, conv3x3
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.layers.state_files import read_content, tensors_of

_HEAD = ("ppm.", "cls.", "aux.", "fc.")
"""What is not of the ResNet, here and in files of networks for classification."""
_STEM = {"conv1": 0, "bn1": 1, "conv2": 3, "bn2": 4, "conv3": 6, "bn3": 7}
"""Names of the stem's parts in those, and their places here."""


@dataclass(frozen=True, kw_only=True)
class PspnetConfig:
    """Sizes; by default those of PSPNet50. PSPNet101 has blocks (3, 4, 23, 3)."""

    blocks: tuple[int, int, int, int] = (3, 4, 6, 3)
    """Bottlenecks of the four stages."""
    width: int = 64
    """Channels within the bottlenecks of the first stage; all others are multiples of it."""
    bins: tuple[int, ...] = (1, 2, 3, 6)
    """Cells along a side of the grids that features are averaged over."""
    dropout: float = 0.1
    """Share of channels that are left out before the classifier while it trains."""

    def __post_init__(self) -> None:
        if not self.bins or min(self.bins) < 1:
            raise ModelError(f"Expected bins of 1 cell or more, got {self.bins}.")


class Pspnet(SemanticNetwork):
    """The network. Its features are those of the ResNet joined with the pyramid's (4096 channels)."""

    multiple = 8
    beyond = 1
    from_imagenet = ("layer0", "layer1", "layer2", "layer3", "layer4")

    def __init__(self, outputs: int, config: PspnetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or PspnetConfig()
        self.outputs = outputs
        width, (one, two, three, four) = config.width, config.blocks
        deep = 8 * width * Bottleneck.expansion
        self.normalising = Normalising()
        self.layer0 = nn.Sequential(
            conv3x3(3, width, stride=2),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            conv3x3(width, width),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            conv3x3(width, 2 * width),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, 1),
        )
        self.layer1 = bottlenecks(2 * width, width, one)
        self.layer2 = bottlenecks(4 * width, 2 * width, two, stride=2)
        self.layer3 = bottlenecks(8 * width, 4 * width, three, dilation=2)
        self.layer4 = bottlenecks(16 * width, 8 * width, four, dilation=4)
        self.ppm = PyramidPooling(deep, config.bins)
        self.feature_channels = deep + self.ppm.channels
        self.cls = _head(self.feature_channels, 8 * width, outputs, config.dropout)
        self.aux = _head(deep // 2, 4 * width, outputs, config.dropout)

    def features(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw at 8 pixels a cell."""
        return self.ppm(self.layer4(self._third(image_B3HW)))  # type: ignore[no-any-return]

    def classify(self, feature_BChw: Tensor, size_HW: tuple[int, int]) -> Tensor:
        """Return logits_BLHW."""
        return resized(self.cls(feature_BChw), size_HW, align_corners=True)

    def auxiliary(self, image_B3HW: Tensor) -> dict[str, Tensor]:
        """Return `logits` and, from the third stage, `aux` (section 3.3: weighed 0.4 in the loss)."""
        size_HW = image_B3HW.shape[2], image_B3HW.shape[3]
        third = self._third(image_B3HW)
        return {
            "logits": self.classify(self.ppm(self.layer4(third)), size_HW),
            "aux": resized(self.aux(third), size_HW, align_corners=True),
        }

    def load_torchvision(self, path: Path) -> None:
        """Take the ResNet from a file of one for classification with a stem of three convolutions.

        torchvision's have one: the layout is that of semseg's `resnet50_v2.pth`. Raise WeightsError for another.
        """
        given = {_stem_name(name): value for name, value in tensors_of(read_content(path), path).items()}
        load_backbone(self, given, head=_HEAD, title="PSPNet", path=path)

    def _third(self, image_B3HW: Tensor) -> Tensor:
        stem = self.layer0(self.normalising(image_B3HW))
        return self.layer3(self.layer2(self.layer1(stem)))  # type: ignore[no-any-return]


class PyramidPooling(nn.Module):
    """Features of the whole, and of its parts in ever finer grids, beside the features themselves."""

    def __init__(self, inputs: int, bins: Sequence[int]) -> None:
        super().__init__()
        each = inputs // len(bins)
        self.channels = each * len(bins)
        """That it adds."""
        self.features = nn.ModuleList(
            nn.Sequential(
                nn.AdaptiveAvgPool2d(cells),
                nn.Conv2d(inputs, each, 1, bias=False),
                nn.BatchNorm2d(each),
                nn.ReLU(),
            )
            for cells in bins
        )

    def forward(self, feature_BChw: Tensor) -> Tensor:
        """Return the joined features."""
        pooled = [resized_like(level(feature_BChw), feature_BChw, align_corners=True) for level in self.features]
        return torch.cat([feature_BChw, *pooled], dim=1)


def _stem_name(name: str) -> str:
    first, _, rest = name.partition(".")
    return f"layer0.{_STEM[first]}.{rest}" if first in _STEM else name


def _head(inputs: int, channels: int, outputs: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        conv3x3(inputs, channels),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.Dropout2d(dropout),
        nn.Conv2d(channels, outputs, 1),
    )
