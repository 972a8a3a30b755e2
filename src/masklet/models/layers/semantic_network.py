"""What every network that labels pixels looks like from outside, so that any can be trained and adapted.

Shapes: B batch, C channels, L classes, H W pixels, h w cells.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor, nn

from masklet.core.errors import ModelError


class SemanticNetwork(nn.Module):
    """A network in two halves: features, which adaptation to a new camera aligns, and classes made of them.

    Pictures are RGB with values 0..255; a network normalises them itself. It takes any size; only where sides are
    `multiple * k + beyond` do its cells lie exactly where the logits are put.
    """

    config: Any
    """Its settings, a frozen dataclass of plain values."""
    outputs: int
    """L of the logits, as many as classes or more."""
    feature_channels: int
    """C of `features`."""
    multiple: int = 32
    beyond: int = 0
    from_imagenet: tuple[str, ...] = ()
    """Names of the parts that `load_torchvision` fills; they may learn more slowly than the rest."""
    imagenet: str = ""
    """Name of the published weights that `load_torchvision` takes; none: the network starts from nothing."""

    def features(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw, the last joined features before the classifier."""
        raise NotImplementedError

    def classify(self, feature_BChw: Tensor, size_HW: tuple[int, int]) -> Tensor:
        """Return logits_BLHW of features, brought to a size."""
        raise NotImplementedError

    def forward(self, image_B3HW: Tensor) -> Tensor:
        """Return logits_BLHW at the size of the pictures."""
        return self.classify(self.features(image_B3HW), (image_B3HW.shape[2], image_B3HW.shape[3]))

    def load_torchvision(self, path: Path) -> None:
        """Take what the network has from ImageNet from a file in torchvision's layout.

        Raise WeightsError for another layout, ModelError where the network takes nothing.
        """
        raise ModelError(
            f"Expected a network with a backbone of torchvision's for {path}, got {type(self).__name__}."
        )

    def backbone_parts(self) -> tuple[nn.Module, ...]:
        """Return the parts of `from_imagenet`."""
        return tuple(self.get_submodule(name) for name in self.from_imagenet)

    def auxiliary(self, image_B3HW: Tensor) -> dict[str, Tensor]:
        """Return `logits` as `forward` gives them and, where the network has them, more logits to be trained by,
        each BLHW."""
        return {"logits": self(image_B3HW)}
