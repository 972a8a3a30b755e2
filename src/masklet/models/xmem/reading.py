"""Reading memory: every cell of the new frame listens to the remembered cells that are most like it.

Shapes: P cells that ask, M cells remembered, K cells listened to, V channels of a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from masklet.models.xmem.keys import Keys
from masklet.models.xmem.memory import Memory

_FOLD = 16
"""Cells whose best is looked at first, so that few have to be sorted."""
_AT_ONCE = 1 << 21
"""Similarities that are worked on together: about what a processor keeps close at hand."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What is known of the objects at the cells of a frame."""

    readouts: Mapping[int, Tensor]
    """readout_PV of each object that any cell knows."""
    covers: Mapping[int, Tensor]
    """cover_P of each: how much of the cells it covers, by what is remembered."""
    usage_M: Tensor
    """How much each remembered cell was listened to: sums over cells, means over objects."""


def read(memory: Memory, asking: Keys, object_ids: Sequence[int], top_k: int) -> Reading:
    """Return what is read for these objects (Eq. 1 and 2, over the `top_k` most similar cells that know each)."""
    groups = memory.knowing_alike(object_ids)
    knows = [memory.objects[group[0]].knows_M for group in groups]
    found = affinities(memory.keys, asking, knows, top_k)
    readouts: dict[int, Tensor] = {}
    covers: dict[int, Tensor] = {}
    usage_M = torch.zeros_like(memory.usage_M)
    for group, (where_PK, weight_PK) in zip(groups, found, strict=True):
        usage_M.index_add_(0, where_PK.flatten(), weight_PK.flatten().to(usage_M.dtype) * len(group))
        for object_id in group:
            value_MV = memory.objects[object_id].value_MV
            covers[object_id] = (memory.objects[object_id].cover_M[where_PK] * weight_PK).sum(dim=1)
            readouts[object_id] = functional.embedding_bag(
                where_PK, value_MV, per_sample_weights=weight_PK.to(value_MV.dtype), mode="sum"
            )
    return Reading(readouts, covers, usage_M / max(len(readouts), 1))


def affinities(asked: Keys, asking: Keys, knows: Sequence[Tensor], top_k: int) -> list[tuple[Tensor, Tensor]]:
    """Return where_PK and weight_PK for each of `knows` (bool_M): the cells most alike among those, and the
    softmax of their similarities. The similarity is computed once, some rows at a time."""
    question_PA, address_AM = asking.question_PA(), asked.address_MA.mT
    unknown = [None if bool(knows_M.all()) else ~knows_M for knows_M in knows]
    parts: list[list[tuple[Tensor, Tensor]]] = [[] for _ in knows]
    for question_BA in torch.split(question_PA, max(_AT_ONCE // len(asked), 1)):
        similarity_BM = question_BA @ address_AM
        for unknown_M, part in zip(unknown, parts, strict=True):
            own_BM = similarity_BM if unknown_M is None else similarity_BM.masked_fill(unknown_M, -torch.inf)
            best_BK, where_BK = best(own_BM, top_k)
            part.append((where_BK, best_BK.softmax(dim=1)))
    return [(torch.cat([each[0] for each in part]), torch.cat([each[1] for each in part])) for part in parts]


def best(values_PM: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return the `count` highest of each row and where they are, all of them where there are fewer.

    The row is folded: the highest of each fold come first, and only the folds with the best of those are sorted.
    None of the highest can lie in another, as each of `count` folds has one that is no lower.
    """
    cells = values_PM.shape[1]
    width = cells // _FOLD
    if width <= 2 * count:
        highest_PK, where_PK = values_PM.topk(min(count, cells), dim=1)
        return highest_PK, where_PK
    folds_PFW = values_PM[:, : width * _FOLD].view(-1, _FOLD, width)
    fold_PK = folds_PFW.amax(dim=1).topk(count, dim=1, sorted=False).indices
    starts_F1 = torch.arange(_FOLD, device=values_PM.device)[:, None] * width
    rest = torch.arange(width * _FOLD, cells, device=values_PM.device).expand(len(values_PM), -1)
    where_PC = torch.cat([(fold_PK[:, None] + starts_F1).flatten(1), rest], dim=1)
    highest_PK, place_PK = values_PM.gather(1, where_PC).topk(count, dim=1)
    return highest_PK, where_PC.gather(1, place_PK)
