"""The door to both trackers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from masklet.core.errors import WeightsError
from masklet.models.layers.device import choose_device, choose_dtype
from masklet.models.runtime import Precision
from masklet.models.unet.checkpoint import read_network
from masklet.models.unet.config import Kind, SessionConfig
from masklet.models.unet.runner import Runner, ready
from masklet.models.unet.tracker import UNetTracker

_TITLES: dict[Kind, str] = {"unet": "U-Net (unet)", "siamese": "Siamese U-Net (siamese-unet)"}


def load(
    weights: Path,
    *,
    kind: Kind,
    threads: int | None = None,
    precision: Precision = "auto",
    device: str = "auto",
    config: SessionConfig | None = None,
) -> UNetTracker:
    """Return the tracker of a file of weights, of the released layout or from `masklet train siamese-unet`.

    `threads` are torch's, for the whole process; None leaves them. `precision`: "auto" takes bf16 where the device
    has instructions for it, else f32. `device`: "auto" takes a GPU that torch sees, else the processor. `config`:
    None takes what the file says its network was trained with. Raise WeightsError for a file of another layout or
    network, damaged or with code in it, ModelError for a device or precision that is not to be had.
    """
    chosen = choose_device(device)
    dtype = choose_dtype(precision, chosen)
    loaded = read_network(weights)
    if loaded.network.config.kind != kind:
        other: Kind = "unet" if kind == "siamese" else "siamese"
        raise WeightsError(f"Expected weights of a {_TITLES[kind]}, got {weights.name} of a {_TITLES[other]}.")
    if threads is not None:
        torch.set_num_threads(threads)
    config = replace(SessionConfig(), **loaded.session) if config is None else config
    network = ready(loaded.network, chosen, dropout=config.dropout and kind == "unet")
    return UNetTracker(Runner(network, device=chosen, dtype=dtype), config)
