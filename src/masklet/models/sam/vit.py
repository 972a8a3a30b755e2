"""The image encoder of SAM: a vision transformer, most of its blocks in windows, with relative positions.

Sources: Dosovitskiy et al. 2021 (arXiv:2010.11929); windows and neck of Li et al. 2022 (arXiv:2203.16527);
relative positions, one table for rows and one for columns, of Li et al. 2022 (arXiv:2112.01526, Eq. 4-5).

Shapes: B batch, h w cells, C width, A heads, D channels of a head, T = h x w tokens, V windows.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.models.sam.config import ViTConfig
from masklet.models.sam.layers import FeedForward, Neck, from_windows, to_windows


class ViT(nn.Module):
    """From a normalised square to its embedding."""

    def __init__(self, config: ViTConfig, *, grid: int, channels: int) -> None:
        """`grid`: cells along the side of the square that the positions were learned for."""
        super().__init__()
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, config.width, config.patch, stride=config.patch)})
        self.pos_embed = nn.Parameter(torch.zeros(1, grid, grid, config.width))
        self.blocks = nn.ModuleList(
            _Block(config, window=None if number in config.global_blocks else config.window, grid=grid)
            for number in range(config.depth)
        )
        self.neck = Neck(config.width, channels)

    def forward(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw."""
        feature_BhwC = self.patch_embed["proj"](image_B3HW).permute(0, 2, 3, 1)
        feature_BhwC = feature_BhwC + _at_size(self.pos_embed, feature_BhwC.shape[1:3])
        for block in self.blocks:
            feature_BhwC = block(feature_BhwC)
        return self.neck(feature_BhwC.permute(0, 3, 1, 2))  # type: ignore[no-any-return]


class _Block(nn.Module):
    def __init__(self, config: ViTConfig, *, window: int | None, grid: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width, eps=1e-6)
        self.attn = _Attention(config.width, config.heads, size=window or grid)
        self.norm2 = nn.LayerNorm(config.width, eps=1e-6)
        self.mlp = FeedForward(config.width, 4 * config.width, functional.gelu)
        self._window = window

    def forward(self, feature_BhwC: Tensor) -> Tensor:
        feature_BhwC = feature_BhwC + self._attended(self.norm1(feature_BhwC))
        return feature_BhwC + self.mlp(self.norm2(feature_BhwC))  # type: ignore[no-any-return]

    def _attended(self, feature_BhwC: Tensor) -> Tensor:
        size_hw = (feature_BhwC.shape[1], feature_BhwC.shape[2])
        if self._window is None:
            return self.attn(feature_BhwC.flatten(1, 2), size_hw).reshape(feature_BhwC.shape)  # type: ignore[no-any-return]
        window_VTC = self.attn(to_windows(feature_BhwC, self._window), (self._window, self._window))
        return from_windows(window_VTC, self._window, size_hw)


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int, *, size: int) -> None:
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.rel_pos_h = nn.Parameter(torch.zeros(2 * size - 1, width // heads))
        self.rel_pos_w = nn.Parameter(torch.zeros(2 * size - 1, width // heads))
        self._heads = heads

    def forward(self, token_BTC: Tensor, size_hw: tuple[int, int]) -> Tensor:
        """Return the attended tokens of a grid of h x w cells, of the same shape."""
        batch, count, width = token_BTC.shape
        parts = self.qkv(token_BTC).reshape(batch, count, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        query_BATD, key_BATD, value_BATD = parts.unbind(0)
        bias_BATT = self._position_bias(query_BATD, size_hw)
        given_BATD = functional.scaled_dot_product_attention(query_BATD, key_BATD, value_BATD, attn_mask=bias_BATT)
        return self.proj(given_BATD.transpose(1, 2).reshape(batch, count, width))  # type: ignore[no-any-return]

    def _position_bias(self, query_BATD: Tensor, size_hw: tuple[int, int]) -> Tensor:
        """Return bias_BATT: what a query makes of how far a key is above or below, left or right."""
        batch, heads, _, channels = query_BATD.shape
        query = query_BATD.reshape(batch, heads, *size_hw, channels)
        by_row = torch.einsum("nahwd,hkd->nahwk", query, _relative(self.rel_pos_h, size_hw[0]))
        by_column = torch.einsum("nahwd,wkd->nahwk", query, _relative(self.rel_pos_w, size_hw[1]))
        return (by_row[..., :, None] + by_column[..., None, :]).flatten(4).flatten(2, 3)


def _relative(table_RD: Tensor, size: int) -> Tensor:
    """Return value_SSD: the table's row for every pair of places on a side; interpolated for another side."""
    if len(table_RD) != 2 * size - 1:
        table_1DR = functional.interpolate(table_RD.T[None], size=2 * size - 1, mode="linear")
        table_RD = table_1DR[0].T
    place_S = torch.arange(size, device=table_RD.device)
    return table_RD[place_S[:, None] - place_S[None] + size - 1]


def _at_size(place_1hwC: Tensor, size_hw: torch.Size) -> Tensor:
    """Return learned positions for a grid of another size, interpolated."""
    if place_1hwC.shape[1:3] == size_hw:
        return place_1hwC
    place_1Chw = place_1hwC.permute(0, 3, 1, 2)
    resized = functional.interpolate(place_1Chw, size=tuple(size_hw), mode="bicubic", align_corners=False)
    return resized.permute(0, 2, 3, 1)
