"""Every network that labels pixels, by the name its files carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from typing import TYPE_CHECKING, Any

from masklet.core.errors import MissingExtraError, ModelError

if TYPE_CHECKING:
    from masklet.models.layers.semantic_network import SemanticNetwork


@dataclass(frozen=True)
class SemanticEntry:
    """Where a network is, below `masklet.models`."""

    network: str
    """Module and class; made with the number of outputs and its settings."""
    config: str
    """Module and class of those settings."""
    released: str = ""
    """Module whose function `released(state, path)` returns the network of a file as its authors publish it."""


NETWORKS: dict[str, SemanticEntry] = {
    "espnet": SemanticEntry("espnet.network:espnet", "espnet.network:EspnetConfig", "espnet.released"),
    "fcn": SemanticEntry("fcn.network:Fcn", "fcn.network:FcnConfig"),
    "feature-pyramid": SemanticEntry(
        "feature_pyramid.network:FeaturePyramid", "feature_pyramid.network:FeaturePyramidConfig"
    ),
    "hrnet": SemanticEntry("hrnet.network:Hrnet", "hrnet.network:HrnetConfig", "hrnet.released"),
    "pspnet": SemanticEntry("pspnet.network:Pspnet", "pspnet.network:PspnetConfig", "pspnet.released"),
    "semantic-s": SemanticEntry("semantic_s.network:SemanticS", "semantic_s.network:SemanticSConfig"),
    "torchvision-fcn": SemanticEntry(
        "fcn.torchvision_fcn:TorchvisionFcn", "fcn.torchvision_fcn:TorchvisionFcnConfig", "fcn.torchvision_fcn"
    ),
    "unet-semantic": SemanticEntry(
        "unet_semantic.network:UnetSemantic", "unet_semantic.network:UnetSemanticConfig"
    ),
}


def make_network(name: str, outputs: int, config: Any = None) -> SemanticNetwork:
    """Return a network that nothing has trained yet.

    `config`: its settings, of their dataclass or as plain values by name; what is not told is as by default. Raise
    ModelError for an unknown name or settings that the network does not have.
    """
    entry = find_network(name)
    settings = config
    if config is None or isinstance(config, Mapping):
        settings = make_config(name, config or {})
    network: SemanticNetwork = _found(entry.network, name)(outputs, settings)
    return network


def make_config(name: str, values: Mapping[str, Any]) -> Any:
    """Return a network's settings from plain values by name; raise ModelError for a name that is none of them."""
    config = _found(find_network(name).config, name)
    known = [field.name for field in fields(config)]
    if unknown := sorted(set(values) - set(known)):
        raise ModelError(f"Expected settings of {name} ({', '.join(known)}), got {unknown[0]!r}.")
    return config(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


def find_network(name: str) -> SemanticEntry:
    """Return where a network is; raise ModelError for a name that is none."""
    if name not in NETWORKS:
        raise ModelError(
            f"Expected the name of a network that labels pixels ({', '.join(NETWORKS)}), got {name!r}."
        )
    return NETWORKS[name]


def imported(module: str, what: str) -> Any:
    """Return a module below `masklet.models`; raise MissingExtraError, for `what`, where torch or torchvision is
    needed and not installed."""
    try:
        return import_module(f"masklet.models.{module}")
    except ModuleNotFoundError as error:
        if error.name not in ("torch", "torchvision"):
            raise
        raise MissingExtraError(what, extra="torch") from error


def _found(place: str, name: str) -> Any:
    module, _, title = place.partition(":")
    return getattr(imported(module, f"The model {name}"), title)
