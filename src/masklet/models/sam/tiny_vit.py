"""The image encoder of MobileSAM: TinyViT-5M without its last halving, its sizes open.

Source: Wu et al. 2022 (TinyViT, arXiv:2207.10666, section 3.3 and Table 1); inverted residuals of Sandler et al.
2018 (arXiv:1801.04381); one learned bias for each head and distance, of Graham et al. 2021 (LeViT,
arXiv:2104.01136). The names are those of the released file.

Shapes: B batch, C channels, h w cells, A heads, D channels of a head, T tokens, V windows.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.models.sam.config import TinyViTConfig
from masklet.models.sam.layers import Neck, from_windows, to_windows

_EXPANSION = 4
"""Of hidden channels, everywhere."""


class TinyViT(nn.Module):
    """From a normalised square to its embedding, 16 pixels a cell."""

    def __init__(self, config: TinyViTConfig, *, channels: int) -> None:
        super().__init__()
        first, *_, last = config.widths
        self.patch_embed = _Stem(first)
        strides = (2,) * (len(config.widths) - 2) + (1,)
        """After each stage but the last; the last halving is left out (MobileSAM)."""
        self.layers = nn.ModuleList()
        for stage, width in enumerate(config.widths):
            if stage == 0:
                blocks: list[nn.Module] = [_InvertedResidual(width) for _ in range(config.depths[0])]
            else:
                blocks = [
                    _Block(width, config.heads[stage], config.windows[stage]) for _ in range(config.depths[stage])
                ]
            is_last = stage == len(strides)
            after = None if is_last else _Downsample(width, config.widths[stage + 1], strides[stage])
            self.layers.append(_Stage(blocks, after))
        self.neck = Neck(last, channels)

    def forward(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw."""
        feature_BChw = self.patch_embed(image_B3HW)
        for stage in self.layers:
            feature_BChw = stage(feature_BChw)
        return self.neck(feature_BChw)  # type: ignore[no-any-return]


class _ConvNorm(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.c = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, feature: Tensor) -> Tensor:
        return self.bn(self.c(feature))  # type: ignore[no-any-return]


class _Stem(nn.Module):
    """Pixels to cells of 4 pixels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.seq = nn.Sequential(
            _ConvNorm(3, width // 2, 3, stride=2), nn.GELU(), _ConvNorm(width // 2, width, 3, stride=2)
        )

    def forward(self, image_B3HW: Tensor) -> Tensor:
        return self.seq(image_B3HW)  # type: ignore[no-any-return]


class _Stage(nn.Module):
    def __init__(self, blocks: list[nn.Module], downsample: nn.Module | None) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.downsample = downsample

    def forward(self, feature: Tensor) -> Tensor:
        for block in self.blocks:
            feature = block(feature)
        return feature if self.downsample is None else self.downsample(feature)


class _InvertedResidual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        hidden = _EXPANSION * width
        self.conv1 = _ConvNorm(width, hidden)
        self.conv2 = _ConvNorm(hidden, hidden, 3, groups=hidden)
        self.conv3 = _ConvNorm(hidden, width)

    def forward(self, feature: Tensor) -> Tensor:
        hidden = functional.gelu(self.conv2(functional.gelu(self.conv1(feature))))
        return functional.gelu(feature + self.conv3(hidden))


class _Downsample(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = _ConvNorm(inputs, outputs)
        self.conv2 = _ConvNorm(outputs, outputs, 3, stride=stride, groups=outputs)
        self.conv3 = _ConvNorm(outputs, outputs)

    def forward(self, feature: Tensor) -> Tensor:
        hidden = functional.gelu(self.conv2(functional.gelu(self.conv1(feature))))
        return self.conv3(hidden)  # type: ignore[no-any-return]


class _Block(nn.Module):
    """Attention in windows, a convolution of each channel, a feed-forward part."""

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.attn = _Attention(width, heads, window)
        self.local_conv = _ConvNorm(width, width, 3, groups=width)
        self.mlp = _FeedForward(width)
        self._window = window

    def forward(self, feature_BChw: Tensor) -> Tensor:
        size_hw = (feature_BChw.shape[2], feature_BChw.shape[3])
        window_VTC = self.attn(to_windows(feature_BChw.permute(0, 2, 3, 1), self._window))
        attended_BhwC = from_windows(window_VTC, self._window, size_hw)
        local_BChw = self.local_conv(feature_BChw + attended_BhwC.permute(0, 3, 1, 2))
        local_BhwC = local_BChw.permute(0, 2, 3, 1)
        grown_BhwC: Tensor = local_BhwC + self.mlp(local_BhwC)
        return grown_BhwC.permute(0, 3, 1, 2)


class _FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, _EXPANSION * width)
        self.fc2 = nn.Linear(_EXPANSION * width, width)

    def forward(self, token: Tensor) -> Tensor:
        return self.fc2(functional.gelu(self.fc1(self.norm(token))))  # type: ignore[no-any-return]


class _Attention(nn.Module):
    """Cells beyond the edge take part: as the norm stands within, they are its bias."""

    distance_TT: Tensor

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.attention_biases = nn.Parameter(torch.zeros(heads, window * window))
        self.register_buffer("distance_TT", _distances(window), persistent=False)
        self._heads = heads

    def forward(self, token_VTC: Tensor) -> Tensor:
        count, tokens, width = token_VTC.shape
        parts = self.qkv(self.norm(token_VTC)).reshape(count, tokens, self._heads, 3, -1).permute(3, 0, 2, 1, 4)
        query_VATD, key_VATD, value_VATD = parts.unbind(0)
        bias_1ATT = self.attention_biases[None, :, self.distance_TT]
        given_VATD = functional.scaled_dot_product_attention(query_VATD, key_VATD, value_VATD, attn_mask=bias_1ATT)
        return self.proj(given_VATD.transpose(1, 2).reshape(count, tokens, width))  # type: ignore[no-any-return]


def _distances(window: int) -> Tensor:
    """Return which bias a pair of cells has: rows apart x window + columns apart."""
    place_W = torch.arange(window)
    apart_WW = (place_W[:, None] - place_W[None]).abs()
    apart = apart_WW[:, None, :, None] * window + apart_WW[None, :, None, :]
    return apart.reshape(window**2, window**2)
