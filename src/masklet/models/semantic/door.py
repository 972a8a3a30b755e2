"""The door to all networks that label pixels: exported ones run without torch, others in it."""

from __future__ import annotations

from pathlib import Path

from masklet.core.errors import WeightsError
from masklet.models.layers.semantic_config import SemanticConfig
from masklet.models.protocols import SemanticModel
from masklet.models.runtime import Precision
from masklet.models.semantic.networks import imported


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
    loading = imported("semantic.loading", f"The model {network}, in a file that is no exported graph,")
    model: SemanticModel = loading.load(
        weights, network=network, threads=threads, precision=precision, config=config
    )
    return model
