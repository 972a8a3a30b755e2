"""The moving average of the weights: what is validated and shipped."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn


class MovingAverage:
    """A second copy of a network whose weights (and running statistics) follow the first one slowly.

    average <- decay * average + (1 - decay) * network, Polyak & Juditsky 1992; at step t (from 0) the decay is at
    most (1 + t) / (10 + t), so that the first weights, which are random, are soon forgotten.
    """

    def __init__(self, network: nn.Module, *, decay: float) -> None:
        self.network = deepcopy(network).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move towards the network's weights after a step; whole numbers (counters) are copied."""
        new = network.state_dict()
        kept = self.network.state_dict()
        floating = [name for name, value in kept.items() if value.is_floating_point()]
        torch._foreach_lerp_(
            [kept[name] for name in floating],
            [new[name] for name in floating],
            1 - decay_at(step, self.decay),
        )
        for name in kept.keys() - set(floating):
            kept[name].copy_(new[name])


def decay_at(step: int, decay: float) -> float:
    """Return the decay at a step.

    >>> [decay_at(step, 0.9) for step in (0, 10, 1000)]
    [0.1, 0.55, 0.9]
    """
    return min(decay, (1 + step) / (10 + step))
