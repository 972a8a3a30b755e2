"""What is remembered of frames: keys of their cells, and for every object what the cells say of it.

Shapes: M cells remembered, Q channels of a key, R = Q - 4 without its place, C of a value, N objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from masklet.core.arrays import AnyArray, FloatArray, IntArray
from masklet.models.masklet_s.view import View


@dataclass(frozen=True, eq=False)
class Memory:
    """Cells of one frame, or the most used ones of many. Of objects without a value it knows nothing."""

    key_MR: FloatArray
    values: Mapping[int, FloatArray]
    """value_CM of each object; the last channel is 1 where the cell knows of it, else 0."""
    usage_M: FloatArray
    """How much each cell was used since it is remembered, summed over frames."""
    age_M: FloatArray
    """Frames that each cell was remembered for."""
    view: View | None = None
    """Where the cells are: of the latest frames, which things have not moved far from. None: anywhere by now."""

    def __len__(self) -> int:
        return len(self.key_MR)

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects it knows of."""
        return tuple(self.values)

    def without(self, object_id: int) -> Memory:
        """Return it as if it had never known the object."""
        return replace(self, values={known: value for known, value in self.values.items() if known != object_id})

    def used(self, usage_M: FloatArray) -> Memory:
        """Return it one frame later."""
        return replace(self, usage_M=self.usage_M + usage_M, age_M=self.age_M + 1)

    def cells(self, kept_K: IntArray) -> Memory:
        """Return some of its cells."""
        values = {object_id: value_CM[:, kept_K] for object_id, value_CM in self.values.items()}
        return Memory(self.key_MR[kept_K], values, self.usage_M[kept_K], self.age_M[kept_K])

    def most_used(self, count: int) -> Memory:
        """Return its `count` most used cells, in their order; usage is per frame (XMem, section 3.3)."""
        if len(self) <= count:
            return self
        rate_M = self.usage_M / np.maximum(self.age_M, 1)
        return self.cells(np.sort(np.argsort(-rate_M, kind="stable")[:count]))

    def state(self) -> dict[str, AnyArray]:
        """Return it as named arrays."""
        ids = self.object_ids
        return {
            "key_MR": self.key_MR,
            "view_6": np.array([] if self.view is None else self.view.numbers, dtype=np.int64),
            "object_ids_N": np.array(ids, dtype=np.int64),
            "values_NCM": np.stack([self.values[known] for known in ids]) if ids else np.zeros((0, 0, len(self))),
            "usage_M": self.usage_M,
            "age_M": self.age_M,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, AnyArray]) -> Memory:
        """Return what gave this state."""
        ids = state["object_ids_N"].tolist()
        values = dict(zip(ids, state["values_NCM"], strict=True))
        view = View.from_numbers(state["view_6"].tolist()) if len(state["view_6"]) else None
        return cls(state["key_MR"], values, state["usage_M"], state["age_M"], view)


def of_frame(key_PR: FloatArray, value_NCP: FloatArray, object_ids: Sequence[int]) -> Memory:
    """Return the memory of a frame that has not been used yet."""
    zeros_P = np.zeros(len(key_PR), dtype=np.float32)
    return Memory(key_PR, dict(zip(object_ids, value_NCP, strict=True)), zeros_P, zeros_P)


def joined(first: Memory, second: Memory) -> Memory:
    """Return the cells of both; of an object that only one of them knows, the other's cells know nothing."""
    values: dict[int, FloatArray] = {}
    for object_id in dict.fromkeys((*first.values, *second.values)):
        known = first.values.get(object_id, second.values.get(object_id))
        assert known is not None
        parts = [
            memory.values.get(object_id, np.zeros((len(known), len(memory)), np.float32))
            for memory in (first, second)
        ]
        values[object_id] = np.concatenate(parts, axis=1)
    return Memory(
        key_MR=np.concatenate([first.key_MR, second.key_MR]),
        values=values,
        usage_M=np.concatenate([first.usage_M, second.usage_M]),
        age_M=np.concatenate([first.age_M, second.age_M]),
    )


def table(memories: Sequence[Memory], object_ids: Sequence[int], view: View) -> tuple[FloatArray, FloatArray]:
    """Return key_MQ and value_NCM of all memories' cells, one after the other, for these objects.

    The last four channels of a key say where the cell is as seen from a view, zeros where it may be anywhere.
    """
    rows = [memory.key_MR for memory in memories]
    places = [
        np.zeros((len(memory), 4), np.float32) if memory.view is None else view.place(memory.view)
        for memory in memories
    ]
    key_MQ = np.concatenate([np.concatenate(rows), np.concatenate(places)], axis=1)
    channels = next(len(value_CM) for memory in memories for value_CM in memory.values.values())
    value_NCM = np.zeros((len(object_ids), channels, len(key_MQ)), dtype=np.float32)
    start = 0
    for memory in memories:
        columns = slice(start, start + len(memory))
        start = columns.stop
        for row, object_id in enumerate(object_ids):
            if object_id in memory.values:
                value_NCM[row, :, columns] = memory.values[object_id]
    return key_MQ, value_NCM
