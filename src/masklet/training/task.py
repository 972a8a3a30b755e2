"""What a recipe gives to the loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from torch import Tensor, nn


class Task(Protocol):
    """A network, its samples, its loss, and how good it is."""

    network: nn.Module
    """The network that learns; the loop moves it to the device and saves it."""

    def sample(self, index: int) -> Mapping[str, Tensor]:
        """Return sample number `index` (from 0, without end), a pure function of the seed and the index.

        Samples of one batch are stacked, so their shapes agree. Called in worker processes.
        """
        ...

    def loss(self, batch: Mapping[str, Tensor], step: int) -> Mapping[str, Tensor]:
        """Run the network on a stacked batch and return scalars: `loss` is minimised, the others are logged."""
        ...

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return the optimiser's groups: `params`, and if need be `lr_factor` and `weight_decay`."""
        ...

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """Return figures of a network that has the averaged weights and is in evaluation mode."""
        ...


@runtime_checkable
class TaughtByAverage(Protocol):
    """A task whose loss also asks the moving average of its network: a student with its mean teacher."""

    def take_average(self, average: nn.Module) -> None:
        """Keep the average, on the device and in evaluation mode; it moves after every step, and is resumed."""
        ...
