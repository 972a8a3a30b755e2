"""Tokens and picture look at each other in turns (Kirillov et al. 2023, arXiv:2304.02643, appendix A, Fig. 14).

Shapes: N objects, T tokens, P cells, C channels, A heads, D channels of a head.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from masklet.models.sam.layers import FeedForward

_NARROWER = 2
"""Attention between tokens and picture has this many times fewer channels."""


class TwoWayTransformer(nn.Module):
    """Returns tokens that know the picture and a picture that knows what is asked."""

    def __init__(self, *, depth: int, channels: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            _Layer(channels, heads, hidden, is_first=number == 0) for number in range(depth)
        )
        self.final_attn_token_to_image = Attention(channels, heads, narrower=_NARROWER)
        self.norm_final_attn = nn.LayerNorm(channels)

    def forward(self, asked_NTC: Tensor, image_NPC: Tensor, place_PC: Tensor) -> tuple[Tensor, Tensor]:
        """Return token_NTC and image_NPC."""
        token_NTC = asked_NTC
        for layer in self.layers:
            token_NTC, image_NPC = layer(token_NTC, image_NPC, asked_NTC, place_PC)
        given = self.final_attn_token_to_image(token_NTC + asked_NTC, image_NPC + place_PC, image_NPC)
        return self.norm_final_attn(token_NTC + given), image_NPC


class Attention(nn.Module):
    """Attention over several heads."""

    def __init__(self, channels: int, heads: int, *, narrower: int = 1) -> None:
        super().__init__()
        inner = channels // narrower
        self.q_proj = nn.Linear(channels, inner)
        self.k_proj = nn.Linear(channels, inner)
        self.v_proj = nn.Linear(channels, inner)
        self.out_proj = nn.Linear(inner, channels)
        self._heads = heads

    def forward(self, query_NTC: Tensor, key_NSC: Tensor, value_NSC: Tensor) -> Tensor:
        """Return given_NTC: what each query takes from the values."""
        query_NATD = self._apart(self.q_proj(query_NTC))
        key_NASD = self._apart(self.k_proj(key_NSC))
        value_NASD = self._apart(self.v_proj(value_NSC))
        given_NATD = functional.scaled_dot_product_attention(query_NATD, key_NASD, value_NASD)
        return self.out_proj(given_NATD.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]

    def _apart(self, token_NTC: Tensor) -> Tensor:
        count, tokens, channels = token_NTC.shape
        return token_NTC.reshape(count, tokens, self._heads, channels // self._heads).transpose(1, 2)


class _Layer(nn.Module):
    def __init__(self, channels: int, heads: int, hidden: int, *, is_first: bool) -> None:
        super().__init__()
        self.self_attn = Attention(channels, heads)
        self.norm1 = nn.LayerNorm(channels)
        self.cross_attn_token_to_image = Attention(channels, heads, narrower=_NARROWER)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = FeedForward(channels, hidden, functional.relu)
        self.norm3 = nn.LayerNorm(channels)
        self.cross_attn_image_to_token = Attention(channels, heads, narrower=_NARROWER)
        self.norm4 = nn.LayerNorm(channels)
        self._is_first = is_first

    def forward(
        self, token_NTC: Tensor, image_NPC: Tensor, asked_NTC: Tensor, place_PC: Tensor
    ) -> tuple[Tensor, Tensor]:
        if self._is_first:  # the tokens are what was asked, and nothing else yet
            token_NTC = self.self_attn(token_NTC, token_NTC, token_NTC)
        else:
            placed_NTC = token_NTC + asked_NTC
            token_NTC = token_NTC + self.self_attn(placed_NTC, placed_NTC, token_NTC)
        token_NTC = self.norm1(token_NTC)
        placed_NPC = image_NPC + place_PC
        token_NTC = token_NTC + self.cross_attn_token_to_image(token_NTC + asked_NTC, placed_NPC, image_NPC)
        token_NTC = self.norm2(token_NTC)
        token_NTC = self.norm3(token_NTC + self.mlp(token_NTC))
        given_NPC = self.cross_attn_image_to_token(placed_NPC, token_NTC + asked_NTC, token_NTC)
        return token_NTC, self.norm4(image_NPC + given_NPC)
