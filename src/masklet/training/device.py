"""Where the network computes, and in what numbers."""

from __future__ import annotations

import os

import torch

from masklet.models.layers.bf16 import has_bf16
from masklet.training.allocation import keep_freed_memory
from masklet.training.config import Precision
from masklet.training.errors import TrainingError


def choose_device(name: str) -> torch.device:
    """Return the device of that name; auto and cuda take the GPU of this process's LOCAL_RANK.

    Raise TrainingError where there is no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise TrainingError(f"Expected a device such as auto, cpu, cuda or cuda:1, got {name!r}.") from None
    if device.type != "cuda":
        return device
    index = int(os.environ.get("LOCAL_RANK", "0")) if device.index is None else device.index
    if index >= torch.cuda.device_count():
        raise TrainingError(
            f"Expected GPU {index} for {name!r}, got {torch.cuda.device_count()} GPUs that torch sees."
        )
    return torch.device("cuda", index)


def choose_precision(name: Precision, device: torch.device) -> Precision:
    """Return f32, bf16 or f16: auto takes bf16 where the device has instructions for it.

    Raise TrainingError for f16 on anything but a GPU.
    """
    if name == "f16" and device.type != "cuda":
        raise TrainingError(f"Expected precision auto, f32 or bf16 on {device.type}, got f16, which needs a GPU.")
    if name != "auto":
        return name
    return "bf16" if has_bf16(device) else "f32"


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
