"""MobileNetV2 up to 32 pixels a cell (Sandler et al. 2018, arXiv:1801.04381), its batch norms folded into its
convolutions, so that it trains in small batches, exports as it stands and runs as fast as it can.

Shapes: B batch, C channels, H W pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from masklet.core.errors import WeightsError

WIDTHS = {4: 24, 8: 32, 16: 96, 32: 320}
"""Channels of the features by pixels a cell."""
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Expansion, channels, blocks and the first block's stride (Table 2 of the paper)."""
_GIVES = {3: 4, 6: 8, 13: 16, 17: 32}
"""After which block the features of so many pixels a cell are done."""
_BATCH_NORM_EPSILON = 1e-5


class MobileNetV2(nn.Module):
    """The blocks of MobileNetV2, without its classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _conv(3, 32, kernel=3, stride=2)
        self.blocks = nn.ModuleList()
        width = 32
        for expansion, channels, repeats, stride in _STAGES:
            for repeat in range(repeats):
                self.blocks.append(_InvertedResidual(width, channels, stride if repeat == 0 else 1, expansion))
                width = channels

    def freeze(self, blocks: int) -> None:
        """Keep the stem and so many of the blocks as they are; training spends nothing on them."""
        for module in (self.stem, *self.blocks[:blocks]) if blocks else ():
            module.requires_grad_(False)

    def forward(self, image_B3HW: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the features at 4, 8, 16 and 32 pixels a cell of an image normalised as for ImageNet."""
        feature = nn.functional.relu6(self.stem(image_B3HW), inplace=True)
        given = []
        for number, block in enumerate(self.blocks, start=1):
            feature = block(feature)
            if number in _GIVES:
                given.append(feature)
        f4, f8, f16, f32 = given
        return f4, f8, f16, f32

    def load_torchvision(self, path: Path) -> None:
        """Take the weights of torchvision's `mobilenet_v2` file; raise WeightsError for another layout."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        try:
            self.load_state_dict(_folded(state))
        except (KeyError, RuntimeError) as error:
            raise WeightsError(f"Expected torchvision's layout of MobileNetV2 in {path}, got: {error}.") from error


class _InvertedResidual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = _conv(inputs, hidden, kernel=1) if expansion > 1 else None
        self.depthwise = _conv(hidden, hidden, kernel=3, stride=stride, groups=hidden)
        self.project = _conv(hidden, outputs, kernel=1)
        self.strided = stride > 1
        self.adds = stride == 1 and inputs == outputs

    def forward(self, feature: Tensor) -> Tensor:
        hidden = feature if self.expand is None else nn.functional.relu6(self.expand(feature), inplace=True)
        if self.strided and hidden.requires_grad and torch.is_autocast_enabled(hidden.device.type):
            with torch.autocast(hidden.device.type, enabled=False):  # in bf16 its way back is very slow on CPUs
                spread = self.depthwise(hidden.float())
        else:
            spread = self.depthwise(hidden)
        result: Tensor = self.project(nn.functional.relu6(spread, inplace=True))
        return feature + result if self.adds else result


def _conv(inputs: int, outputs: int, *, kernel: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups)


def _folded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return our layout from torchvision's: `features.N.conv` holds expand, depthwise and project in order."""
    folded = _fold(state, "features.0.0", "features.0.1", "stem")
    block = 0
    for expansion, _, repeats, _ in _STAGES:
        for _ in range(repeats):
            block += 1
            inner, ours = f"features.{block}.conv", f"blocks.{block - 1}"
            names = ["depthwise"] if expansion == 1 else ["expand", "depthwise"]
            for place, name in enumerate(names):
                folded |= _fold(state, f"{inner}.{place}.0", f"{inner}.{place}.1", f"{ours}.{name}")
            last = len(names)
            folded |= _fold(state, f"{inner}.{last}", f"{inner}.{last + 1}", f"{ours}.project")
    return folded


def _fold(state: Mapping[str, Tensor], conv: str, norm: str, ours: str) -> dict[str, Tensor]:
    """Return weight and bias of the convolution that does what convolution and batch norm did."""
    scale = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + _BATCH_NORM_EPSILON).sqrt()
    return {
        f"{ours}.weight": state[f"{conv}.weight"] * scale[:, None, None, None],
        f"{ours}.bias": state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale,
    }
