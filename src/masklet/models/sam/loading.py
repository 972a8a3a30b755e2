"""From a file of weights to a segmenter."""

from __future__ import annotations

from pathlib import Path

import torch

from masklet.models.layers.device import choose_device
from masklet.models.layers.state_files import load_strictly, read_state
from masklet.models.runtime import Precision
from masklet.models.sam.config import SIZES, SamConfig
from masklet.models.sam.layouts import released
from masklet.models.sam.network import Sam
from masklet.models.sam.predictor import Predictor
from masklet.models.sam.segmenter import SamSegmenter


def load(
    weights: Path,
    *,
    size: str,
    threads: int | None = None,
    precision: Precision = "auto",
    device: str | None = None,
) -> SamSegmenter:
    """Return the segmenter of one of `config.SIZES` with the weights of a released file, in either layout.

    `threads` are torch's, of the whole process. `precision`: auto computes in f32; bf16 has the image encoder
    compute in bf16. `device`: by default a GPU where torch sees one. Raise WeightsError for a damaged file or that
    of another network.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    network = load_network(weights, SIZES[size])
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    network.to(choose_device(device or "auto"))
    return SamSegmenter(Predictor(network, encoder_dtype=torch.bfloat16 if precision == "bf16" else torch.float32))


def load_network(weights: Path, config: SamConfig) -> Sam:
    """Return the network with the weights of a released file; raise WeightsError where they are not its own."""
    state = released(read_state(weights))
    network = Sam(config)
    load_strictly(network, state, title=config.title, path=weights)
    return network.eval()
