"""What is said of an object, as tokens and as a feature (Kirillov et al. 2023, arXiv:2304.02643, section 3 and
appendix A). Places are random Fourier features (Tancik et al. 2020, arXiv:2006.10739).

Shapes: N objects, P points, C channels, h w cells, H W = 4h 4w.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from masklet.models.sam.layers import ChannelNorm

BESIDE, ON, TOP_LEFT, BOTTOM_RIGHT = 0, 1, 2, 3
"""Labels of points: beside the object, on it, corners of its box."""
NO_POINT = -1
"""Label of the point that says there is no box."""
_MASK_CHANNELS = 4, 16


class PromptEncoder(nn.Module):
    """Points, corners of boxes and masks to what the decoder reads."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        few, more = _MASK_CHANNELS
        self.pe_layer = Places(channels)
        self.point_embeddings = nn.ModuleList(nn.Embedding(1, channels) for _ in range(4))
        self.not_a_point_embed = nn.Embedding(1, channels)
        self.mask_downscaling = nn.Sequential(
            nn.Conv2d(1, few, 2, stride=2),
            ChannelNorm(few),
            nn.GELU(),
            nn.Conv2d(few, more, 2, stride=2),
            ChannelNorm(more),
            nn.GELU(),
            nn.Conv2d(more, channels, 1),
        )
        self.no_mask_embed = nn.Embedding(1, channels)

    def points(self, xy_NP2: Tensor, label_NP: Tensor, side: int) -> Tensor:
        """Return token_NPC of points in pixels of a square; their labels say what they are."""
        place_NPC = self.pe_layer((xy_NP2 + 0.5) / side)
        nowhere_1C = self.not_a_point_embed.weight
        kind_4C = torch.cat(list(self.point_embeddings.parameters()))
        is_nowhere_NP1 = (label_NP == NO_POINT)[..., None]
        return torch.where(is_nowhere_NP1, nowhere_1C, place_NPC + kind_4C[label_NP.clamp(min=0)])

    def masks(self, logits_NHW: Tensor, is_given_N: Tensor) -> Tensor:
        """Return feature_NChw of the masks known so far, where there is one."""
        known_NChw = self.mask_downscaling(logits_NHW[:, None])
        return torch.where(is_given_N[:, None, None, None], known_NChw, self.no_masks(len(is_given_N)))

    def no_masks(self, count: int) -> Tensor:
        """Return feature_NC11 of objects of which no mask is known."""
        return self.no_mask_embed.weight[..., None, None].expand(count, -1, -1, -1)


class Places(nn.Module):
    """Sine and cosine of random projections of places in 0..1."""

    positional_encoding_gaussian_matrix: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("positional_encoding_gaussian_matrix", torch.randn(2, channels // 2))

    def forward(self, xy: Tensor) -> Tensor:
        """Return the code of places, `channels` for the two numbers of each."""
        matrix_2D = self.positional_encoding_gaussian_matrix
        angle = 2 * math.pi * ((2 * xy - 1).to(matrix_2D.dtype) @ matrix_2D)
        return torch.cat([angle.sin(), angle.cos()], dim=-1)

    def grid(self, rows: int, columns: int) -> Tensor:
        """Return place_Chw of the middles of cells."""
        device = self.positional_encoding_gaussian_matrix.device
        y_h = (torch.arange(rows, device=device) + 0.5) / rows
        x_w = (torch.arange(columns, device=device) + 0.5) / columns
        y_hw, x_hw = torch.meshgrid(y_h, x_w, indexing="ij")
        place_hwC: Tensor = self(torch.stack([x_hw, y_hw], dim=-1))
        return place_hwC.permute(2, 0, 1)
