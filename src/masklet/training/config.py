"""What the training loop is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from masklet.training.errors import TrainingError

Optimiser = Literal["adamw", "adam", "rmsprop", "sgd"]
Schedule = Literal["constant", "poly", "cosine", "step"]
Precision = Literal["auto", "f32", "bf16", "f16"]


@dataclass(frozen=True, kw_only=True)
class LoopConfig:
    """How long, how fast and in what numbers a network learns; raise TrainingError for values that cannot be."""

    steps: int = 1000
    """Steps of the optimiser."""
    batch_size: int = 8
    """Samples of each process in one pass."""
    accumulate: int = 1
    """Passes whose gradients are averaged into one step."""
    optimiser: Optimiser = "adamw"
    """adamw, adam, rmsprop, or sgd with momentum 0.9."""
    betas: tuple[float, float] = (0.9, 0.999)
    """Decay of the means of gradients and of their squares, of adamw and adam; rmsprop takes the second."""
    learning_rate: float = 1e-4
    """Highest learning rate; a parameter group's own `lr_factor` multiplies it."""
    weight_decay: float = 0.01
    """Decay of the weights, where a parameter group names none of its own."""
    schedule: Schedule = "constant"
    """How the learning rate goes down after the warm-up."""
    warm_up: int = 0
    """Steps in which the learning rate rises linearly."""
    poly_power: float = 0.9
    """Exponent of the schedule 'poly'."""
    lowest_factor: float = 0.0
    """What is left of the learning rate at the end of the schedules 'poly' and 'cosine'."""
    milestones: tuple[int, ...] = ()
    """Steps at which the schedule 'step' goes down."""
    milestone_factor: float = 0.1
    """What each milestone multiplies the learning rate with."""
    gradient_clip: float | None = 1.0
    """Greatest norm of all gradients together; none: not clipped."""
    ema_decay: float = 0.999
    """Decay of the moving average of the weights; 0: the average is the network itself."""
    precision: Precision = "auto"
    """auto: bf16 on GPUs and on processors with instructions for it, else f32. f16: GPU only, losses scaled."""
    workers: int = 0
    """Processes that make samples; 0: the training process itself."""
    checkpoint_every_seconds: float | None = 600.0
    """Seconds between two checkpoints; none: not by time."""
    checkpoint_every_steps: int | None = None
    """Steps between two checkpoints; none: not by steps."""
    validate_every: int | None = None
    """Steps between two validations, with one more after the last step; none: never."""
    keep_best: str | None = None
    """Figure of the validation that best.pt is chosen by."""
    best_is: Literal["highest", "lowest"] = "highest"
    """Which value of that figure is the best."""
    stop_after: int | None = None
    """Validations without a better figure after which the run ends; none: runs all steps."""
    seed: int = 0
    """Where all randomness comes from."""
    device: str = "auto"
    """auto (a GPU where there is one), cpu, cuda, cuda:1."""
    threads: int | None = None
    """Threads of the network on the processor; none: torch's own choice."""
    tensorboard: bool = True
    """Also write event files, where tensorboard is installed."""

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "accumulate"):
            _require(self, name, at_least=1)
        for name in ("checkpoint_every_steps", "validate_every", "stop_after", "threads"):
            if getattr(self, name) is not None:
                _require(self, name, at_least=1)
        for name in ("workers", "warm_up", "weight_decay", "lowest_factor"):
            _require(self, name, at_least=0)
        if not self.learning_rate > 0:
            raise TrainingError(f"Expected learning_rate above 0, got {self.learning_rate}.")
        if not all(0 <= beta < 1 for beta in self.betas):
            raise TrainingError(f"Expected betas from 0 to below 1, got {self.betas}.")
        if not 0 <= self.ema_decay < 1:
            raise TrainingError(f"Expected ema_decay from 0 to below 1, got {self.ema_decay}.")
        if self.stop_after is not None and self.keep_best is None:
            raise TrainingError("Expected keep_best to name the figure that stop_after waits for, got none.")
        if self.keep_best is not None and self.validate_every is None:
            raise TrainingError(f"Expected validate_every with keep_best={self.keep_best!r}, got none.")


MAY_CHANGE = frozenset(
    {
        "steps",
        "workers",
        "checkpoint_every_seconds",
        "checkpoint_every_steps",
        "validate_every",
        "stop_after",
        "device",
        "threads",
        "tensorboard",
    }
)
"""Fields that a resumed run may give another value."""


def _require(config: LoopConfig, name: str, *, at_least: int) -> None:
    value = getattr(config, name)
    if not value >= at_least:
        raise TrainingError(f"Expected {name} of {at_least} or more, got {value}.")
