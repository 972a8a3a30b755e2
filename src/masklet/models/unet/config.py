"""Which network of the two and how large, and how its sessions look at a video and what they remember."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from masklet.core.errors import ModelError

Kind = Literal["siamese", "unet"]
Encoder = Literal["vgg11", "vgg16"]
Fusion = Literal["average", "max", "min"]

CELL = 32
"""Pixels of the deepest cell: sides of what is looked at are multiples of it."""
LEVELS = 5
"""Resolutions at which the Siamese encoder gives features."""


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """A network; at width 1 it has the released sizes (22.93 million parameters with VGG11, the U-Net 49.92)."""

    kind: Kind = "siamese"
    """siamese, or unet, the baseline."""
    width: float = 1.0
    """What all channels are multiplied with."""
    encoder: Encoder = "vgg11"
    """Encoder of the Siamese network."""
    fusion: Fusion = "average"
    """How features of the frame and of what is remembered become one."""
    fused_levels: int = 3
    """Levels at which features are fused, from the deepest. 1, as released: all that goes past it to the decoder
    is of the frame alone. 3: down to cells of 4 pixels, so that edges are the frame's own. 5: all."""
    prior: float = 0.5
    """What the last mask is multiplied with where it stands beside the frame that it is not of. It says where to
    look; less than 1 tells the shared encoder that it is a guess. 1: as released, as if it were the frame's own;
    0: the frame comes without one."""
    dropout: float | None = None
    """Share of channel values that are left out in training; none: as released (0.1 in the encoder and 0.3 in the
    decoder of the Siamese network, 0.3 in the U-Net)."""

    def __post_init__(self) -> None:
        if not 0 < self.width <= 4:
            raise ModelError(f"Expected a width of the network above 0 and up to 4, got {self.width}.")
        if not 1 <= self.fused_levels <= LEVELS:
            raise ModelError(f"Expected fused_levels from 1 to {LEVELS}, got {self.fused_levels}.")
        if not 0 <= self.prior <= 1:
            raise ModelError(f"Expected prior from 0 to 1, got {self.prior}.")
        if self.dropout is not None and not 0 <= self.dropout < 1:
            raise ModelError(f"Expected dropout from 0 to below 1, got {self.dropout}.")


@dataclass(frozen=True, kw_only=True)
class SessionConfig:
    """How a session looks at a frame and what it remembers of each object."""

    size: int = 128
    """Sides of the square that the network looks at, a multiple of 32."""
    margin: float | None = 0.5
    """Room on each side of the object, as a share of its larger side, where it is looked for; none: everywhere."""
    growth: float = 1.25
    """By how much the place where a lost object is looked for grows with every frame."""
    first: bool = True
    """Whether the prompted frame stays in memory; the latest frame that shows the object always is."""
    lasting: int = 0
    """Frames between them that stay in memory, at most; the older of two goes first."""
    every: int = 10
    """Frames from one lasting memory to the next."""
    soft_feedback: bool = False
    """Whether the output goes back in as it is (as released); else decided to 0 or 1."""
    dropout: bool = False
    """Whether the U-Net drops out while it tracks (as released), which makes no two runs alike."""

    def __post_init__(self) -> None:
        if self.size < CELL or self.size % CELL:
            raise ModelError(f"Expected size to be a multiple of {CELL}, got {self.size}.")
        if self.margin is not None and not self.margin >= 0:
            raise ModelError(f"Expected margin to be 0 or more, got {self.margin}.")
        if self.lasting < 0 or self.every < 1:
            raise ModelError(
                f"Expected lasting of 0 or more and every of 1 or more, got {self.lasting} and {self.every}."
            )


AS_RELEASED = SessionConfig(size=256, margin=None, first=False, soft_feedback=True, dropout=True)
"""What the released code does: whole frames at 256 pixels, the frame before alone, its output fed back undecided.

The networks' part of it is `NetworkConfig(fused_levels=1, prior=1.0)`, which released files are loaded with.
"""
