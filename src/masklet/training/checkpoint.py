"""Checkpoints: one file, written whole, that holds all a run needs to go on as if it had never stopped.

last.pt holds format (1), step (steps done), validated (step of the last validation), the state dicts network, ema,
optimiser and scaler, best (none, or figure, value, step, since: validations without a better one), settings (flat:
name to plain value) and digest (SHA-256 of the settings). best.pt holds format, step, ema, best, settings, digest.
Both load with `torch.load(path, weights_only=True)`. There are no states of random generators: the randomness of
step k is drawn from (seed, k), see `masklet.training.randomness`.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from masklet.core.errors import WeightsError
from masklet.core.files import write_whole
from masklet.models.layers.state_files import read_content

FORMAT = 1


def write_checkpoint(path: Path, content: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Write a checkpoint whole; raise OutputError where that fails, and leave the one before as it is."""
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **content, "settings": dict(settings), "digest": digest(settings)}, buffer)
    write_whole(path, buffer.getvalue())


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Return what a checkpoint holds, on the processor; raise WeightsError where it is missing or damaged."""
    content = read_content(path, "a checkpoint")
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise WeightsError(f"Expected a checkpoint of format {FORMAT} at {path}, got format {found}.")
    return dict(content)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the averaged weights of a last.pt or best.pt, ready for `network.load_state_dict`."""
    weights: dict[str, Tensor] = read_checkpoint(path)["ema"]
    return weights


def load_weights(network: nn.Module, path: Path) -> None:
    """Give a network the averaged weights of a checkpoint; raise WeightsError where they are another network's."""
    weights = read_weights(path)
    own = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    given = {name: tuple(value.shape) for name, value in weights.items()}
    differing = sorted(name for name in own.keys() | given.keys() if own.get(name) != given.get(name))
    if differing:
        name = differing[0]
        raise WeightsError(
            f"Expected weights of this network in {path}, got others: {name} is {given.get(name, 'missing')} "
            f"there and {own.get(name, 'missing')} here; settings of the network may have changed."
        )
    network.load_state_dict(weights)


def digest(settings: Mapping[str, Any]) -> str:
    """Return the SHA-256 of flat settings, in hexadecimal; their order plays no part."""
    return hashlib.sha256(json.dumps(dict(settings), sort_keys=True).encode()).hexdigest()
