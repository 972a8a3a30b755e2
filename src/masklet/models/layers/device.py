"""Where a network in torch computes, and in what numbers."""

from __future__ import annotations

from typing import Literal

import torch

from masklet.core.errors import ModelError
from masklet.models.layers.bf16 import has_bf16

Precision = Literal["f32", "bf16", "f16"]
DTYPES: dict[Precision, torch.dtype] = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


def choose_device(name: str, *, gpu: int | None = None) -> torch.device:
    """Return the device of that name, auto: a GPU where torch sees one; raise ModelError where there is none.

    `gpu` is which one where the name does not say (None: torch's current one).
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ModelError(f"Expected a device such as auto, cpu, cuda or cuda:1, got {name!r}.") from None
    if device.type != "cuda":
        return device
    index = gpu if device.index is None else device.index
    if (index or 0) >= torch.cuda.device_count():
        raise ModelError(
            f"Expected GPU {index or 0} for {name!r}, got {torch.cuda.device_count()} GPUs that torch sees."
        )
    return device if index is None else torch.device("cuda", index)


def choose_precision(name: str, device: torch.device) -> Precision:
    """Return f32, bf16 or f16; auto: bf16 where the device has instructions for it, else f32.

    Raise ModelError for a precision that is not known, and for f16 on anything but a GPU.
    """
    if name == "auto":
        return "bf16" if has_bf16(device) else "f32"
    if name == "f16" and device.type != "cuda":
        raise ModelError(f"Expected precision auto, f32 or bf16 on {device.type}, got f16, which needs a GPU.")
    for known in DTYPES:
        if name == known:
            return known
    raise ModelError(f"Expected a precision (auto, {', '.join(DTYPES)}), got {name!r}.")


def choose_dtype(precision: str, device: torch.device) -> torch.dtype:
    """Return what the network computes in; raise what `choose_precision` raises."""
    return DTYPES[choose_precision(precision, device)]
