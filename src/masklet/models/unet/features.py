"""What both networks offer: pictures with masks are encoded once; frames are decoded with what is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor, nn

from masklet.models.unet.config import NetworkConfig

Features = tuple[Tensor, ...]
"""What a network makes of pictures with masks, of each level; the first dimension counts pictures."""


class FeatureNetwork(Protocol):
    """A network that tells an object in a frame from pictures of it with masks."""

    config: NetworkConfig

    def encode(self, picture_B3HW: Tensor, mask_B1HW: Tensor) -> Features:
        """Return the features of pictures in 0..1 with masks in 0..1."""
        ...

    def decode(self, now: Features, memories: Sequence[Features]) -> Tensor:
        """Return logits_B1HW of a frame, encoded with `prior` times the last mask, from one memory at least, the
        latest being the last one."""
        ...


def widened(channels: int, width: float) -> int:
    """Return that many channels times the width, one at least.

    >>> widened(64, 1.0), widened(32, 0.375), widened(32, 0.01)
    (64, 12, 1)
    """
    return max(round(channels * width), 1)


def logits_of(output_B1HW: Tensor) -> Tensor:
    """Return the output in float32, whatever the network computes in."""
    return output_B1HW.float()


def parameters_of(network: nn.Module) -> int:
    """Return the number of weights that are learnt."""
    return sum(parameter.numel() for parameter in network.parameters())
