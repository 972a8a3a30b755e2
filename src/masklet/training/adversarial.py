"""Features that do not tell which camera they are from: gradient reversal (DANN), the discriminator, its loss.

Sources: P1, section 2.3 (equations 2.1 and 2.2); Ganin et al., JMLR 2016 (DANN); Tzeng et al., CVPR 2017 (ADDA).

Shapes: B batch, C channels, h w cells.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Schedule = Literal["constant", "published"]
SHARPNESS = 10.0
"""Of the published schedule."""
POOLED = 64
"""Channels that are left of a picture (P1)."""


class Discriminator(nn.Module):
    """Three convolutions, a maximum over the picture of 64 channels, and one number: how much it is of the source.

    The maximum lets pictures be of any size. Widths and strides are not given in P1.
    """

    def __init__(self, channels: int, *, width: int = 128) -> None:
        super().__init__()
        widths = (channels, width, width, POOLED)
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers)
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.answer = nn.Linear(POOLED, 1)

    def forward(self, feature_BChw: Tensor) -> Tensor:
        """Return logit_B; the sigmoid of it is the probability of the source."""
        answer_B1: Tensor = self.answer(self.pool(self.layers(feature_BChw)).flatten(1))
        return answer_B1[:, 0]


def domain_loss(source_logit_B: Tensor, target_logit_B: Tensor) -> Tensor:
    """Return L_D = -mean log G_d(source) - mean log(1 - G_d(target)) (P1, equation 2.1); the source is 1.

    Logits of half precision are taken as float32.
    """
    source_logit_B, target_logit_B = _at_least_single(source_logit_B), _at_least_single(target_logit_B)
    return functional.softplus(-source_logit_B).mean() + functional.softplus(target_logit_B).mean()


def reverse_gradient(value: Tensor, strength: float = 1.0) -> Tensor:
    """Return the value as it is; its gradient comes back multiplied by -strength."""
    reversed_value: Tensor = _Reversal.apply(value, strength)  # type: ignore[no-untyped-call]
    return reversed_value


def strength_at(step: int, steps: int, *, schedule: Schedule, highest: float) -> float:
    """Return lambda at a step: the highest all the time, or by DANN's schedule 2 / (1 + exp(-10 p)) - 1 of it.

    p is the share of the steps that is over.

    >>> [round(strength_at(step, 100, schedule="published", highest=1.0), 3) for step in (0, 10, 50, 100)]
    [0.0, 0.462, 0.987, 1.0]
    """
    if schedule == "constant":
        return highest
    return highest * (2 / (1 + math.exp(-SHARPNESS * step / steps)) - 1)


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, value: Tensor, strength: float) -> Tensor:
        context.strength = strength
        return value.view_as(value)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -context.strength * gradients[0], None


def _at_least_single(logits: Tensor) -> Tensor:
    return logits.float() if logits.dtype in (torch.float16, torch.bfloat16) else logits
