"""FCN-32s, FCN-16s and FCN-8s: Fully Convolutional Networks for Semantic Segmentation (Long et al., CVPR 2015).

VGG16 with its dense layers turned into convolutions gives scores at 32 pixels a cell. FCN-16s enlarges them twice
and adds scores made of pool4, FCN-8s once more with pool3; the enlarging begins as bilinear and learns, the last
one stays bilinear. Pictures are not padded by 100 pixels and cropped, as at first: the convolutions pad.

Shapes: B batch, C channels, L classes, H W pixels, h w cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.core.errors import ModelError, WeightsError
from masklet.models.layers.bilinear import bilinear_kernel
from masklet.models.layers.normalising import Normalising
from masklet.models.layers.resizing import resized
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.layers.state_files import load_strictly, read_state

_STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Channels of the convolutions before each pooling."""
_FC6_CELLS = 7
STRIDES = (32, 16, 8)


@dataclass(frozen=True, kw_only=True)
class FcnConfig:
    """Which of the three, and how large; at width 1 it is VGG16."""

    stride: int = 8
    """Pixels a cell of the finest scores: 32, 16 or 8."""
    width: float = 1.0
    """What the channels of VGG16 are multiplied with."""
    deep: int = 4096
    """Channels of fc6 and fc7."""
    dropout: float = 0.5

    def __post_init__(self) -> None:
        if self.stride not in STRIDES:
            raise ModelError(f"Expected a stride of {', '.join(map(str, STRIDES))}, got {self.stride}.")


class Fcn(SemanticNetwork):
    """The network. What it joins are scores, so these are its features: as many channels as outputs."""

    from_imagenet = ("stages", "fc6", "fc7")

    def __init__(self, outputs: int, config: FcnConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or FcnConfig()
        self.outputs = self.feature_channels = outputs
        self.normalising = Normalising()
        stages = [[max(round(channels * config.width), 1) for channels in stage] for stage in _STAGES]
        self.stages = nn.ModuleList()
        before = 3
        for channels in stages:
            self.stages.append(_stage(before, channels))
            before = channels[-1]
        self.fc6 = nn.Conv2d(before, config.deep, _FC6_CELLS, padding=_FC6_CELLS // 2)
        self.fc7 = nn.Conv2d(config.deep, config.deep, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        self.dropout = nn.Dropout2d(config.dropout)
        self.score = nn.Conv2d(config.deep, outputs, 1)
        skips = STRIDES.index(config.stride)
        self.skips = nn.ModuleList(_nothing_yet(stages[3 - skip][-1], outputs) for skip in range(skips))
        self.enlarging = nn.ModuleList(_doubling(outputs) for _ in range(skips))

    def features(self, image_B3HW: Tensor) -> Tensor:
        """Return score_BLhw at `stride` pixels a cell."""
        feature = self.normalising(image_B3HW)
        pooled = []
        for stage in self.stages:
            feature = functional.max_pool2d(stage(feature), 2, ceil_mode=True)
            pooled.append(feature)
        feature = self.dropout(functional.relu(self.fc6(feature)))
        score = self.score(self.dropout(functional.relu(self.fc7(feature))))
        for skip, enlarging, finer in zip(self.skips, self.enlarging, pooled[3:1:-1], strict=False):
            score = enlarging(score)[..., : finer.shape[2], : finer.shape[3]] + skip(finer)
        return score  # type: ignore[no-any-return]

    def classify(self, feature_BChw: Tensor, size_HW: tuple[int, int]) -> Tensor:
        """Return logits_BLHW."""
        stride = float(self.config.stride)
        logits = functional.interpolate(feature_BChw, scale_factor=stride, mode="bilinear", align_corners=False)
        return resized(logits[..., : size_HW[0], : size_HW[1]], size_HW)

    def load_torchvision(self, path: Path) -> None:
        """Take VGG16's convolutions, and its first two dense layers as convolutions, from torchvision's `vgg16`
        file; raise WeightsError for another layout."""
        state = read_state(path)
        convolutions = sorted({int(name.split(".")[1]) for name in state if name.startswith("features.")})
        ours = [
            f"stages.{stage}.{2 * number}"
            for stage, channels in enumerate(_STAGES)
            for number in range(len(channels))
        ]
        if len(convolutions) != len(ours) or "classifier.0.weight" not in state:
            raise WeightsError(
                f"Expected torchvision's layout of VGG16 in {path}, got {len(state)} other tensors."
            )
        theirs = dict(zip(ours, (f"features.{number}" for number in convolutions), strict=True))
        theirs |= {"fc6": "classifier.0", "fc7": "classifier.3"}
        own = self.state_dict()
        for here, there in theirs.items():
            for part in ("weight", "bias"):
                own[f"{here}.{part}"] = _shaped(state.get(f"{there}.{part}"), own[f"{here}.{part}"])
        load_strictly(self, own, title="VGG16", path=path)


def _shaped(given: Tensor | None, own: Tensor) -> Tensor:
    """Return a dense layer's weight as that of a convolution, where it has as many values; else as it is."""
    if given is None:
        return torch.empty(0)
    return given.reshape(own.shape) if given.ndim == 2 and given.numel() == own.numel() else given


def _stage(before: int, channels: Sequence[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for each in channels:
        layers += [nn.Conv2d(before, each, 3, padding=1), nn.ReLU()]
        before = each
    return nn.Sequential(*layers)


def _nothing_yet(inputs: int, outputs: int) -> nn.Conv2d:
    """Return a convolution that adds nothing before it has learnt: FCN-8s begins as FCN-32s."""
    score = nn.Conv2d(inputs, outputs, 1)
    for parameter in score.parameters():
        nn.init.zeros_(parameter)
    return score


def _doubling(channels: int) -> nn.ConvTranspose2d:
    way = nn.ConvTranspose2d(channels, channels, 4, stride=2, padding=1, bias=False)
    with torch.no_grad():
        way.weight.copy_(bilinear_kernel(channels, 2))
    return way
