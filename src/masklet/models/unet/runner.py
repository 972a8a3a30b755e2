"""The network as sessions use it: arrays in, arrays out, on its device and in its precision.

Shapes: h w pixels of the square that is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.models.unet.features import FeatureNetwork, Features
from masklet.models.unet.networks import Network


class Runner:
    """A network that is ready to track."""

    def __init__(self, network: FeatureNetwork, *, device: torch.device, dtype: torch.dtype) -> None:
        self.prior = network.config.prior
        """What the last mask is multiplied with beside a frame that it is not of."""
        self._network = network
        self._device = device
        self._dtype = dtype

    def encode(self, picture_hw3: UInt8Array, mask_hw: FloatArray) -> Features:
        """Return the features of a picture with a mask."""
        picture_13hw = torch.from_numpy(picture_hw3).to(self._device).permute(2, 0, 1)[None].float() / 255
        mask_11hw = torch.from_numpy(np.ascontiguousarray(mask_hw, np.float32)).to(self._device)[None, None]
        with self._computing():
            return self._network.encode(picture_13hw, mask_11hw)

    def logits(self, now: Features, memories: Sequence[Features]) -> FloatArray:
        """Return logits_hw of the object."""
        with self._computing():
            logits_11hw: Tensor = self._network.decode(now, memories)
        return np.asarray(logits_11hw[0, 0].cpu().numpy(), dtype=np.float32)

    def _computing(self) -> torch.autocast:
        return torch.autocast(self._device.type, self._dtype, enabled=self._dtype != torch.float32)


def ready(network: Network, device: torch.device, *, dropout: bool) -> Network:
    """Return the network on the device, set to track; `dropout` leaves a U-Net's on, as the released code does."""
    network = network.to(device).eval().requires_grad_(False)
    for module in network.modules():
        if dropout and isinstance(module, nn.Dropout):
            module.train()
    return network
