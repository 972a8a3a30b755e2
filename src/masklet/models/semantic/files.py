"""Files of networks that label pixels, as `masklet train semantic` writes them: NAME.pt says by itself what it is.

It holds format (1), network (its name), config (its settings), outputs (their number), label_space (name and
classes with name, colour, thing), size (see `InputSize`) and state, the named tensors; it loads with
`torch.load(path, weights_only=True)`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from masklet.core.errors import ModelError, WeightsError
from masklet.core.files import write_whole
from masklet.core.label_space import LabelSpace
from masklet.models.layers.semantic_card import SemanticCard, card_of
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.layers.semantic_view import InputSize
from masklet.models.layers.state_files import load_strictly, read_content
from masklet.models.semantic.networks import make_network

FORMAT = 1
_PARTS = ("network", "config", "outputs", "label_space", "size", "state")


@dataclass(frozen=True)
class SemanticFile:
    """A network with the weights of a file, and what else the file says."""

    network: SemanticNetwork
    card: SemanticCard


def write_semantic(
    path: Path,
    name: str,
    network: SemanticNetwork,
    label_space: LabelSpace,
    *,
    size: InputSize | None = None,
    state: Mapping[str, Tensor] | None = None,
    half: bool = False,
) -> None:
    """Write a network of that name (see `NETWORKS`) whole.

    `size`: which sizes of pictures it is given; none: as they are, padded to its cells. `state`: other weights
    than the network has just now, as averaged ones. `half`: at half precision, in half the bytes. Raise ModelError
    where the network has fewer outputs than the label space has classes, OutputError where writing fails.
    """
    state = network.state_dict() if state is None else state
    if network.outputs < len(label_space):
        raise ModelError(
            f"Expected {len(label_space)} outputs for {label_space.name}, got a network of {network.outputs}."
        )
    card = SemanticCard(network=name, label_space=label_space, size=size or own_size(network))
    tensors = {
        key: (value.half() if half and value.is_floating_point() else value).detach().cpu().contiguous()
        for key, value in state.items()
    }
    buffer = io.BytesIO()
    content = {"format": FORMAT, **card.plain(), "config": asdict(network.config), "outputs": network.outputs}
    torch.save({**content, "state": tensors}, buffer)
    write_whole(path, buffer.getvalue())


def read_semantic(path: Path) -> SemanticFile:
    """Return the network of a file that `write_semantic` wrote, in float32, ready to run or to train on.

    Raise WeightsError where the file is missing, damaged, holds code, or is something else.
    """
    content = read_content(path)
    if not is_semantic(content):
        raise WeightsError(f"Expected a network written by `masklet train semantic` at {path}, got another file.")
    return semantic_of(content, path)


def is_semantic(content: Any) -> bool:
    """Return whether what a file holds was written by `write_semantic`."""
    return isinstance(content, Mapping) and content.get("format") == FORMAT and all(p in content for p in _PARTS)


def semantic_of(content: Mapping[str, Any], path: Path) -> SemanticFile:
    """Return the network of what such a file holds; raise WeightsError where its parts do not fit together."""
    card = card_of(content, str(path))
    try:
        network = make_network(card.network, int(content["outputs"]), content["config"])
    except (ModelError, TypeError, ValueError) as error:
        raise WeightsError(f"Expected a network that masklet has in {path}, got: {error}") from error
    state = {key: value.float() if value.is_floating_point() else value for key, value in content["state"].items()}
    load_strictly(network, state, title=card.network, path=path)
    return SemanticFile(network.eval(), card)


def own_size(network: SemanticNetwork, shorter_side: int | None = None) -> InputSize:
    """Return the sizes of pictures that suit a network's cells."""
    return replace(InputSize(multiple=network.multiple, beyond=network.beyond), shorter_side=shorter_side)
