"""What is remembered of a video: keys of cells, shared by all objects, and what the cells say of each object.

Working memory are the cells of some frames, long-term memory are prototypes: cells chosen from many. Both lie in
one table, so that a frame reads them at once. Of an object that came midway the cells from before know nothing.

Shapes: M cells remembered, K some of them, P cells of one frame, V channels of a value, N objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from masklet.models.xmem.keys import Keys

LONG_TERM = -1
"""The frame of a prototype."""


@dataclass(frozen=True, eq=False)
class Known:
    """What the cells say of one object."""

    value_MV: Tensor
    knows_M: Tensor
    """Whether a cell knows of the object; what it says counts only then."""
    told_M: Tensor
    """Whether it was told by a prompt, not found."""
    cover_M: Tensor
    """How much of a cell the object covered."""

    def rows(self, kept_K: Tensor) -> Known:
        """Return some of the cells."""
        return Known(self.value_MV[kept_K], self.knows_M[kept_K], self.told_M[kept_K], self.cover_M[kept_K])

    def joined(self, other: Known) -> Known:
        """Return the cells of both."""
        return Known(
            torch.cat([self.value_MV, other.value_MV]),
            torch.cat([self.knows_M, other.knows_M]),
            torch.cat([self.told_M, other.told_M]),
            torch.cat([self.cover_M, other.cover_M]),
        )

    def nothing(self, count: int) -> Known:
        """Return so many cells that know nothing of the object."""
        no_M = self.knows_M.new_zeros(count)
        value_MV = self.value_MV.new_zeros(count, self.value_MV.shape[1])
        return Known(value_MV, no_M, no_M, self.cover_M.new_zeros(count))


@dataclass(frozen=True, eq=False)
class Memory:
    """Cells of frames, or prototypes, in one table."""

    keys: Keys
    frame_M: Tensor
    """The number of the frame that a cell is of, LONG_TERM for a prototype."""
    usage_M: Tensor
    """How much each cell was read since it is remembered, summed over frames."""
    age_M: Tensor
    """Frames that each cell was remembered for."""
    objects: Mapping[int, Known]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects it knows of."""
        return tuple(self.objects)

    @property
    def frames(self) -> list[int]:
        """The frames of working memory, oldest first."""
        return [number for number in torch.unique(self.frame_M).tolist() if number != LONG_TERM]

    @property
    def rate_M(self) -> Tensor:
        """How much each cell was read per frame."""
        return self.usage_M / self.age_M.clamp(min=1)

    def used(self, usage_M: Tensor) -> Memory:
        """Return it one frame later."""
        return replace(self, usage_M=self.usage_M + usage_M, age_M=self.age_M + 1)

    def rows(self, kept_K: Tensor) -> Memory:
        """Return some of the cells."""
        objects = {object_id: known.rows(kept_K) for object_id, known in self.objects.items()}
        return Memory(
            self.keys.rows(kept_K), self.frame_M[kept_K], self.usage_M[kept_K], self.age_M[kept_K], objects
        )

    def joined(self, other: Memory) -> Memory:
        """Return the cells of both; of an object that only one of them knows, the other's know nothing."""
        objects: dict[int, Known] = {}
        for object_id in dict.fromkeys((*self.objects, *other.objects)):
            own, others = self.objects.get(object_id), other.objects.get(object_id)
            if own is None or others is None:
                known = own or others
                assert known is not None
                own, others = own or known.nothing(len(self)), others or known.nothing(len(other))
            objects[object_id] = own.joined(others)
        return Memory(
            self.keys.joined(other.keys),
            torch.cat([self.frame_M, other.frame_M]),
            torch.cat([self.usage_M, other.usage_M]),
            torch.cat([self.age_M, other.age_M]),
            objects,
        )

    def without(self, object_id: int) -> Memory:
        """Return it as if it had never known the object; cells that knew nothing else are gone."""
        others = {known_id: known for known_id, known in self.objects.items() if known_id != object_id}
        return replace(self, objects=others).known_rows()

    def forgetting_found(self, object_id: int) -> Memory:
        """Return it with nothing of the object but what was told by prompts."""
        known = self.objects[object_id]
        told = replace(known, knows_M=known.knows_M & known.told_M)
        return replace(self, objects={**self.objects, object_id: told}).known_rows()

    def known_rows(self) -> Memory:
        """Return the cells that know of any object."""
        known_M = torch.zeros_like(self.frame_M, dtype=torch.bool)
        for known in self.objects.values():
            known_M |= known.knows_M
        return self if bool(known_M.all()) else self.rows(known_M.nonzero()[:, 0])

    def knowing_alike(self, object_ids: Sequence[int]) -> list[list[int]]:
        """Return these objects in groups that are known by the same cells; those that none knows are left out."""
        groups: dict[bytes, list[int]] = {}
        for object_id in object_ids:
            if object_id in self.objects and bool((knows_M := self.objects[object_id].knows_M).any()):
                groups.setdefault(knows_M.cpu().numpy().tobytes(), []).append(object_id)
        return list(groups.values())


def of_frame(number: int, keys: Keys, value_NPV: Tensor, cover_NP: Tensor, told: Mapping[int, bool]) -> Memory:
    """Return the memory of a frame; `told` has the objects in order, and whether a prompt said where they are."""
    yes_P = torch.ones_like(keys.shrinkage_M, dtype=torch.bool)
    objects = {
        object_id: Known(
            value_PV.contiguous(), yes_P, yes_P if by_prompt else torch.zeros_like(yes_P), cover_P.contiguous()
        )
        for value_PV, cover_P, (object_id, by_prompt) in zip(value_NPV, cover_NP, told.items(), strict=True)
    }
    zeros_P = torch.zeros_like(keys.shrinkage_M)
    keys = Keys(keys.key_MQ.contiguous(), keys.shrinkage_M.contiguous(), keys.selection_MQ.contiguous())
    return Memory(keys, torch.full_like(zeros_P, number, dtype=torch.int64), zeros_P, zeros_P, objects)
