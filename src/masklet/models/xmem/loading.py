"""The door to XMem."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch

from masklet.models.layers.device import choose_device, choose_dtype
from masklet.models.xmem.checkpoint import read_network
from masklet.models.xmem.config import XMemConfig
from masklet.models.xmem.tracker import XMemTracker

XMemPrecision = Literal["auto", "f32", "bf16", "f16"]


def load(
    weights: Path,
    *,
    threads: int | None = None,
    precision: XMemPrecision = "auto",
    device: str = "auto",
    config: XMemConfig | None = None,
) -> XMemTracker:
    """Return the tracker of one of the authors' files (`XMem.pth`, `XMem-s012.pth` and their kin).

    `threads` are torch's, for the whole process; None leaves them. `precision`: "auto" takes bf16 where the device
    has instructions for it, else f32; f16 needs a GPU. `device`: "auto" takes a GPU that torch sees, else the
    processor. Raise WeightsError for a file of another layout, damaged or with code in it, ModelError for a device
    or precision that is not to be had.
    """
    chosen = choose_device(device)
    dtype = choose_dtype(precision, chosen)
    network = read_network(weights).ready(chosen, dtype)
    if threads is not None:
        torch.set_num_threads(threads)
    return XMemTracker(network, config)
