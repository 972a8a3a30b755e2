"""Where the network learns."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from masklet.models.layers.device import choose_device
from masklet.training.allocation import keep_freed_memory


def own_device(name: str) -> torch.device:
    """Return the device of that name; auto and cuda take the GPU of this process's LOCAL_RANK.

    Raise ModelError where there is no such device.
    """
    return choose_device(name, gpu=int(os.environ.get("LOCAL_RANK", "0")))


@contextmanager
def device_prepared(device: torch.device, *, threads: int | None) -> Iterator[None]:
    """Make a device the current one and let torch look for its fastest kernels; `threads` are the processor's.

    What belongs to the whole process, the number of threads and the search for kernels, is as before afterwards.
    """
    before = torch.get_num_threads(), torch.backends.cudnn.benchmark
    if threads is not None:
        torch.set_num_threads(threads)
    if device.type == "cpu":
        keep_freed_memory()
    if device.type == "cuda":
        torch.cuda.set_device(device)
        torch.backends.cudnn.benchmark = True
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.backends.cudnn.benchmark = before[1]


def describe_device(device: torch.device) -> str:
    """Return the name of a GPU, or what kind of device it is."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
