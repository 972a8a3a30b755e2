"""From the embedding and what is asked to masks and how good they are (Kirillov et al. 2023, arXiv:2304.02643,
section 3 and appendix A).

Shapes: N objects, T tokens, M masks of an object, C channels, h w cells, H W = 4h 4w.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from masklet.models.sam.layers import ChannelNorm, Mlp
from masklet.models.sam.two_way import TwoWayTransformer

MASKS = 4
"""The first is for prompts that leave no doubt; the others are whole, part and part of a part of one that does."""


class MaskDecoder(nn.Module):
    """The part of the network that tuning changes."""

    def __init__(self, *, depth: int, channels: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.transformer = TwoWayTransformer(depth=depth, channels=channels, heads=heads, hidden=hidden)
        self.iou_token = nn.Embedding(1, channels)
        self.mask_tokens = nn.Embedding(MASKS, channels)
        self.output_upscaling = nn.Sequential(
            nn.ConvTranspose2d(channels, channels // 4, 2, stride=2),
            ChannelNorm(channels // 4),
            nn.GELU(),
            nn.ConvTranspose2d(channels // 4, channels // 8, 2, stride=2),
            nn.GELU(),
        )
        self.output_hypernetworks_mlps = nn.ModuleList(
            Mlp(channels, channels, channels // 8) for _ in range(MASKS)
        )
        self.iou_prediction_head = Mlp(channels, 256, MASKS)

    def forward(self, feature_NChw: Tensor, place_Chw: Tensor, asked_NTC: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits_NMHW and the IoU that each mask is thought to have, iou_NM.

        `feature_NChw` is the embedding with what is known of the object's mask added.
        """
        own_TC = torch.cat([self.iou_token.weight, self.mask_tokens.weight])
        token_NTC = torch.cat([own_TC.expand(len(asked_NTC), -1, -1), asked_NTC], dim=1)
        token_NTC, image_NPC = self.transformer(token_NTC, feature_NChw.flatten(2).mT, place_Chw.flatten(1).mT)
        fine_NCHW = self.output_upscaling(image_NPC.mT.reshape(feature_NChw.shape))
        kernels = [mlp(token_NTC[:, 1 + mask]) for mask, mlp in enumerate(self.output_hypernetworks_mlps)]
        logits_NMHW = torch.einsum("nmc,nchw->nmhw", torch.stack(kernels, dim=1), fine_NCHW)
        return logits_NMHW, self.iou_prediction_head(token_NTC[:, 0])
