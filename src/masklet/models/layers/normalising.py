"""How pictures with values 0..255 become what a network was trained on.

Shapes: B batch, H W pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

IMAGENET_MEAN_3 = (123.675, 116.28, 103.53)
IMAGENET_DEVIATION_3 = (58.395, 57.12, 57.375)
"""Of ImageNet's training pictures, RGB, values 0..255."""


class Normalising(nn.Module):
    """Subtracts a mean and divides by a deviation, by channel; it holds nothing that a state dict would have."""

    mean_311: Tensor
    deviation_311: Tensor

    def __init__(
        self,
        mean_3: Sequence[float] = IMAGENET_MEAN_3,
        deviation_3: Sequence[float] = IMAGENET_DEVIATION_3,
        *,
        bgr: bool = False,
    ) -> None:
        super().__init__()
        self.bgr = bgr
        """Whether the network sees blue first; mean and deviation are in its order."""
        for name, values in (("mean_311", mean_3), ("deviation_311", deviation_3)):
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32).view(3, 1, 1), persistent=False)

    def forward(self, image_B3HW: Tensor) -> Tensor:
        """Return RGB pictures with values 0..255 as the network sees them."""
        ordered = image_B3HW.flip(1) if self.bgr else image_B3HW
        return (ordered - self.mean_311) / self.deviation_311
