"""State dicts of the released layout that nobody trained, for tests and for measuring speed.

Random weights give masks of noise all over the frame. Where masks have to look like those of a trained network,
some channels are made to carry the mask: the value encoder hands on what a mask covers of a cell, the decoder
turns what is read of it into logits. Objects are then followed by random features of the frame, as label
propagation does, and the network computes what it always does.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from masklet.models.xmem.layout import layout_of

_FRAME = 1024
_SHARPNESS = 2000.0
"""By how much keys differ more than random ones do, so that few of the best cells have the say."""
_CONTRAST = 24.0
"""Logit of a cell that is covered, at least; of one that is not, its negative half."""


def random_state(
    key: int = 64, value: int = 512, sensory: int = 64, *, input_channels: int = 5, seed: int = 0
) -> dict[str, Tensor]:
    """Return a state dict of these sizes, of numbers that neither vanish nor explode."""
    generator = torch.Generator().manual_seed(seed)

    def values(name: str, shape: tuple[int, ...]) -> Tensor:
        if name.endswith("num_batches_tracked"):
            return torch.tensor(7)
        if name.endswith("running_var"):
            return torch.rand(shape, generator=generator) + 0.5
        if len(shape) == 1:
            return 0.1 * torch.randn(shape, generator=generator) + (0.7 if ".bn" in name else 0.0)
        return torch.randn(shape, generator=generator) / math.sqrt(math.prod(shape[1:]))

    layout = layout_of(key, value, sensory, input_channels=input_channels)
    return {name: values(name, shape) for name, shape in layout.items()}


def following_state(key: int = 64, value: int = 512, sensory: int = 64) -> dict[str, Tensor]:
    """Return a random state dict whose first channels carry the mask, so that objects are followed."""
    state = random_state(key, value, sensory)
    for name in state:  # what is the same everywhere would outweigh what the frame shows
        if name.startswith("key_encoder") and name.endswith((".bias", "running_mean")):
            state[name].zero_()
    _carry(state, "value_encoder.conv1", source=3)
    for name in [key.removesuffix(".weight") for key in state if key.startswith("value_encoder.layer")]:
        if name.endswith("downsample.0"):
            _carry(state, name, source=0)
        elif name.endswith("conv2"):
            _carry(state, name, source=None)
    for fuser in ("value_encoder.fuser", "decoder.fuser"):
        _carry(state, f"{fuser}.block1.downsample", source=_FRAME)
        if fuser.startswith("value"):  # strides have left the corners of cells; the mean of four is in the middle
            state[f"{fuser}.block1.downsample.weight"][0, _FRAME, 1:, 1:] = 0.25
        for block in ("block1", "block2"):
            _carry(state, f"{fuser}.{block}.conv2", source=None)
        if f"{fuser}.block2.downsample.weight" in state:
            _carry(state, f"{fuser}.block2.downsample", source=0)
    _carry(state, "decoder.up_16_8.out_conv.downsample", source=0)
    for growth in ("up_16_8", "up_8_4"):
        _carry(state, f"decoder.{growth}.skip_conv", source=None)
        _carry(state, f"decoder.{growth}.out_conv.conv2", source=None)
    state["key_proj.key_proj.weight"] *= _SHARPNESS
    state["decoder.pred.weight"] *= 1e-3
    _carry(state, "decoder.pred", source=0)
    state["decoder.pred.weight"] *= _CONTRAST
    state["decoder.pred.bias"].fill_(-0.55 * _CONTRAST)
    return state


def _carry(state: dict[str, Tensor], conv: str, source: int | None) -> None:
    """Let the first channel that a convolution gives be one of its inputs as it is, or nothing."""
    weight = state[f"{conv}.weight"]
    weight[0] = 0
    if source is not None:
        weight[0, source, weight.shape[2] // 2, weight.shape[3] // 2] = 1
    if f"{conv}.bias" in state:
        state[f"{conv}.bias"][0] = 0
    head, _, last = conv.rpartition(".")
    norm = f"{head}.1" if last == "0" else f"{head}.{last.replace('conv', 'bn')}"
    for part, number in {"weight": 1.0, "bias": 0.0, "running_mean": 0.0, "running_var": 1.0}.items():
        if norm != conv and f"{norm}.{part}" in state:
            state[f"{norm}.{part}"][0] = number
