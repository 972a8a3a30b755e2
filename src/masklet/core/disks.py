"""Disks in masks: how much of a disk around a pixel a mask covers, without unpacking the mask.

A run-length code goes down column after column. So does a disk, whose part of a column has a known length; what
both share is found column by column, for any number of disks and masks at once.

Shapes: P pairs of a disk and a mask, M masks, R runs of set pixels, S disks, D columns of a disk (its diameter).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from masklet.core import rle
from masklet.core.arrays import IntArray
from masklet.core.errors import ShapeError
from masklet.core.rle import Rle

_AT_ONCE = 2_000_000
"""Runs that are looked at together, for the sake of memory."""


def half_heights(radius: float) -> IntArray:
    """Return, for the columns of a disk from left to right, how far it reaches above and below its middle row.

    A pixel belongs to the disk if its middle is at most `radius` pixels from that of the middle pixel.

    >>> half_heights(2).tolist()
    [0, 1, 2, 1, 0]
    """
    reach = int(radius)
    offset_D = np.arange(-reach, reach + 1)
    height_D: IntArray = np.sqrt(np.maximum(radius * radius - offset_D * offset_D, 0)).astype(np.int64)
    return height_D


def disk_offsets(radius: float) -> IntArray:
    """Return xy_K2 of all pixels of a disk, as steps from its middle pixel."""
    height_D = half_heights(radius)
    reach = len(height_D) // 2
    rows = [np.arange(-height, height + 1) for height in height_D.tolist()]
    columns = [np.full(len(row), place - reach) for place, row in enumerate(rows)]
    return np.stack([np.concatenate(columns), np.concatenate(rows)], axis=1)


def disk_areas(xy_S2: IntArray, radius: float, size_HW: tuple[int, int]) -> IntArray:
    """Return how many pixels of each disk lie in the picture."""
    height, width = size_HW
    height_D = half_heights(radius)
    reach = len(height_D) // 2
    area_S = np.full(len(xy_S2), int((2 * height_D + 1).sum()))
    is_cut_S = ((xy_S2 < reach) | (xy_S2 >= np.array([width, height]) - reach)).any(axis=1)
    cut_K2 = xy_S2[is_cut_S]
    area_K = np.zeros(len(cut_K2), dtype=np.int64)
    for place, half in enumerate(height_D.tolist()):
        column_K = cut_K2[:, 0] + place - reach
        top_K = np.maximum(cut_K2[:, 1] - half, 0)
        bottom_K = np.minimum(cut_K2[:, 1] + half, height - 1) + 1
        area_K += np.where((column_K >= 0) & (column_K < width), np.maximum(bottom_K - top_K, 0), 0)
    area_S[is_cut_S] = area_K
    return area_S


@dataclass(frozen=True, eq=False)
class Columns:
    """The set pixels of many masks as runs that each lie in one column, in order of mask, column and row."""

    size_HW: tuple[int, int]
    key_R: IntArray
    """The mask's number times the width, and the column."""
    top_R: IntArray
    bottom_R: IntArray
    """Exclusive."""

    def covered(self, mask_P: IntArray, xy_P2: IntArray, radius: float) -> IntArray:
        """Return how many pixels of the disk around xy a mask has set, for each pair of a mask and a pixel.

        What of a disk is outside the picture is covered by nothing.
        """
        width = self.size_HW[1]
        height_D = half_heights(radius)
        reach = len(height_D) // 2
        x_P = xy_P2[:, 0]
        first_P = np.searchsorted(self.key_R, mask_P * width + np.maximum(x_P - reach, 0))
        last_P = np.searchsorted(self.key_R, mask_P * width + np.minimum(x_P + reach, width - 1), side="right")
        count_P = np.maximum(last_P - first_P, 0)
        covered_P = np.zeros(len(mask_P), dtype=np.int64)
        for part in _parts(count_P, _AT_ONCE):
            count = count_P[part]
            run_K = np.arange(count.sum()) + np.repeat(first_P[part] - np.cumsum(count) + count, count)
            left_K = np.repeat(mask_P[part] * width + x_P[part] - reach, count)
            y_K = np.repeat(xy_P2[part, 1], count)
            half_K = height_D[self.key_R[run_K] - left_K]
            overlap_K = np.minimum(self.bottom_R[run_K], y_K + half_K + 1) - np.maximum(
                self.top_R[run_K], y_K - half_K
            )
            sums_K1 = np.concatenate([[0], np.cumsum(np.maximum(overlap_K, 0))])
            ends = np.cumsum(count)
            covered_P[part] = sums_K1[ends] - sums_K1[ends - count]
        return covered_P


def columns_of(rles: Sequence[Rle], size_HW: tuple[int, int]) -> Columns:
    """Return the columns of masks of one size; raise ShapeError for another size, FormatError for no such code."""
    wrong = next((code.size_HW for code in rles if code.size_HW != size_HW), None)
    if wrong is not None:
        raise ShapeError(f"Expected masks of {size_HW[1]}x{size_HW[0]} pixels, got {wrong[1]}x{wrong[0]}.")
    height = size_HW[0]
    runs_K2, _ = rle.runs_of_many(rles)
    # ends in all masks one after the other, each of height times width pixels
    end_K = np.cumsum(runs_K2.sum(axis=1))
    is_set_K = runs_K2[:, 1] > 0
    end_K, length_K = end_K[is_set_K], runs_K2[is_set_K, 1]
    key_K = (end_K - length_K) // height
    top_K = end_K - length_K - key_K * height
    bottom_K = top_K + length_K
    if (bottom_K > height).any():
        columns_K = -(-bottom_K // height)
        place_R = np.arange(columns_K.sum()) - np.repeat(np.cumsum(columns_K) - columns_K, columns_K)
        key_K = np.repeat(key_K, columns_K) + place_R
        top_K = np.maximum(np.repeat(top_K, columns_K) - place_R * height, 0)
        bottom_K = np.minimum(np.repeat(bottom_K, columns_K) - place_R * height, height)
    return Columns(size_HW=size_HW, key_R=key_K, top_R=top_K, bottom_R=bottom_K)


def _parts(count_P: IntArray, most: int) -> list[slice]:
    """Return slices of the pairs that together have about so many runs, at least one pair each."""
    if not len(count_P):
        return []
    part_P = np.cumsum(count_P) // most
    edges = [0, *(np.flatnonzero(np.diff(part_P)) + 1).tolist(), len(count_P)]
    return [slice(start, stop) for start, stop in pairwise(edges)]
