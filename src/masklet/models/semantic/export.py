"""From a network in torch to a graph that runs without it, see `models.semantic_graph`.

Shapes: H W pixels, multiples of the network's cells, L classes.
"""

from __future__ import annotations

import copy
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from masklet.core.errors import ModelError
from masklet.core.files import write_whole
from masklet.models.layers.semantic_card import SemanticCard
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.semantic_graph.model import INPUT, LABEL, LOGITS, write_card

_OPSET = 17
_CELLS = (2, 3)
"""Rows and columns of cells of the picture that the network is traced with."""


class _Graph(nn.Module):
    def __init__(self, network: SemanticNetwork, classes: int) -> None:
        super().__init__()
        self.network = network
        self.classes = classes

    def forward(self, image_HW3: Tensor) -> tuple[Tensor, Tensor]:
        logits_LHW = self.network(image_HW3.permute(2, 0, 1)[None].float())[0, : self.classes]
        return logits_LHW, logits_LHW.argmax(dim=0).to(torch.uint8)


def export(network: SemanticNetwork, card: SemanticCard, path: Path) -> Path:
    """Write NAME.onnx, whole, and NAME.json beside it; return the first. The size of pictures stays open.

    Raise ModelError for a network that has parts no graph has (PSPNet's pooling into grids), OutputError where
    writing fails.
    """
    still = _Graph(copy.deepcopy(network).eval().cpu().float(), len(card.label_space))
    graph = _exported(still, card)
    write_card(path.with_suffix(".json"), card)
    write_whole(path.with_suffix(".onnx"), graph)
    return path.with_suffix(".onnx")


def _exported(module: _Graph, card: SemanticCard) -> bytes:
    """Return the graph, as a file of ONNX holds it."""
    height, width = (cells * card.size.multiple + card.size.beyond for cells in _CELLS)
    with TemporaryDirectory() as folder, torch.no_grad(), warnings.catch_warnings():
        # The exporter by tracing gives the plainest graphs; it warns of its age and of sizes it fixes, and
        # that sizes stay open is tested.
        warnings.simplefilter("ignore")
        file = Path(folder) / "graph.onnx"
        try:
            torch.onnx.export(
                module,
                (torch.zeros((height, width, 3), dtype=torch.uint8),),
                str(file),
                input_names=[INPUT],
                output_names=[LOGITS, LABEL],
                dynamic_axes={INPUT: {0: "H", 1: "W"}, LOGITS: {1: "H", 2: "W"}, LABEL: {0: "H", 1: "W"}},
                opset_version=_OPSET,
                dynamo=False,
            )
        except torch.onnx.errors.OnnxExporterError as error:
            reason = str(error).splitlines()[0]
            raise ModelError(f"Expected a network that becomes a graph, got {card.network}: {reason}") from error
        return file.read_bytes()
