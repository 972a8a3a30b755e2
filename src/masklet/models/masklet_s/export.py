"""From the trained network to the graphs that run without torch, and the network run as if it were graphs.

Shapes as in `graphs`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.models.masklet_s.graphs import CODE, Code, Reading
from masklet.models.masklet_s.network import MaskletS, aggregate, others

_OPSET = 17
_UNKNOWN = 1e-4
"""A cell that reads from memory which knows nothing of an object reads nothing."""


class Encode(nn.Module):
    """The first graph."""

    def __init__(self, network: MaskletS) -> None:
        super().__init__()
        self.encode = network.encode

    def forward(self, image_HW3: Tensor) -> tuple[Tensor, ...]:
        """Return the parts of the code (`graphs.CODE`) of a uint8 image."""
        code = self.encode(image_HW3.permute(2, 0, 1)[None].float() / 255)
        return (code.query_BQP[0].T, code.key_BRP[0].T, *code[2:])


class Read(nn.Module):
    """The second graph."""

    def __init__(self, network: MaskletS) -> None:
        super().__init__()
        self.decode = network.decode

    def forward(
        self,
        query_PQ: Tensor,
        skip16: Tensor,
        skip8: Tensor,
        skip4: Tensor,
        key_MQ: Tensor,
        value_NCM: Tensor,
        before_Nhw: Tensor,
        rivals_NN: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return log_probability_Nhw, log_background_Nhw and usage_M."""
        weight_PM = (query_PQ @ key_MQ.T).softmax(dim=1)
        read_NCP = value_NCM @ weight_PM.T
        readout_NCP = read_NCP[:, :-1] / read_NCP[:, -1:].clamp(min=_UNKNOWN)
        readout_NChw = readout_NCP.reshape(readout_NCP.shape[0], -1, skip16.shape[2], skip16.shape[3])
        others_Nhw = others(before_Nhw, rivals_NN)
        logits_N1hw = self.decode(readout_NChw, skip16, skip8, skip4, before_Nhw[:, None], others_Nhw[:, None])
        log_probability_Nhw, log_background_Nhw = aggregate(logits_N1hw[:, 0], rivals_NN)
        return log_probability_Nhw, log_background_Nhw, weight_PM.mean(dim=0) * key_MQ.shape[0]


class Value(nn.Module):
    """The third graph."""

    def __init__(self, network: MaskletS) -> None:
        super().__init__()
        self.value = network.value

    def forward(self, value16: Tensor, value8: Tensor, mask_Nhw: Tensor, rivals_NN: Tensor) -> Tensor:
        """Return value_NCP; the last channel says that the cells know of the object."""
        others_Nhw = others(mask_Nhw, rivals_NN)
        value_NCP = self.value(value8, value16, mask_Nhw[:, None], others_Nhw[:, None])
        return torch.cat([value_NCP, torch.ones_like(value_NCP[:, :1])], dim=1)


class TorchGraphs:
    """The network in torch, used as `Graphs`: to validate in training, and to hold the exported ones to."""

    def __init__(self, network: MaskletS) -> None:
        self._device = next(network.parameters()).device
        self._encode, self._read, self._value = Encode(network), Read(network), Value(network)

    def encode(self, canvas_HW3: UInt8Array) -> Code:
        """Return the code of an RGB picture whose sides are multiples of 16."""
        with _still(self._encode):
            return Code(*(_array(part) for part in self._encode(self._tensor(canvas_HW3))))

    def read(
        self, code: Code, key_MQ: FloatArray, value_NCM: FloatArray, before_Nhw: FloatArray, rivals_NN: FloatArray
    ) -> Reading:
        """Return where the objects are."""
        arrays = (code.query_PQ, code.skip16, code.skip8, code.skip4, key_MQ, value_NCM, before_Nhw, rivals_NN)
        with _still(self._read):
            return Reading(*(_array(part) for part in self._read(*map(self._tensor, arrays))))

    def value(self, code: Code, mask_Nhw: FloatArray, rivals_NN: FloatArray) -> FloatArray:
        """Return value_NCP of masks in 0..1."""
        with _still(self._value):
            arrays = (code.value16, code.value8, mask_Nhw, rivals_NN)
            return _array(self._value(*map(self._tensor, arrays)))

    def _tensor(self, array: FloatArray | UInt8Array) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device)


def export(network: MaskletS, folder: Path, name: str) -> Path:
    """Write NAME.encode.onnx, NAME.read.onnx and NAME.value.onnx; return the first.

    Their sizes are open: canvas, objects, memory.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = network.eval().cpu().float()
    example = _example(network)
    for part, (module, inputs, input_names, output_names, axes) in example.items():
        with _still(module), warnings.catch_warnings():
            # The exporter by tracing gives the plainest graphs; it warns of its age and of sizes it fixes, and
            # that sizes stay open is tested.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module,
                inputs,
                str(folder / f"{name}.{part}.onnx"),
                input_names=input_names,
                output_names=output_names,
                dynamic_axes=axes,
                opset_version=_OPSET,
                dynamo=False,
            )
    return folder / f"{name}.encode.onnx"


def _example(
    network: MaskletS,
) -> dict[str, tuple[nn.Module, tuple[Tensor, ...], list[str], list[str], dict[str, dict[int, str]]]]:
    """Return for each graph the module, inputs to trace it with, names, and what is open in each of them."""
    encode, read, value = Encode(network), Read(network), Value(network)
    image_HW3 = torch.zeros((64, 96, 3), dtype=torch.uint8)
    with torch.no_grad():
        code = dict(zip(CODE, encode(image_HW3), strict=True))
    mask_Nhw, rivals_NN = torch.zeros((2, 16, 24)), torch.ones((2, 2))
    with torch.no_grad():
        value_NCP = value(code["value16"], code["value8"], mask_Nhw, rivals_NN)
    planes = {name: {2: f"{name}_h", 3: f"{name}_w"} for name in CODE[2:]}
    cells = {name: {0: "P"} for name in CODE[:2]}
    objects = {"rivals": {0: "N", 1: "N"}}
    masks = {0: "N", 1: "h", 2: "w"}
    reads = ["query", "skip16", "skip8", "skip4", "key", "value", "before", "rivals"]
    given = (code["query_PQ"], code["skip16"], code["skip8"], code["skip4"], code["query_PQ"], value_NCP)
    read_axes = {
        "query": {0: "P"},
        **{name: planes[name] for name in reads[1:4]},
        "key": {0: "M"},
        "value": {0: "N", 2: "M"},
        "before": masks,
        **objects,
        "log_probability": masks,
        "log_background": masks,
        "usage": {0: "M"},
    }
    value_axes = {
        "value16": planes["value16"],
        "value8": planes["value8"],
        "mask": masks,
        **objects,
        "remembered": {0: "N", 2: "P"},
    }
    return {
        "encode": (encode, (image_HW3,), ["image"], list(CODE), {"image": {0: "H", 1: "W"}, **planes, **cells}),
        "read": (
            read,
            (*given, mask_Nhw, rivals_NN),
            reads,
            ["log_probability", "log_background", "usage"],
            read_axes,
        ),
        "value": (
            value,
            (code["value16"], code["value8"], mask_Nhw, rivals_NN),
            ["value16", "value8", "mask", "rivals"],
            ["remembered"],
            value_axes,
        ),
    }


@contextmanager
def _still(module: nn.Module) -> Iterator[None]:
    """Run a module as it is used, without gradients and noise."""
    training = module.training
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        module.train(training)


def _array(tensor: Tensor) -> FloatArray:
    array: FloatArray = tensor.float().cpu().numpy()
    return array
