"""What the readers of files as their authors publish them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.layers.state_files import load_strictly

_COUNTS = "num_batches_tracked"
"""Of batch norms: nothing to a network that only looks, and not there in files of before 2018."""

_TRACE = 1e-20


@dataclass(frozen=True)
class ReleasedSemantic:
    """A network that labels pixels with the weights of a released file, and how its authors look with it."""

    network: SemanticNetwork
    shorter_side: int | None = None
    """What they bring a picture's shorter side to; none: nothing."""


def without_prefix(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return tensors without a prefix that all, or all of the network's, have; as they are where none has it.

    >>> sorted(without_prefix({"module.a": torch.zeros(1), "module.b": torch.zeros(1)}, "module."))
    ['a', 'b']
    """
    inner = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
    return inner or dict(state)


def with_counts(state: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return tensors with the counts of batch norms that are wanted and missing, which nothing depends on."""
    missing = {name: torch.tensor(0) for name in wanted if name.endswith(_COUNTS) and name not in state}
    return {**state, **missing}


def without_traces(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return tensors with what decayed to nearly nothing made zero.

    So small numbers change no result, but a processor takes ten times as long over them.

    >>> without_traces({"a": torch.tensor([1.0, 1e-40])})["a"].tolist()
    [1.0, 0.0]
    """
    return {
        name: torch.where(value.abs() < _TRACE, 0, value) if value.is_floating_point() else value
        for name, value in state.items()
    }


def load_backbone(
    network: nn.Module, given: Mapping[str, Tensor], *, head: tuple[str, ...], title: str, path: Path
) -> None:
    """Give a network all weights but those whose names begin as `head` says, which stay as they are.

    Raise WeightsError unless what is given for the rest is of its names and shapes; heads that are given are left.
    """
    own = network.state_dict()
    mine = {name: value for name, value in own.items() if name.startswith(head)}
    backbone = {name: value for name, value in given.items() if not name.startswith(head)}
    load_strictly(network, with_counts({**backbone, **mine}, own), title=title, path=path)


def numbered(state: Mapping[str, Tensor], prefix: str) -> int:
    """Return how many numbers follow a prefix in the names of tensors.

    >>> numbered({"level.0.a": torch.zeros(1), "level.1.a": torch.zeros(1), "level.1.b": torch.zeros(1)}, "level.")
    2
    """
    return len({name.removeprefix(prefix).partition(".")[0] for name in state if name.startswith(prefix)})
