"""A network that labels pixels, run as a graph by OpenVINO or ONNX Runtime.

NAME.onnx takes `image` (H, W, 3; uint8, RGB, not normalised) and gives `logits` (L, H, W; float32) and `label`
(H, W; uint8), the best of them. NAME.json beside it holds format (1), network, label_space (name and classes with
name, colour, thing) and size (see `InputSize`).

Shapes: H W pixels of the frame, h w pixels of the canvas, L classes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.core.errors import WeightsError
from masklet.core.files import write_whole
from masklet.core.label_space import LabelSpace
from masklet.core.values import Frame
from masklet.models.layers.semantic_card import SemanticCard, card_of
from masklet.models.layers.semantic_config import SemanticConfig
from masklet.models.layers.semantic_view import best_of, restored
from masklet.models.runtime import Backend, Graph, Precision, load_graph

FORMAT = 1
INPUT, LOGITS, LABEL = "image", "logits", "label"


@dataclass(frozen=True, eq=False)
class GraphSemantic:
    """A `SemanticModel` of an exported network. Logits are computed only where they are asked for."""

    path: Path
    card: SemanticCard
    threads: int | None = None
    precision: Precision = "auto"
    backend: Backend = "openvino"

    @property
    def label_space(self) -> LabelSpace:
        """The classes; a pixel's value in the label map is a position in it."""
        return self.card.label_space

    def scores(self, frame: Frame) -> FloatArray:
        """Return logits_LHW (float32) at the size of the frame; their softmax over L are probabilities."""
        canvas_hw3, shown = self.card.size.canvas_of(frame.image_HW3)
        (logits_Lhw,) = self._to_logits(image=canvas_hw3)
        return restored(logits_Lhw, shown, frame.size_HW)

    def label(self, frame: Frame) -> UInt8Array:
        """Return label_map_HW: the best class of every pixel."""
        if self.card.size.shown(frame.size_HW) != frame.size_HW:
            return best_of(self.scores(frame))
        canvas_hw3, (height, width) = self.card.size.canvas_of(frame.image_HW3)
        (label_hw,) = self._to_label(image=canvas_hw3)
        return np.ascontiguousarray(label_hw[:height, :width], np.uint8)

    @cached_property
    def _to_logits(self) -> Graph:
        return self._graph(LOGITS)

    @cached_property
    def _to_label(self) -> Graph:
        return self._graph(LABEL)

    def _graph(self, output: str) -> Graph:
        graph = load_graph(
            self.path, threads=self.threads, precision=self.precision, backend=self.backend, outputs=[output]
        )
        if graph.inputs != (INPUT,):
            raise WeightsError(
                f"Expected a graph of a network that labels pixels (input {INPUT}) in {self.path}, "
                f"got one of another (inputs {', '.join(graph.inputs)})."
            )
        return graph

    def __post_init__(self) -> None:
        _ = self._to_label  # a file that cannot be read is told of here, not at the first frame


def load(
    weights: Path,
    *,
    threads: int | None = None,
    precision: Precision = "auto",
    backend: Backend = "openvino",
    config: SemanticConfig | None = None,
) -> GraphSemantic:
    """Return the network of NAME.onnx, which NAME.json tells of.

    `threads`, `precision` and `backend` are those of `runtime.load_graph`; of `config` the shorter side counts.
    Raise WeightsError for a file that is missing, damaged or of something else.
    """
    card = read_card(weights.with_suffix(".json"))
    if config is not None and config.shorter_side is not None:
        card = replace(card, size=replace(card.size, shorter_side=config.shorter_side))
    return GraphSemantic(weights, card, threads, precision, backend)


def write_card(path: Path, card: SemanticCard) -> None:
    """Write NAME.json whole; raise OutputError where that fails."""
    write_whole(path, json.dumps({"format": FORMAT, **card.plain()}, indent=1).encode())


def read_card(path: Path) -> SemanticCard:
    """Return what NAME.json says; raise WeightsError where it is missing, damaged or says something else."""
    if not path.is_file():
        raise WeightsError(f"Expected {path.name} beside the graph it tells of in {path.parent}, got none.")
    try:
        plain = json.loads(path.read_bytes())
    except ValueError as error:
        raise WeightsError(f"Expected JSON in {path}, got something else: {error}.") from error
    found = plain.get("format") if isinstance(plain, dict) else None
    if found != FORMAT:
        raise WeightsError(f"Expected what is known of a graph in format {FORMAT} in {path}, got format {found}.")
    return card_of(plain, str(path))
