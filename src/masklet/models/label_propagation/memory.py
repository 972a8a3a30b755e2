"""What is remembered of a frame: the cells around its objects, their features, and whose they were.

Shapes: K cells remembered, C channels, N objects, h w cells of the grid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from masklet.core.arrays import AnyArray, BoolArray, FloatArray, IntArray
from masklet.models.label_propagation.view import View

PRESENT = 0.1
"""A cell with this share of an object takes part in its surroundings."""


@dataclass(frozen=True, eq=False)
class Memory:
    """Cells of one view. Of objects that are not among its ids it knows nothing, neither yes nor no."""

    view: View
    object_ids: tuple[int, ...]
    cells_K2: IntArray
    """Row and column."""
    keys_KC: FloatArray
    """float16, for half the room."""
    shares_KN: FloatArray

    def knows(self, object_ids: Sequence[int]) -> bool:
        """Return whether it knows of one of these objects."""
        return not set(self.object_ids).isdisjoint(object_ids)

    def without(self, object_id: int) -> Memory:
        """Return it as if it had never known the object."""
        kept = [position for position, known in enumerate(self.object_ids) if known != object_id]
        ids = tuple(self.object_ids[position] for position in kept)
        return replace(self, object_ids=ids, shares_KN=self.shares_KN[:, kept])

    def shares_hw(self, object_id: int) -> FloatArray:
        """Return an object's shares on the view's grid, 0 where nothing is remembered."""
        shares_hw = np.zeros(self.view.grid_hw, dtype=np.float32)
        shares_hw[tuple(self.cells_K2.T)] = self.shares_KN[:, self.object_ids.index(object_id)]
        return shares_hw

    def state(self) -> dict[str, AnyArray]:
        """Return it as named arrays."""
        return {
            "view_6": np.array(self.view.numbers),
            "object_ids_N": np.array(self.object_ids, dtype=np.int64),
            "cells_K2": self.cells_K2,
            "keys_KC": self.keys_KC,
            "shares_KN": self.shares_KN,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, AnyArray]) -> Memory:
        """Return what gave this state."""
        return cls(
            view=View.from_numbers(state["view_6"].tolist()),
            object_ids=tuple(int(object_id) for object_id in state["object_ids_N"]),
            cells_K2=state["cells_K2"],
            keys_KC=state["keys_KC"],
            shares_KN=state["shares_KN"],
        )


def remember(
    view: View, features_hwC: FloatArray, shares_Nhw: FloatArray, object_ids: Sequence[int], *, margin: int
) -> Memory:
    """Return the memory of the cells in and around these objects."""
    kept_hw = surroundings(shares_Nhw.max(axis=0), margin)
    return Memory(
        view=view,
        object_ids=tuple(object_ids),
        cells_K2=np.argwhere(kept_hw).astype(np.int16),
        keys_KC=features_hwC[kept_hw].astype(np.float16),
        shares_KN=np.ascontiguousarray(shares_Nhw[:, kept_hw].T, dtype=np.float32),
    )


def surroundings(shares_hw: FloatArray, margin: int) -> BoolArray:
    """Return near_hw: the cells with a share of an object, and those up to `margin` cells beside them."""
    side = 2 * margin + 1
    grown_hw = cv2.dilate((shares_hw > PRESENT).astype(np.uint8), np.ones((side, side), np.uint8))
    return np.asarray(grown_hw, dtype=bool)


def shares_by_matches(
    memories: Sequence[Memory], weight_QT: FloatArray, index_QT: IntArray, object_ids: Sequence[int]
) -> FloatArray:
    """Return shares_NQ: for each object, the weighted mean of its shares over the matches that know of it.

    0 where no match knows of an object.
    """
    shares_QN = np.zeros((len(weight_QT), len(object_ids)), dtype=np.float32)
    weight_KN, known_KN = _table(memories, object_ids)
    for position in range(len(object_ids)):
        total_Q = (weight_QT * known_KN[index_QT, position]).sum(axis=1)
        found_Q = (weight_QT * weight_KN[index_QT, position]).sum(axis=1)
        shares_QN[:, position] = np.divide(found_Q, total_Q, out=np.zeros_like(found_Q), where=total_Q > 0)
    return shares_QN.T


def _table(memories: Sequence[Memory], object_ids: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """Return shares_KN and known_KN (0 or 1) of all memories' cells, one after the other, for these objects."""
    length = sum(len(memory.cells_K2) for memory in memories)
    shares_KN = np.zeros((length, len(object_ids)), dtype=np.float32)
    known_KN = np.zeros_like(shares_KN)
    start = 0
    for memory in memories:
        rows = slice(start, start + len(memory.cells_K2))
        start = rows.stop
        for column, object_id in enumerate(object_ids):
            if object_id in memory.object_ids:
                known_KN[rows, column] = 1
                shares_KN[rows, column] = memory.shares_KN[:, memory.object_ids.index(object_id)]
    return shares_KN, known_KN
