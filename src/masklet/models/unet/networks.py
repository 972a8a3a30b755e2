"""Both networks, by their configuration."""

from __future__ import annotations

from masklet.models.unet.baseline import UNet
from masklet.models.unet.config import NetworkConfig
from masklet.models.unet.siamese import SiameseUNet

Network = UNet | SiameseUNet


def make_network(config: NetworkConfig) -> Network:
    """Return a network with new weights."""
    return UNet(config) if config.kind == "unet" else SiameseUNet(config)
