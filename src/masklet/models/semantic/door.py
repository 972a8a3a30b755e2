"""The door to all networks that label pixels: exported ones run without torch, others in it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from masklet.core.errors import MissingExtraError, WeightsError
from masklet.models.layers.semantic_config import SemanticConfig
from masklet.models.protocols import SemanticModel
from masklet.models.runtime import Precision


def load(
    weights: Path,
    *,
    network: str,
    threads: int | None = None,
    precision: Precision = "auto",
    config: SemanticConfig | None = None,
) -> SemanticModel:
    """Return the network of NAME.onnx, exported, or of any other file, see `loading.load`.

    Raise WeightsError for a file of another network, damaged or with code in it, MissingExtraError for one that
    runs in torch where torch is not.
    """
    if weights.suffix == ".onnx":
        from masklet.models import semantic_graph

        graph = semantic_graph.load(weights, threads=threads, precision=precision, config=config)
        if graph.card.network != network:
            raise WeightsError(f"Expected a graph of {network} in {weights}, got one of {graph.card.network}.")
        return graph
    try:
        loading = import_module("masklet.models.semantic.loading")
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise MissingExtraError(
            f"The model {network} with a file that is no exported graph", extra="torch"
        ) from error
    model: SemanticModel = loading.load(
        weights, network=network, threads=threads, precision=precision, config=config
    )
    return model
