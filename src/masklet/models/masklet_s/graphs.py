"""The three graphs that masklet-s is run by: what a frame looks like, what is read of it, what is remembered.

Shapes: H W pixels of the canvas, P its cells of 16 pixels, h w its cells of 4 pixels, N objects, M remembered
cells, Q channels of a key, R = Q - 4 without its place, C of a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.core.errors import WeightsError
from masklet.models.runtime import Backend, Graph, Precision, load_graph

PARTS = ("encode", "read", "value")
INPUTS = (
    ("image",),
    ("query", "skip16", "skip8", "skip4", "key", "value", "before", "rivals"),
    ("value16", "value8", "mask", "rivals"),
)
"""Of each graph, in order."""
CODE = ("query_PQ", "key_PR", "skip16", "skip8", "skip4", "value16", "value8")
"""What the first graph gives, in order."""


@dataclass(frozen=True, eq=False)
class Code:
    """What the network sees in a canvas, whoever is followed."""

    query_PQ: FloatArray
    key_PR: FloatArray
    """Without the last columns of a key, which say where a cell is (`memory.table`)."""
    skip16: FloatArray
    skip8: FloatArray
    skip4: FloatArray
    value16: FloatArray
    value8: FloatArray


@dataclass(frozen=True, eq=False)
class Reading:
    """Where the objects are, by what is remembered."""

    log_probability_Nhw: FloatArray
    log_background_Nhw: FloatArray
    """Of the background among an object and its rivals."""
    usage_M: FloatArray
    """How much the remembered cells were used, 1 on average."""


class Graphs(Protocol):
    """Runs the network; shared by sessions."""

    def encode(self, canvas_HW3: UInt8Array) -> Code:
        """Return the code of an RGB picture whose sides are multiples of 16."""
        ...

    def read(
        self, code: Code, key_MQ: FloatArray, value_NCM: FloatArray, before_Nhw: FloatArray, rivals_NN: FloatArray
    ) -> Reading:
        """Return where the objects are. The last channel of a value is 1 where a cell knows of the object."""
        ...

    def value(self, code: Code, mask_Nhw: FloatArray, rivals_NN: FloatArray) -> FloatArray:
        """Return value_NCP of masks in 0..1."""
        ...


class ExportedGraphs:
    """The graphs as they were exported, without torch."""

    def __init__(self, encode: Graph, read: Graph, value: Graph) -> None:
        self._encode = encode
        self._read = read
        self._value = value

    def encode(self, canvas_HW3: UInt8Array) -> Code:
        """Return the code of an RGB picture whose sides are multiples of 16."""
        return Code(*self._encode(image=np.ascontiguousarray(canvas_HW3)))

    def read(
        self, code: Code, key_MQ: FloatArray, value_NCM: FloatArray, before_Nhw: FloatArray, rivals_NN: FloatArray
    ) -> Reading:
        """Return where the objects are."""
        return Reading(
            *self._read(
                query=code.query_PQ,
                skip16=code.skip16,
                skip8=code.skip8,
                skip4=code.skip4,
                key=key_MQ,
                value=value_NCM,
                before=before_Nhw,
                rivals=rivals_NN,
            )
        )

    def value(self, code: Code, mask_Nhw: FloatArray, rivals_NN: FloatArray) -> FloatArray:
        """Return value_NCP of masks in 0..1."""
        (value_NCP,) = self._value(value16=code.value16, value8=code.value8, mask=mask_Nhw, rivals=rivals_NN)
        return value_NCP


def graph_files(encode: Path) -> tuple[Path, ...]:
    """Return the files NAME.encode.onnx, NAME.read.onnx and NAME.value.onnx, given the first of them.

    Raise WeightsError for a file of another name, or where one of the three is not there.
    """
    name = encode.name.removesuffix(".encode.onnx")
    if name == encode.name:
        raise WeightsError(
            f"Expected NAME.encode.onnx, the first graph of a tracker of the masklet-s kind, got {encode.name}; "
            "a training run leaves it in its folder graphs."
        )
    files = tuple(encode.with_name(f"{name}.{part}.onnx") for part in PARTS)
    for path in files:
        if not path.is_file():
            raise WeightsError(
                f"Expected {path.name} in {encode.parent}, beside the graphs it was exported with, got none."
            )
    return files


def load_graphs(
    encode: Path,
    *,
    threads: int | None = None,
    precision: Precision = "auto",
    backend: Backend = "openvino",
) -> ExportedGraphs:
    """Return the graphs that `graph_files` names; raise WeightsError where they are not, or are others."""
    graphs = []
    for path, inputs in zip(graph_files(encode), INPUTS, strict=True):
        graph = load_graph(path, threads=threads, precision=precision, backend=backend)
        if set(graph.inputs) != set(inputs):
            raise WeightsError(
                f"Expected a graph of masklet-s (inputs {', '.join(inputs)}) in {path}, "
                f"got one of another network (inputs {', '.join(graph.inputs)})."
            )
        graphs.append(graph)
    return ExportedGraphs(*graphs)
