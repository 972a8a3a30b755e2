"""What becomes of old working memory, and what is forgotten (the paper's section 3.3).

Shapes: K candidates, cells of old frames; L prototypes chosen among them.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from masklet.models.xmem.config import XMemConfig
from masklet.models.xmem.keys import Keys, similarity
from masklet.models.xmem.memory import LONG_TERM, Known, Memory


def bounded(memory: Memory, staying: Collection[int], config: XMemConfig) -> Memory:
    """Return memory with no more frames and prototypes than there is room for.

    The frames `staying` are kept for ever. When there are T_max - 1 others, all but the latest T_min - 1 of them
    make room: their most used cells become prototypes, for which those used least have to go.
    """
    passing = [number for number in memory.frames if number not in staying]
    if len(passing) + 1 < config.most_frames:
        return memory
    old = torch.tensor(passing[: len(passing) - (config.fewest_frames - 1)], device=memory.frame_M.device)
    is_old_M, is_long_M = torch.isin(memory.frame_M, old), memory.frame_M == LONG_TERM
    candidates, kept = memory.rows(_where(is_old_M)), memory.rows(_where(~is_old_M & ~is_long_M))
    count = min(config.prototypes, config.long_term, len(candidates))
    long_term = most_used(memory.rows(_where(is_long_M)), config.long_term - count)
    return long_term.joined(prototypes(candidates, count)).joined(kept)


def most_used(memory: Memory, count: int) -> Memory:
    """Return the `count` cells that were used most in each frame of their lives, in their order."""
    return memory if len(memory) <= count else memory.rows(_most_used(memory, count).sort().values)


def prototypes(candidates: Memory, count: int) -> Memory:
    """Return the `count` most used of the candidates as prototypes: keys as they are, values of all of them.

    A value is potentiated: the mean of the candidates' values, weighed by the affinity of their keys to the
    prototype's. So is the shrinkage, as in the released code. Of an object that a chosen cell does not know, the
    prototype does not know either, and cells that do not know it have no say.
    """
    chosen_L = _most_used(candidates, count)
    keys = candidates.keys.rows(chosen_L)
    alike_LK = similarity(keys, candidates.keys)
    shrinkage_L = alike_LK.softmax(dim=1) @ candidates.keys.shrinkage_M
    zeros_L = torch.zeros_like(shrinkage_L)
    return Memory(
        Keys(keys.key_MQ, shrinkage_L, keys.selection_MQ),
        torch.full_like(chosen_L, LONG_TERM),
        zeros_L,
        zeros_L,
        {object_id: potentiated(known, chosen_L, alike_LK) for object_id, known in candidates.objects.items()},
    ).known_rows()


def potentiated(known: Known, chosen_L: Tensor, alike_LK: Tensor) -> Known:
    """Return what the prototypes say of an object, by their similarity to all candidates."""
    knows_L = known.knows_M[chosen_L]
    own_LK = alike_LK.masked_fill(~known.knows_M, -torch.inf)
    affinity_LK = own_LK.masked_fill(~knows_L[:, None], 0).softmax(dim=1)
    value_LV = (affinity_LK @ known.value_MV.to(affinity_LK.dtype)).to(known.value_MV.dtype)
    cover_L = affinity_LK @ known.cover_M
    return Known(value_LV, knows_L, torch.zeros_like(knows_L), cover_L)


def _most_used(memory: Memory, count: int) -> Tensor:
    return memory.rate_M.argsort(descending=True, stable=True)[:count]


def _where(is_M: Tensor) -> Tensor:
    return is_M.nonzero()[:, 0]
