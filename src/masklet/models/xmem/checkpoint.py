"""The authors' files: what is in them, and how the network here takes it.

A file is a plain state dict of 412 tensors, 402 without sensory memory. Its names are those of the modules here
but for what is folded, split or joined: batch norms go into their convolutions, the three key projections are one,
and the first convolutions of the fusers are split by their input (`blocks.Fusion`). Files of networks for a single
object have a value encoder of 4 input channels; the fifth, the other objects' masks, is nothing to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from masklet.core.errors import WeightsError
from masklet.models.layers.state_files import read_state
from masklet.models.xmem.layout import Layout, layout_of
from masklet.models.xmem.network import Dims, XMemNetwork

_EPSILON = 1e-5
_FRAME = 1024
"""Channels of a frame's feature at 16 pixels a cell, which come first where it is joined with an object's."""
_OF_WHAT = "a file of XMem such as XMem.pth or XMem-s012.pth"


def read_network(path: Path) -> XMemNetwork:
    """Return the network of one of the authors' files, its sizes read from the tensors.

    Raise WeightsError for a file that is missing, damaged, of another network, or that holds more than tensors.
    """
    return network_of(read_state(path, _OF_WHAT), path.name)


def network_of(state: Mapping[str, Tensor], name: str = "the state dict") -> XMemNetwork:
    """Return the network of a released state dict; raise WeightsError, with this name, for another layout."""
    dims = _dims(state, name)
    channels = 4 if state["value_encoder.conv1.weight"].shape[1] == 4 else 5
    _require_layout(state, layout_of(dims.key, dims.value, dims.sensory, input_channels=channels), name)
    with torch.device("meta"):
        network = XMemNetwork(dims)
    network.load_state_dict(_converted(state), assign=True)
    return network


def _dims(state: Mapping[str, Tensor], name: str) -> Dims:
    """Return the sizes that a state dict tells."""
    telling = ["key_proj.key_proj.weight", "value_encoder.fuser.block2.conv2.weight", "value_encoder.conv1.weight"]
    missing = [key for key in telling if key not in state or state[key].ndim != 4]
    if missing:
        raise WeightsError(
            f"Expected {_OF_WHAT}, got {name} with {len(state)} tensors and no {missing[0]}: "
            "is it the file of another network?"
        )
    update = state.get("decoder.hidden_update.transform.weight")
    key, value = (state[each].shape[0] for each in telling[:2])
    return Dims(key=key, value=value, sensory=0 if update is None else update.shape[0] // 3)


def _require_layout(state: Mapping[str, Tensor], layout: Layout, name: str) -> None:
    found = {key: tuple(value.shape) for key, value in state.items()}
    if wrong := sorted(key for key in layout.keys() | found.keys() if layout.get(key) != found.get(key)):
        more = f", and {len(wrong) - 1} others that differ" if len(wrong) > 1 else ""
        raise WeightsError(
            f"Expected the {len(layout)} tensors of XMem, got {name} with {len(state)}: {wrong[0]} is "
            f"{found.get(wrong[0], 'missing')} in place of {layout.get(wrong[0], 'nothing')}{more}."
        )


def _converted(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the state dict of the network here."""
    converted = _folded({key: value.float() for key, value in state.items() if value.is_floating_point()})
    conv1 = converted["value_encoder.conv1.weight"]
    converted["value_encoder.conv1.weight"] = functional.pad(conv1, (0, 0, 0, 0, 0, 5 - conv1.shape[1]))
    for kind in ("weight", "bias"):
        parts = [converted.pop(f"key_proj.{part}.{kind}") for part in ("key_proj", "d_proj", "e_proj")]
        converted[f"key_proj.conv.{kind}"] = torch.cat(parts)
    for fuser in ("value_encoder.fuser", "decoder.fuser"):
        converted |= _split(converted, fuser)
    return {_name(key): value for key, value in converted.items() if ".block1." not in key}


def _folded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the state dict with every batch norm in the convolution before it.

    A norm is named as its convolution is: conv1 and bn1, downsample.0 and downsample.1.
    """
    folded = dict(state)
    for norm in [key.removesuffix(".running_var") for key in state if key.endswith(".running_var")]:
        weight, bias, mean, variance = (
            folded.pop(f"{norm}.{part}") for part in ("weight", "bias", "running_mean", "running_var")
        )
        head, _, last = norm.rpartition(".")
        conv = f"{head}.0" if last == "1" else f"{head}.{last.replace('bn', 'conv')}"
        ours = head if last == "1" else conv
        scale = weight / (variance + _EPSILON).sqrt()
        folded[f"{ours}.weight"] = folded.pop(f"{conv}.weight") * scale[:, None, None, None]
        folded[f"{ours}.bias"] = bias - mean * scale
    return folded


def _split(state: Mapping[str, Tensor], fuser: str) -> dict[str, Tensor]:
    """Return the first block of a fuser, its first convolutions split into the frame's part and the objects'."""
    first, around = (state[f"{fuser}.block1.{conv}.weight"] for conv in ("conv1", "downsample"))
    biases = [state[f"{fuser}.block1.{conv}.bias"] for conv in ("conv1", "downsample")]
    return {
        f"{fuser}.frame.weight": torch.cat([first[:, :_FRAME], around[:, :_FRAME]]),
        f"{fuser}.frame.bias": torch.cat(biases),
        f"{fuser}.conv1.weight": first[:, _FRAME:].contiguous(),
        f"{fuser}.downsample.weight": around[:, _FRAME:].contiguous(),
        f"{fuser}.conv2.weight": state[f"{fuser}.block1.conv2.weight"],
        f"{fuser}.conv2.bias": state[f"{fuser}.block1.conv2.bias"],
    }


_RENAMED = {
    ".attention.ChannelGate.mlp.1.": ".attention.channel.0.",
    ".attention.ChannelGate.mlp.3.": ".attention.channel.2.",
    ".attention.SpatialGate.spatial.conv.": ".attention.spatial.",
    ".hidden_update.transform.": ".hidden_update.gate.transform.",
}


def _name(key: str) -> str:
    for theirs, ours in _RENAMED.items():
        key = key.replace(theirs, ours)
    return key
