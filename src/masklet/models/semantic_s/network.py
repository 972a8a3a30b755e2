"""semantic-s: MobileNetV2 with a light decoder, to be trained on a few cores and run in real time.

The deepest features are joined with what the whole picture shows, in the manner of LR-ASPP (Howard et al. 2019,
arXiv:1905.02244, section 6.4), and come back to 4 pixels a cell by way of the finer ones, as in a feature pyramid
(Lin et al. 2017, arXiv:1612.03144). There is no batch norm, so that it trains in small batches.

Shapes: B batch, C channels, L classes, H W pixels; f4, f8, f16, f32: features of 4, 8, 16, 32 pixels a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn
from torch.nn import functional

from masklet.models.layers.mobilenet_v2 import WIDTHS, MobileNetV2
from masklet.models.layers.normalising import Normalising
from masklet.models.layers.resizing import resized, resized_like
from masklet.models.layers.semantic_network import SemanticNetwork


@dataclass(frozen=True, kw_only=True)
class SemanticSConfig:
    """Channels of the decoder."""

    deep: int = 128
    """At 32 and 16 pixels a cell."""
    middle: int = 64
    """At 8 pixels a cell."""
    fine: int = 48
    """At 4 pixels a cell: those of `features`."""
    dropout: float = 0.1
    """Share of the feature's channels that are left out while it trains."""


class SemanticS(SemanticNetwork):
    """The network; sides of pictures may be anything, multiples of 32 waste nothing."""

    imagenet = "mobilenet-v2"
    from_imagenet = ("backbone",)

    def __init__(self, classes: int, config: SemanticSConfig | None = None) -> None:
        super().__init__()
        config = config or SemanticSConfig()
        self.config = config
        self.outputs = classes
        self.feature_channels = config.fine
        self.normalising = Normalising()
        self.backbone = MobileNetV2()
        self.lateral32 = nn.Conv2d(WIDTHS[32], config.deep, 1)
        self.whole = nn.Conv2d(WIDTHS[32], config.deep, 1)
        self.refine32 = _Refine(config.deep)
        self.lateral16 = nn.Conv2d(WIDTHS[16], config.deep, 1)
        self.refine16 = _Refine(config.deep)
        self.down8 = nn.Conv2d(config.deep, config.middle, 1)
        self.lateral8 = nn.Conv2d(WIDTHS[8], config.middle, 1)
        self.refine8 = _Refine(config.middle)
        self.down4 = nn.Conv2d(config.middle, config.fine, 1)
        self.lateral4 = nn.Conv2d(WIDTHS[4], config.fine, 1)
        self.refine4 = nn.Conv2d(config.fine, config.fine, 3, padding=1)
        self.dropout = nn.Dropout2d(config.dropout)
        self.classifier = nn.Conv2d(config.fine, classes, 1)

    def features(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw at 4 pixels a cell."""
        f4, f8, f16, f32 = self.backbone(self.normalising(image_B3HW))
        whole = self.whole(f32.mean(dim=(2, 3), keepdim=True))
        feature = self.refine32(functional.relu(self.lateral32(f32) + whole))
        feature = self.refine16(functional.relu(resized_like(feature, f16) + self.lateral16(f16)))
        feature = self.refine8(functional.relu(resized_like(self.down8(feature), f8) + self.lateral8(f8)))
        feature = functional.relu(resized_like(self.down4(feature), f4) + self.lateral4(f4))
        return functional.relu(feature + self.refine4(feature))

    def classify(self, feature_BChw: Tensor, size_HW: tuple[int, int]) -> Tensor:
        """Return logits_BLHW."""
        return resized(self.classifier(self.dropout(feature_BChw)), size_HW)

    def load_torchvision(self, path: Path) -> None:
        """Take the backbone from torchvision's `mobilenet_v2` file; raise WeightsError for another layout."""
        self.backbone.load_torchvision(path)


class _Refine(nn.Module):
    """Looks around each cell channel by channel, mixes the channels, and adds that to what was there."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.around = nn.Conv2d(channels, channels, 5, padding=2, groups=channels)
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, feature: Tensor) -> Tensor:
        return functional.relu(feature + self.mix(functional.relu(self.around(feature))))
