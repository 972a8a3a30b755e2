"""The sizes of the networks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ViTConfig:
    """A plain vision transformer with windows (Li et al. 2022, arXiv:2203.16527)."""

    width: int
    depth: int
    heads: int
    global_blocks: tuple[int, ...]
    """Blocks that look at the whole picture, from 0; the others look at windows."""
    window: int = 14
    """Cells along the side of a window."""
    patch: int = 16
    """Pixels along the side of a cell."""


@dataclass(frozen=True, kw_only=True)
class TinyViTConfig:
    """A small transformer that begins with convolutions (Wu et al. 2022, arXiv:2207.10666); one entry a stage."""

    widths: tuple[int, ...] = (64, 128, 160, 320)
    depths: tuple[int, ...] = (2, 2, 6, 2)
    heads: tuple[int, ...] = (2, 4, 5, 10)
    """The first stage has none."""
    windows: tuple[int, ...] = (7, 7, 14, 7)


@dataclass(frozen=True, kw_only=True)
class SamConfig:
    """Image encoder, and what prompts and masks are made with."""

    encoder: ViTConfig | TinyViTConfig
    title: str = "SAM"
    """What errors call it."""
    side: int = 1024
    """Pixels along the side of the square that it sees."""
    channels: int = 256
    heads: int = 8
    hidden: int = 2048
    """Of the two-way transformer."""
    depth: int = 2
    cell: int = 16
    """Pixels of the square along the side of a cell of the embedding."""


VIT_B = ViTConfig(width=768, depth=12, heads=12, global_blocks=(2, 5, 8, 11))
VIT_L = ViTConfig(width=1024, depth=24, heads=16, global_blocks=(5, 11, 17, 23))
VIT_H = ViTConfig(width=1280, depth=32, heads=16, global_blocks=(7, 15, 23, 31))

SIZES: dict[str, SamConfig] = {
    "tiny": SamConfig(encoder=TinyViTConfig(), title="MobileSAM"),
    "vit-b": SamConfig(encoder=VIT_B, title="SAM ViT-B"),
    "vit-l": SamConfig(encoder=VIT_L, title="SAM ViT-L"),
    "vit-h": SamConfig(encoder=VIT_H, title="SAM ViT-H"),
}
"""The released networks."""
