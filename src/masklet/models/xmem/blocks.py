"""What XMem's encoders and decoder are built of.

Batch norms are folded into the convolutions. Where a block sees the frame beside an object, its convolutions are
split by their input: the frame's part is computed once for all objects.

Shapes: N objects, C channels, H W rows and columns of a feature.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class Bottleneck(nn.Module):
    """The block of ResNet-50 (He et al. 2016), its stride in the middle."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1)
        self.conv3 = nn.Conv2d(width, 4 * width, 1)
        self.downsample = nn.Conv2d(inputs, 4 * width, 1, stride) if stride > 1 or inputs != 4 * width else None

    def forward(self, feature: Tensor) -> Tensor:
        """Return the next feature; it has no negative numbers."""
        hidden = functional.relu(self.conv1(feature), inplace=True)
        hidden = functional.relu(self.conv2(hidden), inplace=True)
        result: Tensor = self.conv3(hidden)
        result += feature if self.downsample is None else self.downsample(feature)
        return functional.relu(result, inplace=True)


class BasicBlock(nn.Module):
    """The block of ResNet-18."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1)
        self.downsample = nn.Conv2d(inputs, width, 1, stride) if stride > 1 or inputs != width else None

    def forward(self, feature: Tensor) -> Tensor:
        """Return the next feature; it has no negative numbers."""
        hidden = functional.relu(self.conv1(feature), inplace=True)
        result: Tensor = self.conv2(hidden)
        result += feature if self.downsample is None else self.downsample(feature)
        return functional.relu(result, inplace=True)


class Residual(nn.Module):
    """Two convolutions, each after a ReLU, and the way around them."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.downsample = None if inputs == outputs else nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, feature: Tensor) -> Tensor:
        """Return the next feature."""
        hidden = functional.relu(self.conv1(functional.relu(feature)), inplace=True)
        result: Tensor = self.conv2(hidden)
        result += feature if self.downsample is None else self.downsample(feature)
        return result


class Attention(nn.Module):
    """CBAM (Woo et al. 2018): channels are weighed, then places."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = channels // 16
        self.channel = nn.Sequential(
            nn.Linear(channels, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, channels)
        )
        self.spatial = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, feature: Tensor) -> Tensor:
        """Return the feature, weighed."""
        mean_NC, highest_NC = feature.mean(dim=(2, 3)), feature.amax(dim=(2, 3))
        weight_NC = torch.sigmoid(self.channel(mean_NC) + self.channel(highest_NC))
        feature = feature * weight_NC[:, :, None, None]
        places_N2HW = torch.stack([feature.amax(dim=1), feature.mean(dim=1)], dim=1)
        return feature * torch.sigmoid(self.spatial(places_N2HW))


class Fusion(nn.Module):
    """Brings what is known of the objects together with the frame: a residual block whose input is both,
    attention, another residual block."""

    def __init__(self, frame: int, of_object: int, width: int, outputs: int) -> None:
        super().__init__()
        self.frame = nn.Conv2d(frame, 2 * width, 3, padding=1)
        """The frame's part of `conv1` and of `downsample`, one after the other, and the biases of both."""
        self.conv1 = nn.Conv2d(of_object, width, 3, padding=1, bias=False)
        self.downsample = nn.Conv2d(of_object, width, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.attention = Attention(width)
        self.block2 = Residual(width, outputs)

    def forward(self, frame_1CHW: Tensor, feature: Tensor) -> Tensor:
        """Return N features; `frame_1CHW` is what `frame` gives of a feature without negative numbers."""
        result: Tensor = self.block2(self.attended(frame_1CHW, feature))
        return result

    def attended(self, frame_1CHW: Tensor, feature: Tensor) -> Tensor:
        """Return the N features before `block2`; attention takes the whole frame, `block2` two cells around."""
        frame_conv1, frame_downsample = frame_1CHW.chunk(2, dim=1)
        hidden = functional.relu(self.conv1(functional.relu(feature)) + frame_conv1, inplace=True)
        fused = self.conv2(hidden) + self.downsample(feature) + frame_downsample
        result: Tensor = fused + self.attention(fused)
        return result


class Update(nn.Module):
    """The gated unit of sensory memory (after Cho et al. 2014; the paper's Fig. 4), in the order of the released
    code: new = forget * old * (1 - update) + update * tanh(value)."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.transform = nn.Conv2d(inputs + hidden, 3 * hidden, 3, padding=1)

    def forward(self, feature: Tensor, hidden_NCHW: Tensor) -> Tensor:
        """Return the new hidden_NCHW, in the numbers of the old."""
        joined = torch.cat([feature, hidden_NCHW.to(feature.dtype)], dim=1)
        joined = joined.contiguous(memory_format=torch.channels_last)
        forget, update, value = self.transform(joined).to(hidden_NCHW.dtype).chunk(3, dim=1)
        update = torch.sigmoid(update)
        return torch.sigmoid(forget) * hidden_NCHW * (1 - update) + update * torch.tanh(value)


class Scales(NamedTuple):
    """Features of a frame at 16, 8 and 4 pixels a cell."""

    f16: Tensor
    f8: Tensor
    f4: Tensor


def stage(
    block: type[Bottleneck] | type[BasicBlock], inputs: int, width: int, count: int, stride: int
) -> nn.Sequential:
    """Return a stage of a ResNet: so many blocks, the first with the stride."""
    outputs = 4 * width if block is Bottleneck else width
    blocks = [block(inputs, width, stride), *(block(outputs, width, 1) for _ in range(count - 1))]
    return nn.Sequential(*blocks)


def resized(feature: Tensor, factor: float) -> Tensor:
    """Return a feature at another size: interpolated where it grows, means where it shrinks."""
    if factor < 1:
        return functional.interpolate(feature, scale_factor=factor, mode="area")
    return functional.interpolate(feature, scale_factor=factor, mode="bilinear", align_corners=False)
