"""Batches by number: batch n holds samples that depend on n alone, whatever the number of worker processes."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Generator, Iterator, Mapping

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, default_collate

from masklet.core.errors import MaskletError

Sample = Callable[[int], Mapping[str, Tensor]]
Batch = dict[str, Tensor]


class BatchesByNumber(Dataset[Batch | MaskletError]):
    """Batch n of a process: samples (n * ranks + rank) * size onwards, stacked.

    A user's error is carried as a value, so that it arrives from a worker as the one sentence it is.
    """

    def __init__(self, sample: Sample, *, size: int, rank: int = 0, ranks: int = 1) -> None:
        self._sample = sample
        self._size = size
        self._rank = rank
        self._ranks = ranks

    def __getitem__(self, number: int) -> Batch | MaskletError:
        first = (number * self._ranks + self._rank) * self._size
        try:
            batch: Batch = default_collate([dict(self._sample(first + k)) for k in range(self._size)])
        except MaskletError as error:
            return error
        return batch


def iterate(
    dataset: BatchesByNumber, numbers: range, *, workers: int, pinned: bool
) -> Generator[Batch, None, None]:
    """Yield the batches of the numbers in order; raise the MaskletError that a sample raised."""
    loader = DataLoader(
        dataset,
        batch_size=None,
        sampler=numbers,
        num_workers=workers,
        pin_memory=pinned,
        generator=torch.Generator(),  # its workers' seeds come from here, not from the network's randomness
        worker_init_fn=_leave_signals_to_the_loop,
    )
    for batch in loader:
        if isinstance(batch, MaskletError):
            raise batch
        yield batch


def _leave_signals_to_the_loop(_worker: int) -> None:
    """Ctrl-C reaches the whole process group; the loop ends its workers itself once the checkpoint is written."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


class Waiting(Iterator[Batch]):
    """Batches, with the seconds that were spent waiting for them."""

    def __init__(self, batches: Generator[Batch, None, None]) -> None:
        self._batches = batches
        self.seconds = 0.0

    def __next__(self) -> Batch:
        """Return the next batch."""
        started = time.monotonic()
        batch = next(self._batches)
        self.seconds += time.monotonic() - started
        return batch

    def close(self) -> None:
        """End the workers."""
        self._batches.close()
