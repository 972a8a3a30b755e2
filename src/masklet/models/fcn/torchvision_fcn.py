"""torchvision's FCN on a dilated ResNet-50 or ResNet-101, with the names of its files.

One head of two convolutions at 8 pixels a cell, without skips, and one more to train by on the third stage.

Shapes: B batch, C channels, L classes, H W pixels, h w cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from masklet.core.errors import ModelError, WeightsError
from masklet.models.fcn.library import segmentation
from masklet.models.layers.normalising import Normalising
from masklet.models.layers.released import ReleasedSemantic, load_backbone, numbered, with_counts
from masklet.models.layers.resizing import resized
from masklet.models.layers.semantic_config import SemanticConfig
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.layers.state_files import load_strictly, read_state

_BUILDERS = {50: "fcn_resnet50", 101: "fcn_resnet101"}
_BLOCKS_OF_101 = 23
"""Bottlenecks of its third stage."""
_LAST = "classifier.4.weight"
_AUXILIARY = "aux_classifier."
_HEAD = ("inner.classifier.", f"inner.{_AUXILIARY}", "fc.")
"""What is not of the ResNet, here and in files of networks for classification."""
_SHORTER_SIDE = 520
"""Pixels: what torchvision trains and measures it at."""


@dataclass(frozen=True, kw_only=True)
class TorchvisionFcnConfig:
    """Which of torchvision's networks it is."""

    depth: int = 50
    auxiliary: bool = True
    """Whether it has the second head."""

    def __post_init__(self) -> None:
        if self.depth not in _BUILDERS:
            raise ModelError(f"Expected a depth of 50 or 101, got {self.depth}.")


class TorchvisionFcn(SemanticNetwork):
    """The network; its features are those of the last stage (2048 channels)."""

    multiple = 8
    feature_channels = 2048
    from_imagenet = ("inner.backbone",)

    def __init__(self, outputs: int, config: TorchvisionFcnConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or TorchvisionFcnConfig()
        self.outputs = outputs
        self.normalising = Normalising()
        builder = getattr(segmentation, _BUILDERS[config.depth])
        self.inner: nn.Module = builder(
            weights=None, weights_backbone=None, num_classes=outputs, aux_loss=config.auxiliary
        )

    def features(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw at 8 pixels a cell."""
        return self._stages(image_B3HW)["out"]

    def classify(self, feature_BChw: Tensor, size_HW: tuple[int, int]) -> Tensor:
        """Return logits_BLHW."""
        return resized(self.inner.get_submodule("classifier")(feature_BChw), size_HW)

    def auxiliary(self, image_B3HW: Tensor) -> dict[str, Tensor]:
        """Return `logits` and, where it has the second head, `aux`."""
        size_HW = image_B3HW.shape[2], image_B3HW.shape[3]
        stages = self._stages(image_B3HW)
        given = {"logits": self.classify(stages["out"], size_HW)}
        if self.config.auxiliary:
            given["aux"] = resized(self.inner.get_submodule("aux_classifier")(stages["aux"]), size_HW)
        return given

    def load_torchvision(self, path: Path) -> None:
        """Take the ResNet from torchvision's file of one for classification; raise WeightsError for another."""
        given = {
            name if name.startswith("fc.") else f"inner.backbone.{name}": value
            for name, value in read_state(path).items()
        }
        load_backbone(self, given, head=_HEAD, title="torchvision's ResNet", path=path)

    def _stages(self, image_B3HW: Tensor) -> dict[str, Tensor]:
        stages: dict[str, Tensor] = self.inner.get_submodule("backbone")(self.normalising(image_B3HW))
        return stages


def released(state: dict[str, Tensor], path: Path, config: SemanticConfig) -> ReleasedSemantic:  # noqa: ARG001
    """Return the network of torchvision's file, of the depth and number of outputs it tells.

    Raise WeightsError where it is that of another network.
    """
    if _LAST not in state or state[_LAST].ndim != 4:
        raise WeightsError(
            f"Expected weights of torchvision's FCN in {path}, got {len(state)} tensors without {_LAST}: "
            "are they those of another network?"
        )
    is_deep = numbered(state, "backbone.layer3.") == _BLOCKS_OF_101
    has_auxiliary = any(name.startswith(_AUXILIARY) for name in state)
    told = TorchvisionFcnConfig(depth=101 if is_deep else 50, auxiliary=has_auxiliary)
    network = TorchvisionFcn(len(state[_LAST]), told)
    given = {f"inner.{name}": value for name, value in state.items()}
    load_strictly(network, with_counts(given, network.state_dict()), title="torchvision's FCN", path=path)
    return ReleasedSemantic(network, _SHORTER_SIDE)
