"""The door to OSVOS: parents trained here, released files of VGG16, and networks that learned an object."""

from __future__ import annotations

from pathlib import Path

import torch

from masklet.models.layers.device import choose_device, choose_dtype
from masklet.models.osvos.config import OsvosConfig
from masklet.models.osvos.files import read_network
from masklet.models.osvos.looking import Place
from masklet.models.osvos.tracker import Osvos
from masklet.models.runtime import Precision


def load(
    weights: Path,
    *,
    threads: int | None = None,
    precision: Precision = "auto",
    device: str = "auto",
    config: OsvosConfig | None = None,
) -> Osvos:
    """Return the tracker of a parent: `parent.pt` of the recipe osvos, or a released file of VGG16
    (`parent_epoch-239.pth`).

    `threads` are torch's, for the whole process; None leaves them. `precision`: auto takes bf16 where the device
    has instructions for it, else f32. `device`: auto takes a GPU that torch sees, else the processor. Raise
    WeightsError for a file of another layout, damaged or with code in it, ModelError for a device or precision
    that is not to be had.
    """
    chosen = choose_device(device)
    place = Place(chosen, choose_dtype(precision, chosen))
    network = read_network(weights)
    if threads is not None:
        torch.set_num_threads(threads)
    return Osvos(network, config, place=place)
