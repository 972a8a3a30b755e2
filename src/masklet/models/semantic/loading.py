"""From a file of weights to a network that labels pixels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from masklet.core.errors import WeightsError
from masklet.models.layers.device import choose_device, choose_dtype
from masklet.models.layers.released import ReleasedSemantic
from masklet.models.layers.semantic_card import SemanticCard
from masklet.models.layers.semantic_config import SemanticConfig
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.layers.state_files import read_content, tensors_of
from masklet.models.runtime import Precision
from masklet.models.semantic.files import SemanticFile, is_semantic, own_size, semantic_of
from masklet.models.semantic.networks import find_network, imported
from masklet.models.semantic.runner import TorchSemantic
from masklet.models.semantic.spaces import space_of


class Released(Protocol):
    """How a network's folder reads the file that its authors publish."""

    def __call__(self, state: dict[str, Tensor], path: Path, config: SemanticConfig) -> ReleasedSemantic:
        """Return the network with these weights; raise WeightsError where they are those of another."""
        ...


def load(
    weights: Path,
    *,
    network: str,
    threads: int | None = None,
    precision: Precision = "auto",
    device: str = "auto",
    config: SemanticConfig | None = None,
) -> TorchSemantic:
    """Return the network of a file: one that `masklet train semantic` wrote, or one as its authors publish it.

    `threads` are torch's, for the whole process; None leaves them. `precision`: "auto" takes bf16 where the device
    has instructions for it, else f32. `device`: "auto" takes a GPU that torch sees, else the processor. Raise
    WeightsError for a file of another network, damaged or with code in it, ModelError for a device or precision
    that is not to be had, FormatError for a label space that is not known.
    """
    chosen = choose_device(device)
    dtype = choose_dtype(precision, chosen)
    read = read_network(weights, network, config or SemanticConfig())
    if threads is not None:
        torch.set_num_threads(threads)
    return TorchSemantic(read.network.to(chosen).requires_grad_(False), read.card, chosen, dtype)


def read_network(path: Path, name: str, config: SemanticConfig | None = None) -> SemanticFile:
    """Return the network of a file of either kind, in float32 on the processor, and what is known of it.

    Raise WeightsError, FormatError as `load` does.
    """
    config = config or SemanticConfig()
    content = read_content(path)
    if is_semantic(content):
        read = semantic_of(content, path)
        if read.card.network != name:
            raise WeightsError(f"Expected weights of {name} in {path}, got those of {read.card.network}.")
        return SemanticFile(read.network, _told(read.card, read.network, config))
    module = find_network(name).released
    if not module:
        raise WeightsError(
            f"Expected a file of {name} that `masklet train semantic` wrote at {path}, got another file."
        )
    released: Released = imported(module, f"The model {name}").released
    found = released(tensors_of(_inner(content), path), path, config)
    network, space = found.network.eval(), space_of(found.network.outputs)
    card = SemanticCard(network=name, label_space=space, size=own_size(network, found.shorter_side))
    return SemanticFile(network, _told(card, network, config))


def _told(card: SemanticCard, network: SemanticNetwork, config: SemanticConfig) -> SemanticCard:
    """Return the card with what the user says of it."""
    if config.label_space:
        card = replace(card, label_space=space_of(network.outputs, config.label_space))
    if config.shorter_side is not None:
        card = replace(card, size=replace(card.size, shorter_side=config.shorter_side))
    return card


def _inner(content: object) -> object:
    """Return the tensors of a training checkpoint, which keeps them beside other things."""
    if isinstance(content, dict) and isinstance(content.get("state_dict"), dict):
        return content["state_dict"]
    return content
