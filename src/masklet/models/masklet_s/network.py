"""The network of masklet-s: what a frame looks like, what is remembered of it, and where the objects are now.

A matching network in the line of STM (Oh et al. 2019), STCN (Cheng et al. 2021) and XMem (Cheng and Schwing
2022) on a mobile backbone. What depends on the frame alone is computed once, whatever the number of objects.

Shapes: B clips, K objects of all clips in a batch, C channels, H W pixels, h w cells of 16 pixels, P = h*w
cells of the asking frame, M remembered cells; f4, f8, f16, f32: features of 4, 8, 16, 32 pixels a cell.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.models.layers.mobilenet_v2 import WIDTHS, MobileNetV2
from masklet.models.masklet_s.config import MaskletSConfig

_MEAN_3 = (0.485, 0.456, 0.406)
_DEVIATION_3 = (0.229, 0.224, 0.225)
_ALMOST = 1e-6
_FIRST_SCALE = 16.0
_FIRST_NEARNESS = 1 / 64
_SURE = 12.0
"""Logits beyond this say no more, and their odds would be lost in rounding."""
_DETAIL = 4
"""Sides of the square of 4-pixel cells that lie in one of 16: a mask keeps its detail as channels."""


class FrameCode(NamedTuple):
    """What the network sees in a frame, whoever is followed."""

    query_BQP: Tensor
    """What cells of this frame ask with (see `KeyProjection`)."""
    key_BRP: Tensor
    """What they are found by when remembered."""
    skip16: Tensor
    skip8: Tensor
    skip4: Tensor
    """For the decoder."""
    value16: Tensor
    value8: Tensor
    """For the value encoder."""

    def of(self, clips: Tensor) -> FrameCode:
        """Return the part of these clips, in this order."""
        return FrameCode(*(part.index_select(0, clips) for part in self))


class FrameEncoder(nn.Module):
    """Backbone, key, and the parts of decoder and value encoder that see the frame alone.

    What the deepest stage knows of the thing around a cell is added to the cell, as in a feature pyramid (Lin et
    al. 2017); it begins at nothing.
    """

    def __init__(self, config: MaskletSConfig) -> None:
        super().__init__()
        d16, d8, d4 = config.decoder_dims
        self.backbone = MobileNetV2()
        self.context = nn.Conv2d(WIDTHS[32], WIDTHS[16], 1)
        for parameter in self.context.parameters():
            nn.init.zeros_(parameter)
        self.key = KeyProjection(config)
        self.skip16 = nn.Conv2d(WIDTHS[16], d16, 1)
        self.skip8 = nn.Conv2d(WIDTHS[8], d8, 3, padding=1)
        self.skip4 = nn.Conv2d(WIDTHS[4], d4, 3, padding=1)
        self.value16 = nn.Conv2d(WIDTHS[16], config.value_dim, 1)
        self.value8 = nn.Conv2d(WIDTHS[8], 32, 1)

    def forward(self, image_B3HW: Tensor) -> FrameCode:
        """Return the code of RGB images in 0..1 whose sides are multiples of 16."""
        mean_311 = torch.tensor(_MEAN_3, device=image_B3HW.device).view(3, 1, 1)
        deviation_311 = torch.tensor(_DEVIATION_3, device=image_B3HW.device).view(3, 1, 1)
        f4, f8, f16, f32 = self.backbone((image_B3HW - mean_311) / deviation_311)
        f16 = f16 + _resized(self.context(f32), f16)
        query_BQP, key_BRP = self.key(f16)
        return FrameCode(
            query_BQP=query_BQP,
            key_BRP=key_BRP,
            skip16=self.skip16(f16),
            skip8=self.skip8(f8),
            skip4=self.skip4(f4),
            value16=self.value16(f16),
            value8=self.value8(f8),
        )


class KeyProjection(nn.Module):
    """Keys of unit length, how sharply a remembered one is compared, and how much it matters where it is.

    The similarity is that of STCN and XMem (Eq. 3, without selection) on the unit sphere: the negative squared
    distance times the shrinkage of the remembered cell. Being bounded it stays true in bf16. From the frame before
    things have not moved far: for its cells (see `placed`) the squared distance in the picture is taken off, times
    a learned factor.
    """

    def __init__(self, config: MaskletSConfig) -> None:
        super().__init__()
        self.key = nn.Conv2d(WIDTHS[16], config.key_dim, 3, padding=1)
        self.shrinkage = nn.Conv2d(WIDTHS[16], 1, 3, padding=1)
        self.log_scale = nn.Parameter(torch.tensor(_FIRST_SCALE).log())
        self.log_nearness = nn.Parameter(torch.tensor(_FIRST_NEARNESS).log())

    def forward(self, f16: Tensor) -> tuple[Tensor, Tensor]:
        """Return query_BQP and key_BRP, R = key_dim + 1 and Q = R + 4; their products are the similarities, once
        `placed` has given the keys their last four rows."""
        key_BCP = functional.normalize(self.key(f16).flatten(2).float(), dim=1)
        sharpness_B1P = self.log_scale.exp() * (1 + self.shrinkage(f16).flatten(2).float().square())
        one_B1P = torch.ones_like(sharpness_B1P)
        x_P, y_P, one_P, square_P = place(f16.shape[2], f16.shape[3], f16.device)
        asked_4P = self.log_nearness.exp() * torch.stack([2 * x_P, 2 * y_P, -square_P, -one_P])
        query_BQP = torch.cat([key_BCP, one_B1P, asked_4P.expand(f16.shape[0], 4, asked_4P.shape[1])], dim=1)
        return query_BQP, torch.cat([key_BCP, -one_B1P], dim=1) * sharpness_B1P


class ValueEncoder(nn.Module):
    """What is worth remembering of an object: its mask, the others' masks, and what the frame shows there."""

    def __init__(self, config: MaskletSConfig) -> None:
        super().__init__()
        self.mask4 = nn.Conv2d(2, 16, 3, padding=1)
        self.mask8 = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.mask16 = nn.Conv2d(32, config.value_dim, 3, stride=2, padding=1)
        self.refine = _Residual(config.value_dim)
        self.out = nn.Conv2d(config.value_dim, config.value_dim, 3, padding=1)

    def forward(self, value8: Tensor, value16: Tensor, mask_K1hw: Tensor, others_K1hw: Tensor) -> Tensor:
        """Return value_KCP from masks in 0..1 at 4 pixels a cell."""
        feature = functional.relu(self.mask4(torch.cat([mask_K1hw, others_K1hw], dim=1)))
        feature = functional.relu(self.mask8(feature) + value8)
        feature = functional.relu(self.mask16(feature) + value16)
        return self.out(self.refine(feature)).flatten(2)  # type: ignore[no-any-return]


class Decoder(nn.Module):
    """From what was read to where the object is."""

    def __init__(self, config: MaskletSConfig) -> None:
        super().__init__()
        d16, d8, d4 = config.decoder_dims
        self.read = nn.Conv2d(config.value_dim, d16, 3, padding=1)
        self.before = nn.Conv2d(2 * _DETAIL**2, d16, 3, padding=1)
        self.refine16 = _Residual(d16)
        self.down8 = nn.Conv2d(d16, d8, 1)
        self.refine8 = _Residual(d8)
        self.down4 = nn.Conv2d(d8, d4, 1)
        self.refine4 = nn.Conv2d(d4, d4, 3, padding=1)
        self.out = nn.Conv2d(d4, 1, 3, padding=1)

    def forward(
        self,
        readout_KChw: Tensor,
        skip16: Tensor,
        skip8: Tensor,
        skip4: Tensor,
        before_K1hw: Tensor,
        others_before_K1hw: Tensor,
    ) -> Tensor:
        """Return logits_K1hw at 4 pixels a cell; `before` are the masks of the frame before, in 0..1."""
        before = functional.pixel_unshuffle(torch.cat([before_K1hw, others_before_K1hw], dim=1), _DETAIL)
        feature = self.refine16(functional.relu(self.read(readout_KChw) + self.before(before) + skip16))
        feature = self.refine8(functional.relu(_doubled(self.down8(feature)) + skip8))
        feature = functional.relu(self.refine4(functional.relu(_doubled(self.down4(feature)) + skip4)))
        return self.out(feature)  # type: ignore[no-any-return]


class MaskletS(nn.Module):
    """The whole network, its parts named as the graphs it is exported to."""

    def __init__(self, config: MaskletSConfig | None = None) -> None:
        super().__init__()
        config = config or MaskletSConfig()
        self.config = config
        self.encode = FrameEncoder(config)
        self.value = ValueEncoder(config)
        self.decode = Decoder(config)


def place(rows: int, columns: int, device: torch.device | None = None) -> Tensor:
    """Return place_4P of a grid's cells: x, y, 1 and x^2 + y^2, in cells from the middle."""
    y_h = torch.arange(rows, device=device) - (rows - 1) / 2
    x_w = torch.arange(columns, device=device) - (columns - 1) / 2
    x_P = x_w.expand(y_h.shape[0], x_w.shape[0]).reshape(-1)
    y_P = y_h[:, None].expand(y_h.shape[0], x_w.shape[0]).reshape(-1)
    return torch.stack([x_P, y_P, torch.ones_like(x_P), x_P.square() + y_P.square()])


def placed(key_BRP: Tensor, place_4P: Tensor | None) -> Tensor:
    """Return key_BQP of cells that are where `place_4P` says, or, without it, that may be anywhere by now."""
    batch, _, cells = key_BRP.shape
    rows_4P = key_BRP.new_zeros(4, cells) if place_4P is None else place_4P.to(key_BRP.dtype)
    return torch.cat([key_BRP, rows_4P.expand(batch, 4, cells)], dim=1)


def affinity(query_BQP: Tensor, key_BQM: Tensor) -> Tensor:
    """Return weight_BMP: how much each asking cell takes from each remembered one; sums to 1 over M."""
    with torch.autocast(query_BQP.device.type, enabled=False):
        return (key_BQM.mT @ query_BQP).softmax(dim=1)


def aggregate(logits_KHW: Tensor, rivals_KK: Tensor) -> tuple[Tensor, Tensor]:
    """Return log_probability_KHW of the objects and of background, log_background_KHW: soft aggregation (STM,
    Eq. 3-4).

    rivals_KK is 1 where two objects share a pixel between them and the background (the objects of one clip,
    each its own rival), else 0. An object's odds are p / (1 - p), the background's those of prod(1 - p).
    """
    logits_KHW = logits_KHW.float().clamp(-_SURE, _SURE)
    not_here_KP = -functional.softplus(logits_KHW).flatten(1)
    empty_KP = (rivals_KK @ not_here_KP).exp()
    background_KP = empty_KP / (1 - empty_KP).clamp(min=_ALMOST)
    total_KP = background_KP + rivals_KK @ logits_KHW.exp().flatten(1)
    log_probability_KP = logits_KHW.flatten(1) - total_KP.log()
    log_background_KP = background_KP.clamp(min=_ALMOST).log() - total_KP.log()
    return log_probability_KP.reshape(logits_KHW.shape), log_background_KP.reshape(logits_KHW.shape)


def others(probability_KHW: Tensor, rivals_KK: Tensor) -> Tensor:
    """Return, for each object, the sum of its rivals."""
    sums_KP = rivals_KK @ probability_KHW.flatten(1)
    return sums_KP.reshape(probability_KHW.shape) - probability_KHW


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, feature: Tensor) -> Tensor:
        return functional.relu(feature + self.second(functional.relu(self.first(feature))))


def _doubled(feature: Tensor) -> Tensor:
    return functional.interpolate(feature, scale_factor=2.0, mode="bilinear", align_corners=False)


def _resized(feature: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(feature, size=like.shape[-2:], mode="bilinear", align_corners=False)
