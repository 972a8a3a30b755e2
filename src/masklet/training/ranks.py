"""Several processes that learn together (torchrun): gradients and figures are averaged, the first one writes.

Gradients are averaged by one reduction after the backward pass instead of torch's DistributedDataParallel: a task
runs its network piece by piece, and pieces that a step leaves out need no special case.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn


@dataclass(frozen=True)
class Ranks:
    """This process among its fellows. Alone, every method does nothing."""

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def mean(self, values: Tensor) -> Tensor:
        """Return the mean over all processes."""
        if self.count > 1:
            dist.all_reduce(values)
            values /= self.count
        return values

    def average_gradients(self, parameters: Sequence[nn.Parameter]) -> None:
        """Replace each gradient by its mean over all processes; a missing one counts as zero.

        One that is missing everywhere stays so: a step that leaves a part out leaves it alone.
        """
        if self.count == 1:
            return
        has = torch.tensor([float(each.grad is not None) for each in parameters], device=parameters[0].device)
        for parameter, share in zip(parameters, self.mean(has).tolist(), strict=True):
            if parameter.grad is None and share > 0:
                parameter.grad = torch.zeros_like(parameter)
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        flat = self.mean(torch.cat([gradient.flatten() for gradient in gradients]))
        for gradient, mean in zip(gradients, torch.split(flat, [g.numel() for g in gradients]), strict=True):
            gradient.copy_(mean.view_as(gradient))

    def share(self, tensors: Iterable[Tensor]) -> None:
        """Give every process the first one's values."""
        if self.count > 1:
            for tensor in tensors:
                dist.broadcast(tensor, src=0)

    def any(self, answer: bool) -> bool:
        """Return whether the answer is yes in any process."""
        if self.count == 1:
            return answer
        device = "cuda" if dist.get_backend() == "nccl" else "cpu"
        return bool(self.mean(torch.tensor([float(answer)], device=device)) > 0)

    def wait(self) -> None:
        """Wait until every process is here."""
        if self.count > 1:
            dist.barrier()


@contextmanager
def joined(device: torch.device) -> Iterator[Ranks]:
    """Yield this process's place, from torchrun's RANK and WORLD_SIZE; without them it is alone. May be nested."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1 or dist.is_initialized():
        yield Ranks() if count == 1 else Ranks(rank=dist.get_rank(), count=count)
        return
    backend = "nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(
        backend, timeout=timedelta(hours=2)
    )  # a validation of the first keeps the rest waiting
    try:
        yield Ranks(rank=dist.get_rank(), count=count)
    finally:
        dist.destroy_process_group()
