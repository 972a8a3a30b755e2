"""The read: every cell of the new frame finds its best matches among the remembered cells.

Shapes: Q cells asked for, K cells remembered, C channels, T matches.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.models.runtime import Precision, available_cores

_OUT_OF_REACH = -1e4
_QUERY_BLOCK, _KEY_BLOCK = 128, 512
"""Lengths are filled up to multiples of these, so that the graph meets few different shapes."""
_MOST_QUERIES = 256
"""Asked at a time, so that the table of similarities stays small whatever is followed."""


class Readout:
    """Cosine similarity within reach, the best few, softmax: one OpenVINO graph, made when first used."""

    def __init__(
        self, *, matches: int, temperature: float, threads: int | None = None, precision: Precision = "auto"
    ) -> None:
        self._matches = matches
        self._temperature = temperature
        self._threads = available_cores() if threads is None else threads
        self._precision = precision
        self._request: Any = None

    def __call__(
        self,
        query_QC: FloatArray,
        query_cells_Q2: FloatArray | IntArray,
        key_KC: FloatArray,
        key_cells_K2: FloatArray,
        reach_K: FloatArray,
    ) -> tuple[FloatArray, IntArray]:
        """Return weight_QT, which sum to 1 or less, and index_QT into the remembered cells.

        A remembered cell takes part where it lies within its reach, in rows and in columns. A place in T that
        found nothing within reach has weight 0 and index 0.
        """
        if self._request is None:
            self._request = self._compile(query_QC.shape[1])
        remembered = {
            "key": _fill(key_KC, _KEY_BLOCK),
            "key_cells": _fill(key_cells_K2, _KEY_BLOCK),
            "reach": _fill(reach_K, _KEY_BLOCK, value=-1),
        }
        blocks = [slice(start, start + _MOST_QUERIES) for start in range(0, max(len(query_QC), 1), _MOST_QUERIES)]
        found = [self._block(query_QC[block], query_cells_Q2[block], remembered) for block in blocks]
        weight_QT, index_QT = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return weight_QT, np.where(weight_QT > 0, index_QT, 0)

    def _block(
        self, query_QC: FloatArray, query_cells_Q2: FloatArray | IntArray, remembered: dict[str, FloatArray]
    ) -> tuple[FloatArray, IntArray]:
        asked = {"query": _fill(query_QC, _QUERY_BLOCK), "query_cells": _fill(query_cells_Q2, _QUERY_BLOCK)}
        result = self._request.infer(asked | remembered, share_inputs=True)
        return result[0][: len(query_QC)], result[1][: len(query_QC)]

    def _compile(self, channels: int) -> Any:
        import openvino as ov
        from openvino import opset13 as op

        def parameter(shape: list[int], name: str) -> Any:
            return op.parameter(shape, np.float32, name=name)

        query_QC, key_KC = parameter([-1, channels], "query"), parameter([-1, channels], "key")
        query_cells_Q2, key_cells_K2 = parameter([-1, 2], "query_cells"), parameter([-1, 2], "key_cells")
        reach_K = parameter([-1], "reach")

        def distance_QK(axis: int) -> Any:
            query_Q = op.gather(query_cells_Q2, np.int32(axis), np.int32(1))
            key_K = op.gather(key_cells_K2, np.int32(axis), np.int32(1))
            return op.abs(op.subtract(op.unsqueeze(query_Q, np.int32(1)), op.unsqueeze(key_K, np.int32(0))))

        similarity_QK = op.matmul(query_QC, key_KC, False, True)
        near_QK = op.less_equal(op.maximum(distance_QK(0), distance_QK(1)), op.unsqueeze(reach_K, np.int32(0)))
        scaled_QK = op.multiply(similarity_QK, np.float32(1 / self._temperature))
        best = op.topk(
            op.select(near_QK, scaled_QK, np.float32(_OUT_OF_REACH)), np.int32(self._matches), 1, "max", "value"
        )
        found_QT = op.greater(best.output(0), np.float32(_OUT_OF_REACH / 2))
        weight_QT = op.select(found_QT, op.softmax(best.output(0), 1), np.float32(0))
        inputs = [query_QC, query_cells_Q2, key_KC, key_cells_K2, reach_K]
        model = ov.Model([weight_QT.output(0), best.output(1)], inputs, "readout")
        settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": self._threads}
        if self._precision != "auto":
            settings["INFERENCE_PRECISION_HINT"] = self._precision
        return ov.Core().compile_model(model, "CPU", settings).create_infer_request()


def _fill(array: FloatArray | IntArray, block: int, *, value: float = 0) -> FloatArray:
    """Return the array as float32, its first axis filled up to a multiple of the block (at least one block)."""
    length = max(-(-len(array) // block), 1) * block
    filled = np.full((length, *array.shape[1:]), value, dtype=np.float32)
    filled[: len(array)] = array
    return filled
