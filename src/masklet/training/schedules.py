"""Schedules: what the learning rate is multiplied with at each step. Pure functions, steps count from 0."""

from __future__ import annotations

import math
from collections.abc import Sequence

from masklet.training.config import LoopConfig


def learning_rate_factor(config: LoopConfig, step: int) -> float:
    """Return the factor of the learning rate at a step: the schedule's, times that of the warm-up."""
    return warm_up(step, config.warm_up) * _schedule(config, step)


def _schedule(config: LoopConfig, step: int) -> float:
    match config.schedule:
        case "constant":
            return 1.0
        case "poly":
            return poly(step, config.steps, power=config.poly_power, lowest=config.lowest_factor)
        case "cosine":
            return cosine(step, config.steps, lowest=config.lowest_factor)
        case "step":
            return stairs(step, config.milestones, factor=config.milestone_factor)


def warm_up(step: int, warm_up_steps: int) -> float:
    """Return a factor that rises linearly and is 1 from the last warm-up step on.

    >>> [warm_up(step, 4) for step in range(5)]
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """
    return min((step + 1) / max(warm_up_steps, 1), 1.0)


def poly(step: int, steps: int, *, power: float = 0.9, lowest: float = 0.0) -> float:
    """Return (1 - step / steps) to a power, from 1 down to `lowest` (DeepLab, arXiv:1606.00915, section 4.1).

    >>> [poly(step, 4, power=1.0) for step in (0, 1, 4)]
    [1.0, 0.75, 0.0]
    """
    return float(lowest + (1 - lowest) * (1 - _share_done(step, steps)) ** power)


def cosine(step: int, steps: int, *, lowest: float = 0.0) -> float:
    """Return half a cosine from 1 down to `lowest` (SGDR without restarts, arXiv:1608.03983, equation 5).

    >>> [round(cosine(step, 4), 3) for step in (0, 2, 4)]
    [1.0, 0.5, 0.0]
    """
    return lowest + (1 - lowest) * (1 + math.cos(math.pi * _share_done(step, steps))) / 2


def stairs(step: int, milestones: Sequence[int], *, factor: float = 0.1) -> float:
    """Return the factor multiplied with itself once for every milestone that is reached.

    >>> [stairs(step, (10, 20), factor=0.5) for step in (9, 10, 20)]
    [1.0, 0.5, 0.25]
    """
    return float(factor ** sum(step >= milestone for milestone in milestones))


def _share_done(step: int, steps: int) -> float:
    return min(step / steps, 1.0)
