"""Online training: a parent becomes the network of one object, from the frames of which its mask is known."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, Optimizer

from masklet.core.errors import ModelError, PromptError
from masklet.models.osvos.config import OnlineConfig
from masklet.models.osvos.head import OsvosNetwork
from masklet.models.osvos.looking import Place, looked_at_size
from masklet.models.osvos.loss import osvos_loss
from masklet.models.osvos.record import Learned
from masklet.models.osvos.views import OBJECT, OTHERS, VOID, Picture, View, draw_views, picture_of
from masklet.models.protocols import Example, Moment

_KEPT_EVERY = 20
"""Steps between two copies of weights that a loss that is no number goes back to."""
_SMOOTH = 0.95
"""Decay of the mean loss that patience watches."""


def learn_online(
    parent: OsvosNetwork,
    examples: Sequence[Example],
    config: OnlineConfig,
    *,
    place: Place,
    short_side: int,
    progress: Callable[[Iterable[Moment]], Iterable[Moment]] = iter,
) -> Learned:
    """Return the parent trained on examples; the parent itself stays as it is.

    `progress` hands on every step and may show it. A loss that is no number ends learning with the last weights
    before it. Raise PromptError where no example shows the object, ModelError where the loss was no number from
    the start.
    """
    if not any(example.mask_HW.any() for example in examples):
        raise PromptError("Expected at least one pixel in the masks that OSVOS learns from, got none.")
    started = time.monotonic()
    network = copy.deepcopy(parent).to(place.device).train()
    if not config.steps:
        return Learned(network.eval(), (), "steps")
    network.freeze(network.usually_frozen if config.frozen_parts is None else config.frozen_parts)
    pictures = [picture_of(each, looked_at_size(each.frame.size_HW, short_side), config.rim) for each in examples]
    course = _Course(_Learner(network, config, place), config, started)
    for _ in progress(course.moments(pictures)):
        pass
    return Learned(course.learner.average.eval(), tuple(course.curve), course.ended)


class _Course:
    """The way of a network's learning, and why it ended."""

    def __init__(self, learner: _Learner, config: OnlineConfig, started: float) -> None:
        self.learner = learner
        self.curve: list[Moment] = []
        self.ended = "steps"
        self._config = config
        self._started = started

    def moments(self, pictures: Sequence[Picture]) -> Iterator[Moment]:
        """Take step after step and yield each."""
        config, watch = self._config, _Patience(self._config.patience)
        for step in range(config.steps):
            gone = self._seconds()
            if config.seconds is not None and gone >= config.seconds:
                self.ended = "time"
                return
            rate = config.learning_rate * _fading(step / config.steps, gone, config.seconds)
            loss = self.learner.step(draw_views(pictures, step, config), step, rate)
            if not math.isfinite(loss):
                self.ended = _broken(step, loss, self.curve)
                self.learner.go_back()
                return
            self.curve.append(self._moment(step, loss, rate))
            yield self.curve[-1]
            if watch.over(loss):
                self.ended = "patience"
                return

    def _moment(self, step: int, loss: float, rate: float) -> Moment:
        config, seconds = self._config, self._seconds()
        left = (config.steps - step - 1) * seconds / (step + 1)
        return Moment(
            step=step,
            steps=config.steps,
            seconds=seconds,
            seconds_left=left if config.seconds is None else max(0.0, min(left, config.seconds - seconds)),
            loss=loss,
            learning_rate=rate,
        )

    def _seconds(self) -> float:
        return time.monotonic() - self._started


class _Learner:
    """A network while it learns online, and the average of its weights."""

    def __init__(self, network: OsvosNetwork, config: OnlineConfig, place: Place) -> None:
        self._network = network
        self._config = config
        self._place = place
        self._optimiser = _optimiser(network, config)
        self.average = copy.deepcopy(network)
        self._kept = copy.deepcopy(self.average.state_dict())

    def step(self, views: Sequence[View], step: int, rate: float) -> float:
        """Take a step on its views and return its loss."""
        config = self._config
        for group in self._optimiser.param_groups:
            group["lr"] = rate * group["lr_factor"]
        self._optimiser.zero_grad(set_to_none=True)
        total = 0.0
        for image_B3HW, labels_BHW in self._batches(views):
            truth_BHW = (labels_BHW == OBJECT).float()
            weight_BHW = (labels_BHW != VOID).float()
            weight_BHW = torch.where(labels_BHW == OTHERS, config.others_weight, weight_BHW)
            with self._place.autocast():
                logits = self._network(image_B3HW)
            loss = osvos_loss(logits, truth_BHW, weight_BHW, balance=config.balance)["loss"]
            loss = loss * (len(image_B3HW) / config.batch_size)
            if config.summed:
                loss = loss * truth_BHW[0].numel()
            torch.autograd.backward(loss)
            total += float(loss.detach())
        if math.isfinite(total):
            nn.utils.clip_grad_norm_(self._network.parameters(), math.inf if config.summed else 3.0)
            self._optimiser.step()
            self._follow(step)
        return total

    def go_back(self) -> None:
        """Take the last weights that were kept."""
        self.average.load_state_dict(self._kept)

    def _batches(self, views: Sequence[View]) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield image_B3HW and labels_BHW of the views; those of one size are stacked."""
        for size in dict.fromkeys(labels_HW.shape for _, labels_HW in views):
            same = [view for view in views if view[1].shape == size]
            labels_BHW = torch.from_numpy(np.stack([labels_HW for _, labels_HW in same])).to(self._place.device)
            yield self._place.tensor([image_HW3 for image_HW3, _ in same]), labels_BHW

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        decay = min(self._config.average, (step + 1) / (step + 10))
        for mean, value in zip(self.average.parameters(), self._network.parameters(), strict=True):
            mean.lerp_(value, 1 - decay)
        if step % _KEPT_EVERY == 0 and all(bool(mean.isfinite().all()) for mean in self.average.parameters()):
            self._kept = copy.deepcopy(self.average.state_dict())


class _Patience:
    """Whether the mean loss still falls."""

    def __init__(self, steps: int | None) -> None:
        self._steps = steps
        self._mean: float | None = None
        self._lowest, self._since = math.inf, 0

    def over(self, loss: float) -> bool:
        """Return whether the mean has not fallen by a hundredth for so many steps."""
        self._mean = loss if self._mean is None else _SMOOTH * self._mean + (1 - _SMOOTH) * loss
        self._since += 1
        if self._mean < 0.99 * self._lowest:
            self._lowest, self._since = self._mean, 0
        return self._steps is not None and self._since >= self._steps


def _optimiser(network: OsvosNetwork, config: OnlineConfig) -> Optimizer:
    """Return the optimiser; `lr_factor` stays in each group."""
    names = dict(network.named_parameters())
    learning = {name: each for name, each in names.items() if each.requires_grad and "score_dsn" not in name}
    if config.optimiser == "sgd":
        groups = [
            {
                "params": [each],
                "lr_factor": (0.01 if name.startswith("fuse") else 1.0) * (2.0 if "bias" in name else 1.0),
            }
            | ({"weight_decay": 0.0} if "bias" in name else {})
            for name, each in learning.items()
        ]
        return SGD(groups, lr=config.learning_rate, momentum=0.9, weight_decay=config.weight_decay)
    head = [each for name, each in learning.items() if name.startswith(("side_prep", "fuse"))]
    rest = [each for name, each in learning.items() if not name.startswith(("side_prep", "fuse"))]
    return Adam(
        [{"params": head, "lr_factor": 1.0}, {"params": rest, "lr_factor": config.backbone_lr_factor}],
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
    )


def _fading(share: float, gone: float, seconds: float | None) -> float:
    """Return the factor of the learning rate: half a cosine, down to a twentieth at the end of steps or time."""
    share = share if seconds is None else max(share, gone / seconds)
    return 0.05 + 0.95 * (1 + math.cos(math.pi * min(share, 1.0))) / 2


def _broken(step: int, loss: float, curve: Sequence[Moment]) -> str:
    if not curve:
        raise ModelError(
            f"Expected a loss that is a number at the first step of online training, got {loss}; "
            "take other weights or a lower learning rate."
        )
    return (
        f"Expected a loss that is a number, got {loss} at step {step}; learning ended there and the last good "
        "weights before it are taken: lower the learning rate."
    )
