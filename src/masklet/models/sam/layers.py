"""Parts that the encoders and the decoder share; their names are those of the released files.

Shapes: B batch, C channels, h w cells, T tokens.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional


class ChannelNorm(nn.Module):
    """Layer norm over the channels of each cell."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, feature_BChw: Tensor) -> Tensor:
        """Return normal_BChw."""
        normal_BhwC = functional.layer_norm(
            feature_BChw.permute(0, 2, 3, 1), self.weight.shape, self.weight, self.bias, eps=1e-6
        )
        return normal_BhwC.permute(0, 3, 1, 2)


class FeedForward(nn.Module):
    """Two linear layers with an activation between them."""

    def __init__(self, width: int, hidden: int, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.lin1 = nn.Linear(width, hidden)
        self.lin2 = nn.Linear(hidden, width)
        self._activation = activation

    def forward(self, token: Tensor) -> Tensor:
        """Return what to add to the tokens, of their shape."""
        return self.lin2(self._activation(self.lin1(token)))  # type: ignore[no-any-return]


class Mlp(nn.Module):
    """Three linear layers with ReLU between them."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.Linear(inputs, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, outputs)]
        )

    def forward(self, token_BC: Tensor) -> Tensor:
        """Return the outputs, one row a token."""
        first, second, third = self.layers
        return third(functional.relu(second(functional.relu(first(token_BC)))))  # type: ignore[no-any-return]


class Neck(nn.Sequential):
    """From the width of an encoder to the channels of the embedding."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__(
            nn.Conv2d(width, channels, 1, bias=False),
            ChannelNorm(channels),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            ChannelNorm(channels),
        )


def to_windows(feature_BhwC: Tensor, size: int) -> Tensor:
    """Return window_VTC of square windows (V = B x windows, T = size x size); what lies beyond the edge is 0."""
    batch, rows, columns, channels = feature_BhwC.shape
    padded = functional.pad(feature_BhwC, (0, 0, 0, -columns % size, 0, -rows % size))
    down, across = padded.shape[1] // size, padded.shape[2] // size
    parts = padded.reshape(batch, down, size, across, size, channels).transpose(2, 3)
    return parts.reshape(batch * down * across, size * size, channels)


def from_windows(window_VTC: Tensor, size: int, size_hw: tuple[int, int]) -> Tensor:
    """Return feature_BhwC of what `to_windows` made of a feature of h x w cells."""
    rows, columns = size_hw
    down, across = -(-rows // size), -(-columns // size)
    channels = window_VTC.shape[2]
    parts = window_VTC.reshape(-1, down, across, size, size, channels).transpose(2, 3)
    return parts.reshape(-1, down * size, across * size, channels)[:, :rows, :columns]
