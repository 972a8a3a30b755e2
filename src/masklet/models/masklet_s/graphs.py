"""The three graphs that masklet-s is run by: what a frame looks like, what is read of it, what is remembered.

Shapes: H W pixels of the canvas, P its cells of 16 pixels, h w its cells of 4 pixels, N objects, M remembered
cells, Q channels of a key, C of a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.models.runtime import Backend, Graph, Precision, load_graph

NAMES = ("encode", "read", "value")
CODE = ("query_PQ", "key_PQ", "skip16", "skip8", "skip4", "value16", "value8")
"""What the first graph gives, in order."""


@dataclass(frozen=True, eq=False)
class Code:
    """What the network sees in a canvas, whoever is followed."""

    query_PQ: FloatArray
    key_PQ: FloatArray
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


def load_graphs(
    folder: Path,
    *,
    threads: int | None = None,
    precision: Precision = "auto",
    backend: Backend = "openvino",
) -> ExportedGraphs:
    """Return the graphs of a folder with encode.onnx, read.onnx and value.onnx; raise WeightsError."""
    files = (folder / f"{name}.onnx" for name in NAMES)
    encode, read, value = (
        load_graph(path, threads=threads, precision=precision, backend=backend) for path in files
    )
    return ExportedGraphs(encode, read, value)
