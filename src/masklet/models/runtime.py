"""Graphs of trained networks, run by OpenVINO or by ONNX Runtime; threads and precision are said in the open.

OpenVINO reads ONNX and Paddle files as they are; ONNX Runtime (the extra `onnxruntime`) reads ONNX. On one
machine, with the same threads and precision, the same input gives the same bits in every run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from masklet.core.arrays import AnyArray
from masklet.core.errors import MissingExtraError, WeightsError

Precision = Literal["auto", "f32", "bf16"]
Backend = Literal["openvino", "onnxruntime"]


class Graph(Protocol):
    """A network that is ready to run; not by two threads at once."""

    inputs: tuple[str, ...]
    """Names of the inputs."""
    outputs: tuple[str, ...]
    """Names of the outputs, in the order in which they come back."""
    threads: int
    """Threads it may use."""
    precision: str
    """What it computes in: 'f32', 'bf16' or 'f16'."""

    def __call__(self, **inputs: AnyArray) -> tuple[AnyArray, ...]:
        """Run it and return one new array for each output."""
        ...


def load_graph(
    path: Path,
    *,
    threads: int | None = None,
    precision: Precision = "auto",
    backend: Backend = "openvino",
    outputs: Sequence[str] | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
) -> Graph:
    """Return the graph of an .onnx, .pdmodel or .xml file.

    `threads`: None takes all cores this process may run on. `precision`: "auto" takes the fastest the
    processor has instructions for (bf16 on newer x86 servers, else f32); the graph says which that was.
    `outputs` names inner tensors or nodes that come back instead of the graph's own outputs; what only the
    others need is not computed. `input_shapes` fixes shapes that the file leaves open (-1: stays open).
    Raise WeightsError for a file that cannot be read or a name that is not there.
    """
    if not path.is_file():
        raise WeightsError(f"Expected a network file at {path}, got none.")
    threads = available_cores() if threads is None else threads
    if backend == "onnxruntime":
        return _OnnxRuntimeGraph(path, threads=threads, precision=precision, outputs=outputs)
    return _OpenVinoGraph(path, threads=threads, precision=precision, outputs=outputs, input_shapes=input_shapes)


def available_cores() -> int:
    """Return the number of cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _OpenVinoGraph:
    """A graph compiled for the processor by OpenVINO."""

    def __init__(
        self,
        path: Path,
        *,
        threads: int,
        precision: Precision,
        outputs: Sequence[str] | None,
        input_shapes: Mapping[str, Sequence[int]] | None,
    ) -> None:
        import openvino as ov

        settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}
        if precision != "auto":
            settings["INFERENCE_PRECISION_HINT"] = precision
        core = ov.Core()
        try:
            model = core.read_model(path)
            if outputs is not None:
                model = _with_outputs(model, outputs, path)
            if input_shapes:
                model.reshape({name: ov.PartialShape(list(shape)) for name, shape in input_shapes.items()})
            compiled = core.compile_model(model, "CPU", settings)
        except RuntimeError as error:
            raise WeightsError(
                f"Expected a network that OpenVINO reads at {path}, got: {_reason(error)}"
            ) from error
        self.inputs = tuple(port.any_name for port in compiled.inputs)
        self.outputs = tuple(outputs or (port.any_name for port in compiled.outputs))
        self.threads = int(compiled.get_property("INFERENCE_NUM_THREADS"))
        self.precision = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
        self._request = compiled.create_infer_request()

    def __call__(self, **inputs: AnyArray) -> tuple[AnyArray, ...]:
        results = self._request.infer(inputs, share_inputs=True)
        return tuple(results[position] for position in range(len(self.outputs)))


class _OnnxRuntimeGraph:
    """A graph run by ONNX Runtime, in f32."""

    def __init__(self, path: Path, *, threads: int, precision: Precision, outputs: Sequence[str] | None) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingExtraError("Running networks by ONNX Runtime", extra="onnxruntime") from error
        if precision == "bf16":
            raise WeightsError("Expected precision f32 or auto for ONNX Runtime, got bf16; OpenVINO has it.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors share no parent but this
            raise WeightsError(
                f"Expected a network that ONNX Runtime reads at {path}, got: {_reason(error)}"
            ) from error
        own = tuple(node.name for node in session.get_outputs())
        if outputs is not None and (unknown := sorted(set(outputs) - set(own))):
            raise WeightsError(
                f"Expected outputs of {path.name} ({', '.join(own)}), got {', '.join(unknown)}; "
                "inner tensors need the OpenVINO backend."
            )
        self.inputs = tuple(node.name for node in session.get_inputs())
        self.outputs = own if outputs is None else tuple(outputs)
        self.threads = threads
        self.precision = "f32"
        self._session = session

    def __call__(self, **inputs: AnyArray) -> tuple[AnyArray, ...]:
        return tuple(np.asarray(array) for array in self._session.run(list(self.outputs), inputs))


def _with_outputs(model: Any, names: Sequence[str], path: Path) -> Any:
    """Return the part of a model that leads to these tensors or nodes."""
    import openvino as ov

    ports: dict[str, Any] = {}
    for node in model.get_ordered_ops():
        for port in node.outputs():
            for name in port.names | {node.get_friendly_name()}:
                ports.setdefault(name, port)
    unknown = [name for name in names if name not in ports]
    if unknown:
        raise WeightsError(
            f"Expected names of tensors or nodes of {path}, got {', '.join(unknown)}: "
            "is it the file of another network?"
        )
    return ov.Model([ports[name] for name in names], model.get_parameters())


def _reason(error: Exception) -> str:
    """Return the telling line of a runtime's error: the last one that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
