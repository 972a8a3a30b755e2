"""Tensors of memory as named numpy arrays, and back, bit by bit.

numpy has no bfloat16: such numbers go as the 16 bits that they are.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from masklet.core.arrays import AnyArray
from masklet.models.xmem.keys import Keys
from masklet.models.xmem.memory import Known, Memory

_COUNTS = ("frame_M", "usage_M", "age_M")
_KEYS = ("key_MQ", "shrinkage_M", "selection_MQ")
_KNOWN = ("value_MV", "knows_M", "told_M", "cover_M")


def array_of(tensor: Tensor) -> AnyArray:
    """Return a tensor as an array; bfloat16 as uint16 of the same bits."""
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.uint16)
    return np.asarray(tensor.cpu().numpy())


def tensor_of(array: AnyArray, device: torch.device) -> Tensor:
    """Return the tensor that gave this array."""
    tensor = torch.tensor(array, device=device)
    return tensor.view(torch.bfloat16) if tensor.dtype == torch.uint16 else tensor


def memory_state(memory: Memory) -> dict[str, AnyArray]:
    """Return memory as named arrays."""
    arrays = {name: array_of(getattr(memory, name)) for name in _COUNTS}
    arrays |= {name: array_of(getattr(memory.keys, name)) for name in _KEYS}
    arrays["object_ids_N"] = np.array(memory.object_ids, dtype=np.int64)
    for object_id, known in memory.objects.items():
        arrays |= {f"{object_id}.{name}": array_of(getattr(known, name)) for name in _KNOWN}
    return arrays


def memory_from(state: Mapping[str, AnyArray], device: torch.device) -> Memory:
    """Return the memory that gave this state."""
    keys = Keys(*(tensor_of(state[name], device) for name in _KEYS))
    frame_M, usage_M, age_M = (tensor_of(state[name], device) for name in _COUNTS)
    object_ids = state["object_ids_N"].tolist()
    anywhere_M = np.ones_like(state["shrinkage_M"])  # for states from before covers were kept
    state = {**{f"{object_id}.cover_M": anywhere_M for object_id in object_ids}, **state}
    objects = {
        object_id: Known(*(tensor_of(state[f"{object_id}.{name}"], device) for name in _KNOWN))
        for object_id in object_ids
    }
    return Memory(keys, frame_M, usage_M, age_M, objects)
