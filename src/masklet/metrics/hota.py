"""HOTA: detection and association of tracks in one number (Luiten et al., IJCV 2021), matched as its authors do.

Shapes: A thresholds, N true tracks, M predicted tracks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.optimize import linear_sum_assignment

from masklet.core.arrays import FloatArray, IntArray
from masklet.metrics.overlap import FrameOverlap

THRESHOLDS_A: FloatArray = np.arange(1, 20) / 20
"""IoU from which a pair counts as a match: 0.05, 0.1, ..., 0.95."""
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Hota:
    """Counts at each of the 19 thresholds; those of several sequences add up with `+`."""

    matches_A: IntArray
    false_positives_A: IntArray
    misses_A: IntArray
    association_A: FloatArray
    """Over all matches, the share that their two tracks have in common: matches / (all boxes of both tracks)."""
    iou_sum_A: FloatArray

    def __add__(self, other: Hota) -> Hota:
        return Hota(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    @property
    def det_a_A(self) -> FloatArray:
        """Matches of all boxes, true and predicted; nan where there is none."""
        return _shares(self.matches_A, self.matches_A + self.misses_A + self.false_positives_A)

    @property
    def ass_a_A(self) -> FloatArray:
        """Mean association of the matches, 0 without any; nan where there is no box at all."""
        boxes_A = self.matches_A + self.misses_A + self.false_positives_A
        return np.where(boxes_A > 0, self.association_A / np.maximum(self.matches_A, 1), np.nan)

    @property
    def hota(self) -> float:
        """Mean over the thresholds of the geometric mean of DetA and AssA; nan without any box."""
        return float(np.sqrt(self.det_a_A * self.ass_a_A).mean())

    @property
    def det_a(self) -> float:
        """Detection accuracy, mean over the thresholds."""
        return float(self.det_a_A.mean())

    @property
    def ass_a(self) -> float:
        """Association accuracy, mean over the thresholds."""
        return float(self.ass_a_A.mean())

    @property
    def loc_a(self) -> float:
        """Mean IoU of the matches, mean over those thresholds that have any; nan without any."""
        found_A = self.matches_A > 0
        return float((self.iou_sum_A[found_A] / self.matches_A[found_A]).mean()) if found_A.any() else float("nan")


def hota(frames: Iterable[FrameOverlap]) -> Hota:
    """Return the counts of one sequence; a sequence without frames has zeros.

    In each frame those pairs are matched that have the greatest sum of IoU times the overlap of their tracks
    over the whole sequence. At a threshold those of them count whose IoU reaches it.

    >>> seen, renamed = (FrameOverlap((1,), (name,), np.array([[0.8]])) for name in (7, 9))
    >>> both = hota([seen, renamed])
    >>> round(both.det_a, 3), round(both.ass_a, 3)
    (0.842, 0.421)
    """
    listed = list(frames)
    rows = _positions(frame.truth_ids for frame in listed)
    columns = _positions(frame.predicted_ids for frame in listed)
    truth_N, predicted_M, alignment_NM = _global_alignment(listed, rows, columns)
    common_ANM = np.zeros((len(THRESHOLDS_A), len(rows), len(columns)))
    iou_sum_A = np.zeros(len(THRESHOLDS_A))
    for frame in listed:
        at_n, at_m = _at(rows, frame.truth_ids), _at(columns, frame.predicted_ids)
        worth_nm = alignment_NM[np.ix_(at_n, at_m)] * frame.iou_NM
        for n, m in zip(*linear_sum_assignment(worth_nm, maximize=True), strict=True):
            reached_A = frame.iou_NM[n, m] >= THRESHOLDS_A - ROUNDING
            common_ANM[:, at_n[n], at_m[m]] += reached_A
            iou_sum_A += reached_A * frame.iou_NM[n, m]
    matches_A = common_ANM.sum(axis=(1, 2)).astype(np.int64)
    shared_ANM = common_ANM / np.maximum(truth_N[:, None] + predicted_M - common_ANM, 1)
    return Hota(
        matches_A=matches_A,
        false_positives_A=int(predicted_M.sum()) - matches_A,
        misses_A=int(truth_N.sum()) - matches_A,
        association_A=(common_ANM * shared_ANM).sum(axis=(1, 2)),
        iou_sum_A=iou_sum_A,
    )


def _global_alignment(
    frames: Sequence[FrameOverlap], rows: dict[int, int], columns: dict[int, int]
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return boxes per true track, per predicted track, and alignment_NM: the soft overlap of whole tracks."""
    truth_N, predicted_M = np.zeros(len(rows), dtype=np.int64), np.zeros(len(columns), dtype=np.int64)
    common_NM = np.zeros((len(rows), len(columns)))
    for frame in frames:
        at_n, at_m = _at(rows, frame.truth_ids), _at(columns, frame.predicted_ids)
        truth_N[at_n] += 1
        predicted_M[at_m] += 1
        iou_nm = frame.iou_NM
        rivals_nm = iou_nm.sum(axis=1, keepdims=True) + iou_nm.sum(axis=0, keepdims=True) - iou_nm
        common_NM[np.ix_(at_n, at_m)] += np.divide(
            iou_nm, rivals_nm, out=np.zeros(iou_nm.shape, dtype=np.float64), where=rivals_nm > 0
        )
    return truth_N, predicted_M, common_NM / np.maximum(truth_N[:, None] + predicted_M - common_NM, ROUNDING)


def _positions(ids_of_frames: Iterable[tuple[int, ...]]) -> dict[int, int]:
    return {item: place for place, item in enumerate(sorted({item for ids in ids_of_frames for item in ids}))}


def _at(positions: dict[int, int], ids: tuple[int, ...]) -> IntArray:
    return np.array([positions[item] for item in ids], dtype=np.intp)


def _shares(parts_A: IntArray, wholes_A: IntArray) -> FloatArray:
    shares_A: FloatArray = np.where(wholes_A > 0, parts_A / np.maximum(wholes_A, 1), np.nan)
    return shares_A
