"""ESPNet: Efficient Spatial Pyramid of Dilated Convolutions (Mehta et al., ECCV 2018, arXiv:1803.06815).

Names and sizes are those of the authors' state dicts (p = 2; q = 3, 5 or 8). A module reduces its input to few
channels, looks at these with five dilations at once, and sums the results up step by step before it joins them
(section 3.1: hierarchical feature fusion, against gridding). ESPNet-C is the encoder alone, its logits enlarged
eight times.

Shapes: B batch, C channels, L classes, H W pixels, h w cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.core.errors import ModelError
from masklet.models.layers.normalising import Normalising
from masklet.models.layers.resizing import resized
from masklet.models.layers.semantic_network import SemanticNetwork

_EPSILON = 1e-3
"""Of every batch norm."""
_DILATIONS = (1, 2, 4, 8, 16)
_PICTURE = 3
CITYSCAPES_MEAN_BGR_3 = (72.3923111, 82.90893555, 73.15840149)
CITYSCAPES_DEVIATION_BGR_3 = (45.3192215, 46.15289307, 44.91483307)
"""What the authors' networks for Cityscapes were trained with."""


@dataclass(frozen=True, kw_only=True)
class EspnetConfig:
    """Which of the networks it is, and how its pictures are normalised."""

    p: int = 2
    """Modules at 4 pixels a cell."""
    q: int = 8
    """Modules at 8 pixels a cell."""
    decoder: bool = True
    """False: ESPNet-C."""
    picture_in_decoder: bool = True
    """Whether the decoder's last convolution sees the picture beside the first features: the authors' network for
    CamVid does, theirs for Cityscapes does not."""
    mean_bgr: tuple[float, float, float] = CITYSCAPES_MEAN_BGR_3
    deviation_bgr: tuple[float, float, float] = CITYSCAPES_DEVIATION_BGR_3
    """Of values 0..255; what comes out is divided by 255 once more, as in the released code."""


class Espnet(SemanticNetwork):
    """The network, with decoder. Its features are those that the last convolution sees, at 2 pixels a cell."""

    multiple = 8

    def __init__(self, outputs: int, config: EspnetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or EspnetConfig()
        self.outputs = outputs
        self.normalising = _normalising(config)
        self.encoder = Encoder(outputs, config)
        first = 16 + (_PICTURE if config.picture_in_decoder else 0)
        self.feature_channels = outputs + first
        self.level3_C = _Conv(128 + _PICTURE, outputs, 1)
        self.br = nn.BatchNorm2d(outputs, eps=_EPSILON)
        self.conv = _ConvNormAct(outputs + first, outputs, 3)
        self.up_l3 = nn.Sequential(_doubling(outputs, outputs))
        self.combine_l2_l3 = nn.Sequential(_NormAct(2 * outputs), EspModule(2 * outputs, outputs, adds=False))
        self.up_l2 = nn.Sequential(_doubling(outputs, outputs), _NormAct(outputs))
        self.classifier = _doubling(outputs, outputs)

    def features(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw at 2 pixels a cell."""
        first, first_and_picture, second, third = self.encoder.levels(self.normalising(image_B3HW))
        deep = self.up_l3(self.br(self.encoder.classifier(third)))
        middle = self.level3_C(second)
        deep = self.up_l2(self.combine_l2_l3(torch.cat([middle, _cut(deep, middle)], dim=1)))
        fine = first_and_picture if self.config.picture_in_decoder else first
        return torch.cat([_cut(deep, fine), fine], dim=1)

    def classify(self, feature_BChw: Tensor, size_HW: tuple[int, int]) -> Tensor:
        """Return logits_BLHW."""
        return resized(self.classifier(self.conv(feature_BChw))[..., : size_HW[0], : size_HW[1]], size_HW)


class EspnetC(SemanticNetwork):
    """The encoder alone; its features are at 8 pixels a cell."""

    multiple = 8
    feature_channels = 256

    def __init__(self, outputs: int, config: EspnetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or EspnetConfig(decoder=False)
        self.outputs = outputs
        self.normalising = _normalising(config)
        self.encoder = Encoder(outputs, config)

    def features(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw at 8 pixels a cell."""
        return self.encoder.levels(self.normalising(image_B3HW))[3]

    def classify(self, feature_BChw: Tensor, size_HW: tuple[int, int]) -> Tensor:
        """Return logits_BLHW."""
        logits = functional.interpolate(self.encoder.classifier(feature_BChw), scale_factor=8.0, mode="bilinear")
        return resized(logits[..., : size_HW[0], : size_HW[1]], size_HW)


def espnet(outputs: int, config: EspnetConfig | None = None) -> SemanticNetwork:
    """Return the network that the settings tell of; raise ModelError for fewer outputs than it has dilations."""
    if outputs < len(_DILATIONS):
        raise ModelError(f"Expected {len(_DILATIONS)} outputs or more of ESPNet, one a dilation, got {outputs}.")
    return Espnet(outputs, config) if config is None or config.decoder else EspnetC(outputs, config)


class Encoder(nn.Module):
    """Three levels, of 2, 4 and 8 pixels a cell; the picture, averaged down, is joined to the first two."""

    def __init__(self, outputs: int, config: EspnetConfig) -> None:
        super().__init__()
        self.level1 = _ConvNormAct(_PICTURE, 16, 3, stride=2)
        self.b1 = _NormAct(16 + _PICTURE)
        self.level2_0 = EspDown(16 + _PICTURE, 64)
        self.level2 = nn.ModuleList(EspModule(64, 64) for _ in range(config.p))
        self.b2 = _NormAct(128 + _PICTURE)
        self.level3_0 = EspDown(128 + _PICTURE, 128)
        self.level3 = nn.ModuleList(EspModule(128, 128) for _ in range(config.q))
        self.b3 = _NormAct(256)
        self.classifier = _Conv(256, outputs, 1)

    def levels(self, image_B3HW: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the features of the first level, these with the picture, those of the second and of the third, of
        normalised pictures."""
        half, quarter = _halved(image_B3HW), _halved(_halved(image_B3HW))
        first = self.level1(image_B3HW)
        first_and_picture = self.b1(torch.cat([first, half], dim=1))
        begun = self.level2_0(first_and_picture)
        second = begun
        for module in self.level2:
            second = module(second)
        second = self.b2(torch.cat([second, begun, quarter], dim=1))
        begun = self.level3_0(second)
        third = begun
        for module in self.level3:
            third = module(third)
        return first, first_and_picture, second, self.b3(torch.cat([begun, third], dim=1))


class _Pyramid(nn.Module):
    """Reduce, look with five dilations, sum up step by step, join (Figs 1 and 3a of the paper)."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int, stride: int) -> None:
        super().__init__()
        narrow = outputs // len(_DILATIONS)
        self.c1 = _Conv(inputs, narrow, kernel, stride=stride)
        self.d1 = _Conv(narrow, outputs - narrow * (len(_DILATIONS) - 1), 3)
        for dilation in _DILATIONS[1:]:
            self.add_module(f"d{dilation}", _Conv(narrow, narrow, 3, dilation=dilation))

    def joined(self, feature: Tensor) -> Tensor:
        """Return the features of all dilations, each of the later ones with those before it but the first."""
        reduced = self.c1(feature)
        parts, total = [self.d1(reduced)], None
        for dilation in _DILATIONS[1:]:
            seen = self.get_submodule(f"d{dilation}")(reduced)
            total = seen if total is None else total + seen
            parts.append(total)
        return torch.cat(parts, dim=1)


class EspModule(_Pyramid):
    """A pyramid that keeps the resolution and adds its input, where sizes are equal."""

    def __init__(self, inputs: int, outputs: int, *, adds: bool = True) -> None:
        super().__init__(inputs, outputs, kernel=1, stride=1)
        self.bn = _NormAct(outputs)
        self.adds = adds

    def forward(self, feature: Tensor) -> Tensor:
        """Return the feature at the same resolution."""
        joined = self.joined(feature)
        return self.bn(feature + joined if self.adds else joined)  # type: ignore[no-any-return]


class EspDown(_Pyramid):
    """A pyramid that halves the resolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, kernel=3, stride=2)
        self.bn = nn.BatchNorm2d(outputs, eps=_EPSILON)
        self.act = nn.PReLU(outputs)

    def forward(self, feature: Tensor) -> Tensor:
        """Return the feature at half the resolution."""
        return self.act(self.bn(self.joined(feature)))  # type: ignore[no-any-return]


class _Conv(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        padding = kernel // 2 * dilation
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False)

    def forward(self, feature: Tensor) -> Tensor:
        return self.conv(feature)  # type: ignore[no-any-return]


class _NormAct(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(channels, eps=_EPSILON)
        self.act = nn.PReLU(channels)

    def forward(self, feature: Tensor) -> Tensor:
        return self.act(self.bn(feature))  # type: ignore[no-any-return]


class _ConvNormAct(_NormAct):
    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1) -> None:
        super().__init__(outputs)
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)

    def forward(self, feature: Tensor) -> Tensor:
        return super().forward(self.conv(feature))


def _doubling(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(inputs, outputs, 2, stride=2, bias=False)


def _halved(image: Tensor) -> Tensor:
    """Return a picture averaged down: 3x3 pixels for each second one, zeros beyond the edge."""
    return functional.avg_pool2d(image, 3, stride=2, padding=1)


def _cut(feature: Tensor, like: Tensor) -> Tensor:
    """Return the part of a doubled feature that a smaller one shows, where sides are no multiples of 8."""
    return feature[..., : like.shape[2], : like.shape[3]]


def _normalising(config: EspnetConfig) -> Normalising:
    return Normalising(config.mean_bgr, [255 * value for value in config.deviation_bgr], bgr=True)
