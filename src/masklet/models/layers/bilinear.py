"""Bilinear enlargement as a transposed convolution, which may learn.

Shapes: C channels, k pixels of the kernel.
"""

from __future__ import annotations

import torch
from torch import Tensor


def bilinear_kernel(channels: int, stride: int) -> Tensor:
    """Return weight_CCkk of the transposed convolution that enlarges each channel by itself, bilinearly."""
    place_k = (torch.arange(2 * stride) - (stride - 0.5)).abs() / stride
    tent_k = 1 - place_k
    return torch.eye(channels)[:, :, None, None] * torch.outer(tent_k, tent_k)
