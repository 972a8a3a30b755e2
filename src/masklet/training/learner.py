"""A network while it learns: one step after the other, and what a checkpoint holds of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from masklet.core.errors import WeightsError
from masklet.training.batches import Batch
from masklet.training.config import LoopConfig, Precision
from masklet.training.ema import MovingAverage
from masklet.training.errors import TrainingError
from masklet.training.optimiser import make_optimiser, set_learning_rate
from masklet.training.randomness import seed_pass
from masklet.training.ranks import Ranks
from masklet.training.schedules import learning_rate_factor
from masklet.training.task import Task, TaughtByAverage

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


class Learner:
    """Network, optimiser, scaler and moving average of a task."""

    def __init__(
        self, task: Task, config: LoopConfig, *, device: torch.device, precision: Precision, ranks: Ranks
    ) -> None:
        """Move the network to the device; every process begins with the first one's weights."""
        self.config = config
        self.device = device
        self.precision = precision
        self.network = task.network.to(device).train()
        ranks.share(self.network.state_dict().values())
        self.average = MovingAverage(self.network, decay=config.ema_decay)
        if isinstance(task, TaughtByAverage):
            task.take_average(self.average.network)
        self._task = task
        self._ranks = ranks
        self._optimiser = make_optimiser(task.parameter_groups(), config)
        self._parameters = [p for group in self._optimiser.param_groups for p in group["params"]]
        self._scaler = torch.amp.GradScaler(device.type, enabled=precision == "f16")

    def learning_rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        return self.config.learning_rate * learning_rate_factor(self.config, step)

    def take_step(self, step: int, batches: Iterator[Batch]) -> dict[str, float]:
        """Take a step; return its losses and the norm of its gradients, as means over the processes."""
        set_learning_rate(self._optimiser, self.learning_rate(step))
        parts = self._backward(step, batches)
        self._ranks.average_gradients(self._parameters)
        self._scaler.unscale_(self._optimiser)
        clip = math.inf if self.config.gradient_clip is None else self.config.gradient_clip
        parts["gradient_norm"] = torch.nn.utils.clip_grad_norm_(self._parameters, clip).float()
        self._scaler.step(self._optimiser)
        self._scaler.update()
        self.average.update(self.network, step)
        values = self._ranks.mean(torch.stack([*parts.values()])).tolist()  # the one time a GPU is waited for
        return dict(zip(parts, values, strict=True))

    def first_bad(self, losses: Mapping[str, float]) -> str | None:
        """Return the name of a number that ends a run by not being finite; a scaler mends gradients by itself."""
        checked = ("loss",) if self._scaler.is_enabled() else ("loss", "gradient_norm")
        return next((name for name in checked if not math.isfinite(losses[name])), None)

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint holds of all this."""
        return {
            "network": self.network.state_dict(),
            "ema": self.average.network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "scaler": self._scaler.state_dict(),
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Take everything from a checkpoint; raise WeightsError where it is another network's."""
        try:
            self.network.load_state_dict(state["network"])
            self.average.network.load_state_dict(state["ema"])
            self._optimiser.load_state_dict(state["optimiser"])
        except (RuntimeError, ValueError, KeyError) as error:
            reason = " ".join(str(error).split())
            raise WeightsError(f"Expected a checkpoint of this network, got another: {reason}") from error
        if state["scaler"]:
            self._scaler.load_state_dict(state["scaler"])

    def _backward(self, step: int, batches: Iterator[Batch]) -> dict[str, Tensor]:
        """Add up the gradients of all passes of a step; return the mean of each part of the loss."""
        self._optimiser.zero_grad(set_to_none=True)
        means: dict[str, Tensor] = {}
        for number in range(self.config.accumulate):
            batch = {name: value.to(self.device, non_blocking=True) for name, value in next(batches).items()}
            seed_pass(self.config.seed, step, number, self._ranks.rank)
            with torch.autocast(self.device.type, DTYPES[self.precision], enabled=self.precision != "f32"):
                parts = self._task.loss(batch, step)
            if "loss" not in parts:
                raise TrainingError(f"Expected 'loss' among what the task's loss returns, got {', '.join(parts)}.")
            torch.autograd.backward(self._scaler.scale(parts["loss"] / self.config.accumulate))
            for name, part in parts.items():
                means[name] = means.get(name, 0) + part.detach().float() / self.config.accumulate
        return means
