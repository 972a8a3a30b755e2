"""Identity measures IDF1, IDP, IDR (Ristani et al., ECCV workshops 2016): whole tracks are matched, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from masklet.metrics.overlap import FrameOverlap


@dataclass(frozen=True)
class Identity:
    """Boxes that lie on the track matched to theirs (tp), and those of prediction (fp) and truth (fn) that do not.

    Counts of several sequences add up with `+`.
    """

    idtp: int
    idfp: int
    idfn: int

    def __add__(self, other: Identity) -> Identity:
        return Identity(self.idtp + other.idtp, self.idfp + other.idfp, self.idfn + other.idfn)

    @property
    def idf1(self) -> float:
        """Harmonic mean of precision and recall; nan where there is nothing on either side."""
        return _share(2 * self.idtp, 2 * self.idtp + self.idfp + self.idfn)

    @property
    def idp(self) -> float:
        """Share of the predicted boxes that are right; nan without any."""
        return _share(self.idtp, self.idtp + self.idfp)

    @property
    def idr(self) -> float:
        """Share of the true boxes that are found; nan without any."""
        return _share(self.idtp, self.idtp + self.idfn)


def identity(frames: Iterable[FrameOverlap], *, threshold: float = 0.5) -> Identity:
    """Return the counts under the one-to-one assignment of tracks that has the most boxes in common.

    Two boxes are in common where their IoU is at least the threshold.

    >>> identity([FrameOverlap((1,), (7,), np.array([[0.8]])), FrameOverlap((1,), (9,), np.array([[0.8]]))])
    Identity(idtp=1, idfp=1, idfn=1)
    """
    common: Counter[tuple[int, int]] = Counter()
    truth_count = predicted_count = 0
    for frame in frames:
        truth_count += len(frame.truth_ids)
        predicted_count += len(frame.predicted_ids)
        pairs = np.argwhere(frame.iou_NM >= threshold)
        common.update((frame.truth_ids[row], frame.predicted_ids[column]) for row, column in pairs)
    idtp = _most_in_common(common)
    return Identity(idtp=idtp, idfp=predicted_count - idtp, idfn=truth_count - idtp)


def _most_in_common(common: Counter[tuple[int, int]]) -> int:
    row_of = {truth_id: row for row, truth_id in enumerate({pair[0] for pair in common})}
    column_of = {predicted_id: column for column, predicted_id in enumerate({pair[1] for pair in common})}
    count_NM = np.zeros((len(row_of), len(column_of)), dtype=np.int64)
    for (truth_id, predicted_id), count in common.items():
        count_NM[row_of[truth_id], column_of[predicted_id]] = count
    return int(count_NM[linear_sum_assignment(count_NM, maximize=True)].sum())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
