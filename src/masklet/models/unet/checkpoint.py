"""Files of weights: the released state dicts of both networks, and what `masklet train siamese-unet` writes.

A released file is a plain state dict; which network it is and how large is told by its names and shapes. What
those cannot tell (fusion, skips, prior) is taken to be as the released code has it. A file of masklet's says all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from masklet.core.errors import WeightsError
from masklet.models.layers.state_files import read_content
from masklet.models.unet.config import Encoder, NetworkConfig, SessionConfig
from masklet.models.unet.networks import Network, make_network

_OF_WHAT = "weights of a U-Net or Siamese U-Net tracker"
_FIRST = {"inc.double_conv.0.weight": 7, "conv1s.block.0.weight": 4, "conv1.block.0.weight": 4}
"""Names of the first convolution and its input channels: of the U-Net, of the Siamese one by VGG16 and VGG11."""
_BASE = 64
_COUNTERS = "num_batches_tracked"
_SESSION = ("size", "margin", "first")


@dataclass(frozen=True)
class Loaded:
    """A network with the weights of a file, and how its sessions should look at videos as far as the file says."""

    network: Network
    session: Mapping[str, Any]


def read_network(path: Path) -> Loaded:
    """Return the network of a file.

    Raise WeightsError for a file that is missing, damaged, of another network, or that holds more than tensors and
    plain values.
    """
    content = read_content(path, _OF_WHAT)
    if not isinstance(content, dict) or not content:
        raise WeightsError(f"Expected {_OF_WHAT} at {path}, got a file that holds no named tensors.")
    if isinstance(content.get("ema"), dict):
        told = content.get("settings")
        told = told if isinstance(told, dict) else {}
        network = network_of(content["ema"], path.name, _told(told, "network.", NetworkConfig))
        return Loaded(network, _told(told, "rollout.", SessionConfig, only=_SESSION))
    return Loaded(network_of(content, path.name), {})


def network_of(
    state: Mapping[str, Tensor], name: str = "the state dict", told: Mapping[str, Any] | None = None
) -> Network:
    """Return the network of a state dict of the released layout, at any width; `told` is what is said besides.

    Raise WeightsError, with this name, for another layout.
    """
    shapes = {key: tuple(value.shape) for key, value in state.items() if isinstance(value, Tensor)}
    config = _config(shapes, name, told or {"fused_levels": 1, "prior": 1.0})
    with torch.device("meta"):
        network = make_network(config)
    layout = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    counted = {key for key in layout if not key.endswith(_COUNTERS)}
    wrong = sorted(key for key in counted | shapes.keys() if layout.get(key) != shapes.get(key))
    if wrong:
        more = f", and {len(wrong) - 1} others that differ" if len(wrong) > 1 else ""
        raise WeightsError(
            f"Expected the {len(layout)} tensors of a {_title(config)}, got {name} with {len(state)}: {wrong[0]} "
            f"is {shapes.get(wrong[0], 'missing')} in place of {layout.get(wrong[0], 'nothing')}{more}."
        )
    given = {key: value.float() if value.is_floating_point() else value for key, value in state.items()}
    missing = {key: torch.tensor(0) for key in layout.keys() - shapes.keys()}
    network.load_state_dict({**given, **missing}, assign=True)
    return network


def _config(shapes: Mapping[str, tuple[int, ...]], name: str, told: Mapping[str, Any]) -> NetworkConfig:
    """Return what kind, encoder and, unless it is told, width the shapes tell, with what is told besides."""
    first = next((key for key in _FIRST if key in shapes), None)
    if first is None:
        raise WeightsError(
            f"Expected {_OF_WHAT}, got {name} with {len(shapes)} tensors and neither conv1 nor inc: "
            "is it the file of another network?"
        )
    if len(shapes[first]) != 4 or shapes[first][1:] != (_FIRST[first], 3, 3):
        raise WeightsError(
            f"Expected {first} of shape (channels, {_FIRST[first]}, 3, 3), got {shapes[first]} in {name}."
        )
    encoder: Encoder = "vgg16" if first.startswith("conv1s") else "vgg11"
    kind = "unet" if first.startswith("inc") else "siamese"
    width = told.get("width", shapes[first][0] / _BASE)
    return NetworkConfig(**{**told, "kind": kind, "encoder": encoder, "width": width})


def _told(
    settings: Mapping[str, Any], prefix: str, config: type[Any], only: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return what settings of a run say of a configuration's fields."""
    names = only or tuple(field.name for field in fields(config))
    return {name: settings[prefix + name] for name in names if prefix + name in settings}


def _title(config: NetworkConfig) -> str:
    kind = "U-Net" if config.kind == "unet" else f"Siamese U-Net with {config.encoder.upper()}"
    return f"{kind} of width {config.width:g}"
