"""The blocks of residual networks (He et al. 2015, arXiv:1512.03385), with the names that released files have.

Shapes: B batch, C channels, H W pixels.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class BasicBlock(nn.Module):
    """Two convolutions of 3x3 and what was there before them."""

    expansion = 1

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.conv1 = conv3x3(inputs, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, feature: Tensor) -> Tensor:
        """Return the feature at the same resolution."""
        inner = functional.relu(self.bn1(self.conv1(feature)))
        return functional.relu(self.bn2(self.conv2(inner)) + feature)


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1, four times as wide at the end, and what was there before; the 3x3 strides and dilates."""

    expansion = 4

    def __init__(self, inputs: int, channels: int, *, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        outputs = channels * self.expansion
        self.conv1 = nn.Conv2d(inputs, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, stride=stride, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample: nn.Module | None = None
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, feature: Tensor) -> Tensor:
        """Return the feature, at a resolution divided by the stride."""
        inner = functional.relu(self.bn1(self.conv1(feature)))
        inner = functional.relu(self.bn2(self.conv2(inner)))
        before = feature if self.downsample is None else self.downsample(feature)
        return functional.relu(self.bn3(self.conv3(inner)) + before)


def bottlenecks(inputs: int, channels: int, blocks: int, *, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """Return a stage; its first block strides and widens, all dilate."""
    first = Bottleneck(inputs, channels, stride=stride, dilation=dilation)
    wide = channels * Bottleneck.expansion
    return nn.Sequential(first, *(Bottleneck(wide, channels, dilation=dilation) for _ in range(blocks - 1)))


def conv3x3(inputs: int, outputs: int, *, stride: int = 1, dilation: int = 1) -> nn.Conv2d:
    """Return a convolution of 3x3 without bias that keeps the resolution but for its stride."""
    return nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False)
