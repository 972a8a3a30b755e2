"""HRNet: Deep High-Resolution Representation Learning for Visual Recognition (Wang et al. 2019, arXiv:1908.07919).

Four stages with one to four resolutions side by side, each half the one above; after each module every
resolution takes something from all the others: finer ones through strided convolutions, coarser ones through a 1x1
convolution and bilinear enlargement, summed. The stem divides by 4. Labels are made of all four, enlarged and
joined (V2). Names are those of the authors' files; their networks for classification (and timm) enlarge to the
nearest, which has the same names and gives other numbers.

Shapes: B batch, C channels, L classes, H W pixels, h w cells of 4 pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.models.layers.normalising import Normalising
from masklet.models.layers.released import load_backbone, without_prefix
from masklet.models.layers.resizing import resized, resized_like
from masklet.models.layers.resnet import BasicBlock, Bottleneck, bottlenecks, conv3x3
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.layers.state_files import read_content, tensors_of

_STEM = 64
_HEAD = ("last_layer.", "incre_modules.", "downsamp_modules.", "final_layer.", "classifier.")
"""What is not of the backbone, here and in files of networks for classification."""


@dataclass(frozen=True, kw_only=True)
class HrnetConfig:
    """Sizes; by default those of HRNet-W18, `W48` is the large one."""

    widths: tuple[int, int, int, int] = (18, 36, 72, 144)
    """Channels of the four resolutions."""
    first_width: int = 64
    """Channels within the bottlenecks of the first stage."""
    first_blocks: int = 4
    """Bottlenecks of the first stage."""
    modules: tuple[int, int, int] = (1, 4, 3)
    """Modules of the second, third and fourth stage."""
    blocks: int = 4
    """Blocks of each resolution in a module."""
    align_corners: bool = False
    """Whether features are enlarged so that their corner cells stay in the corners. The authors' configurations of
    networks for Cityscapes without OCR say no, those with OCR and the default say yes; files do not tell."""


W18 = HrnetConfig()
W48 = HrnetConfig(widths=(48, 96, 192, 384))
SMALL_V1 = HrnetConfig(widths=(16, 32, 64, 128), first_width=32, first_blocks=1, modules=(1, 1, 1), blocks=2)
SMALL_V2 = HrnetConfig(first_blocks=2, modules=(1, 3, 2), blocks=2)
"""The authors' other configurations for Cityscapes."""


class Hrnet(SemanticNetwork):
    """The network. Its features are those of all four resolutions, joined at the finest (720 channels of W48)."""

    from_imagenet = (
        *("conv1", "bn1", "conv2", "bn2", "layer1"),
        *(f"transition{stage}" for stage in range(1, 4)),
        *(f"stage{stage}" for stage in range(2, 5)),
    )

    def __init__(self, outputs: int, config: HrnetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or HrnetConfig()
        self.outputs = outputs
        self.feature_channels = joined = sum(config.widths)
        self.normalising = Normalising()
        self.conv1 = conv3x3(3, _STEM, stride=2)
        self.bn1 = nn.BatchNorm2d(_STEM)
        self.conv2 = conv3x3(_STEM, _STEM, stride=2)
        self.bn2 = nn.BatchNorm2d(_STEM)
        self.layer1 = bottlenecks(_STEM, config.first_width, config.first_blocks)
        before: Sequence[int] = (config.first_width * Bottleneck.expansion,)
        for stage, modules in enumerate(config.modules, start=2):
            widths = config.widths[:stage]
            self.add_module(f"transition{stage - 1}", _transition(before, widths))
            parts = [_Module(widths, config.blocks, config.align_corners) for _ in range(modules)]
            self.add_module(f"stage{stage}", nn.Sequential(*parts))
            before = widths
        self.last_layer = nn.Sequential(
            nn.Conv2d(joined, joined, 1), nn.BatchNorm2d(joined), nn.ReLU(), nn.Conv2d(joined, outputs, 1)
        )

    def features(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw at 4 pixels a cell."""
        feature = functional.relu(self.bn1(self.conv1(self.normalising(image_B3HW))))
        feature = functional.relu(self.bn2(self.conv2(feature)))
        levels = [self.layer1(feature)]
        for stage in range(2, 2 + len(self.config.modules)):
            transition = self.get_submodule(f"transition{stage - 1}")
            assert isinstance(transition, nn.ModuleList)
            given = [*levels, *levels[-1:] * (len(transition) - len(levels))]
            levels = [way(level) for way, level in zip(transition, given, strict=True)]
            levels = self.get_submodule(f"stage{stage}")(levels)
        finest = levels[0]
        return torch.cat(
            [resized_like(level, finest, align_corners=self.config.align_corners) for level in levels], 1
        )

    def classify(self, feature_BChw: Tensor, size_HW: tuple[int, int]) -> Tensor:
        """Return logits_BLHW."""
        return resized(self.last_layer(feature_BChw), size_HW, align_corners=self.config.align_corners)

    def load_torchvision(self, path: Path) -> None:
        """Take all but the classifier from a file of a network of this size for classification or labels.

        torchvision has no HRNet: the layout is the authors', which timm's is too. Raise WeightsError for another.
        """
        given = without_prefix(tensors_of(read_content(path), path), "model.")
        load_backbone(self, given, head=_HEAD, title="HRNet", path=path)


class _Module(nn.Module):
    """Blocks at each resolution, then each takes from all."""

    def __init__(self, widths: Sequence[int], blocks: int, align_corners: bool) -> None:
        super().__init__()
        self.align_corners = align_corners
        self.branches = nn.ModuleList(
            nn.Sequential(*(BasicBlock(width, width) for _ in range(blocks))) for width in widths
        )
        self.fuse_layers = nn.ModuleList(
            nn.ModuleList(_way(widths, source, target) for source in range(len(widths)))
            for target in range(len(widths))
        )

    def forward(self, levels: Sequence[Tensor]) -> list[Tensor]:
        """Return the features of all resolutions, finest first."""
        levels = [branch(level) for branch, level in zip(self.branches, levels, strict=True)]
        fused = []
        for level, ways in zip(levels, self.fuse_layers, strict=True):
            assert isinstance(ways, nn.ModuleList)
            taken = [
                resized_like(way(other), level, align_corners=self.align_corners)
                for way, other in zip(ways, levels, strict=True)
            ]
            fused.append(functional.relu(sum(taken[1:], taken[0])))
        return fused


def _way(widths: Sequence[int], source: int, target: int) -> nn.Module:
    """Return how features of one resolution come to another, but for enlargement."""
    if source == target:
        return nn.Identity()
    if source > target:
        return nn.Sequential(nn.Conv2d(widths[source], widths[target], 1, bias=False), _norm(widths[target]))
    steps = [_down(widths[source], widths[source]) for _ in range(target - source - 1)]
    return nn.Sequential(
        *steps,
        nn.Sequential(conv3x3(widths[source], widths[target], stride=2), _norm(widths[target])),
    )


def _transition(before: Sequence[int], widths: Sequence[int]) -> nn.ModuleList:
    """Return how the resolutions that there are become those of the next stage, which has one more."""
    ways: list[nn.Module] = []
    for level, width in enumerate(widths):
        if level >= len(before):
            ways.append(nn.Sequential(_down(before[-1], width)))
        elif before[level] != width:
            ways.append(nn.Sequential(conv3x3(before[level], width), _norm(width), nn.ReLU()))
        else:
            ways.append(nn.Identity())
    return nn.ModuleList(ways)


def _down(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(conv3x3(inputs, outputs, stride=2), _norm(outputs), nn.ReLU())


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels)
