"""Where the network learns."""

from __future__ import annotations

import os

import torch

from masklet.models.layers.device import choose_device
from masklet.training.allocation import keep_freed_memory


def own_device(name: str) -> torch.device:
    """Return the device of that name; auto and cuda take the GPU of this process's LOCAL_RANK.

    Raise ModelError where there is no such device.
    """
    return choose_device(name, gpu=int(os.environ.get("LOCAL_RANK", "0")))


def prepare_device(device: torch.device, *, threads: int | None) -> None:
    """Make a device the current one and let torch look for its fastest kernels; `threads` are the processor's."""
    if threads is not None:
        torch.set_num_threads(threads)
    if device.type == "cpu":
        keep_freed_memory()
    if device.type == "cuda":
        torch.cuda.set_device(device)
        torch.backends.cudnn.benchmark = True


def describe_device(device: torch.device) -> str:
    """Return the name of a GPU, or what kind of device it is."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
