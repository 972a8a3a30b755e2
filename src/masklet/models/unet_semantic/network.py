"""U-Net (Ronneberger et al. 2015, arXiv:1505.04597) with a class for every pixel.

Shapes: B batch, C channels, L classes, H W pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from masklet.models.layers.normalising import Normalising
from masklet.models.layers.resizing import resized
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.layers.unet_blocks import UNetBody


@dataclass(frozen=True, kw_only=True)
class UnetSemanticConfig:
    """Sizes; by default those of the paper."""

    width: int = 64
    """Channels at full resolution; they double with each level."""
    levels: int = 4
    """Times the resolution is halved."""
    dropout: float = 0.1
    """Share of values left out after each step while it trains."""


class UnetSemantic(SemanticNetwork):
    """The network; its features are those of the pixels themselves."""

    def __init__(self, outputs: int, config: UnetSemanticConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or UnetSemanticConfig()
        self.outputs = outputs
        self.feature_channels = config.width
        self.multiple = 2**config.levels
        self.normalising = Normalising()
        channels = [config.width * 2**level for level in range(config.levels + 1)]
        self.body = UNetBody(3, channels, config.dropout)
        self.classifier = nn.Conv2d(config.width, outputs, 1)

    def features(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BCHW, at sides that are filled up to multiples of 2**levels."""
        below, right = (-side % self.multiple for side in image_B3HW.shape[2:])
        return self.body.body(functional.pad(self.normalising(image_B3HW), (0, right, 0, below)))

    def classify(self, feature_BChw: Tensor, size_HW: tuple[int, int]) -> Tensor:
        """Return logits_BLHW."""
        return resized(self.classifier(feature_BChw[..., : size_HW[0], : size_HW[1]]), size_HW)
