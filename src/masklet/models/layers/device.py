"""Where a network in torch computes, and in what numbers."""

from __future__ import annotations

import torch

from masklet.core.errors import ModelError
from masklet.models.layers.bf16 import has_bf16

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


def choose_device(name: str) -> torch.device:
    """Return the device of that name, auto: a GPU where torch sees one; raise ModelError where there is none."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ModelError(f"Expected a device such as auto, cpu or cuda, got {name!r}.") from None
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ModelError(f"Expected a GPU for {name!r}, got {torch.cuda.device_count()} that torch sees.")
    return device


def choose_dtype(precision: str, device: torch.device) -> torch.dtype:
    """Return what the network computes in; auto: bf16 where the device has instructions for it, else f32.

    Raise ModelError for a precision that is not known, and for f16 on anything but a GPU.
    """
    if precision == "auto":
        return torch.bfloat16 if has_bf16(device) else torch.float32
    if precision not in DTYPES:
        raise ModelError(f"Expected a precision (auto, {', '.join(DTYPES)}), got {precision!r}.")
    if precision == "f16" and device.type != "cuda":
        raise ModelError(f"Expected precision auto, f32 or bf16 on {device.type}, got f16, which needs a GPU.")
    return DTYPES[precision]
