"""The whole network; its parts are named as in the released files.

Shapes: B batch, N objects, P points, M masks of an object, C channels, h w cells, H W pixels of the square, or of
masks, which are 4 pixels of the square a cell.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from masklet.models.sam.config import SamConfig, TinyViTConfig
from masklet.models.sam.mask_decoder import MaskDecoder
from masklet.models.sam.prompt_encoder import PromptEncoder
from masklet.models.sam.tiny_vit import TinyViT
from masklet.models.sam.vit import ViT


class SamHead(nn.Module):
    """Prompt encoder and mask decoder: what comes after the embedding of a picture."""

    def __init__(self, config: SamConfig) -> None:
        super().__init__()
        self.prompt_encoder = PromptEncoder(config.channels)
        self.mask_decoder = MaskDecoder(
            depth=config.depth, channels=config.channels, heads=config.heads, hidden=config.hidden
        )
        self.config = config

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.mask_decoder.iou_token.weight.device

    def decode(
        self,
        feature_NChw: Tensor,
        xy_NP2: Tensor,
        label_NP: Tensor,
        known_NHW: Tensor | None = None,
        is_known_N: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Return logits_NMHW of M = 4 masks an object, and iou_NM, how good each is thought to be.

        `feature_NChw`: embeddings, one an object (`expand` one picture's). `xy_NP2`: points in pixels of the
        square, as labels of `prompt_encoder` say; P may be 0. `known_NHW`: logits of the masks known so far, used
        where `is_known_N` (everywhere without it).
        """
        count, _, rows, columns = feature_NChw.shape
        asked_NPC = self.prompt_encoder.points(xy_NP2, label_NP, rows * self.config.cell)
        if known_NHW is None:
            known = self.prompt_encoder.no_masks(count)
        else:
            everywhere = torch.ones(count, dtype=torch.bool, device=feature_NChw.device)
            known = self.prompt_encoder.masks(known_NHW, everywhere if is_known_N is None else is_known_N)
        place_Chw = self.prompt_encoder.pe_layer.grid(rows, columns)
        return self.mask_decoder(feature_NChw + known, place_Chw, asked_NPC)  # type: ignore[no-any-return]


class Sam(SamHead):
    """Image encoder, prompt encoder and mask decoder."""

    image_encoder: ViT | TinyViT

    def __init__(self, config: SamConfig) -> None:
        super().__init__(config)
        if isinstance(config.encoder, TinyViTConfig):
            self.image_encoder = TinyViT(config.encoder, channels=config.channels)
        else:
            grid = config.side // config.cell
            self.image_encoder = ViT(config.encoder, grid=grid, channels=config.channels)

    def encode(self, image_B3HW: Tensor) -> Tensor:
        """Return feature_BChw of normalised squares (`square.Square.picture`)."""
        return self.image_encoder(image_B3HW)  # type: ignore[no-any-return]
