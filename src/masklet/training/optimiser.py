"""The optimiser of a run."""

from __future__ import annotations

from typing import Any

from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop

from masklet.training.config import LoopConfig


def make_optimiser(groups: list[dict[str, Any]], config: LoopConfig) -> Optimizer:
    """Return the optimiser of a configuration; `lr_factor` stays in its group for `set_learning_rate`."""
    lr, decay = config.learning_rate, config.weight_decay
    match config.optimiser:
        case "adamw":
            return AdamW(groups, lr=lr, betas=config.betas, weight_decay=decay)
        case "adam":
            return Adam(groups, lr=lr, betas=config.betas, weight_decay=decay)
        case "rmsprop":
            return RMSprop(groups, lr=lr, alpha=config.betas[1], weight_decay=decay)
        case "sgd":
            return SGD(groups, lr=lr, weight_decay=decay, momentum=0.9)


def set_learning_rate(optimiser: Optimizer, rate: float) -> None:
    """Give each group the rate times its own `lr_factor`."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("lr_factor", 1.0)
