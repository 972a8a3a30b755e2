"""What DAVIS says about one object over a sequence: mean, recall and decay of J or F."""

from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import ShapeError


@dataclass(frozen=True)
class SequenceStatistics:
    """Mean, recall (share of frames above 0.5) and decay (loss from the first to the last quarter)."""

    mean: float
    recall: float
    decay: float


def sequence_statistics(values_T: FloatArray, *, official_decay: bool = False) -> SequenceStatistics:
    """Return the statistics of one object's J or F in each frame; raise ShapeError without frames.

    >>> sequence_statistics(np.array([1, 0.75, 0.75, 0.5]))
    SequenceStatistics(mean=0.75, recall=0.75, decay=0.25)
    """
    if not values_T.size:
        raise ShapeError("Expected the values of at least one frame, got none.")
    return SequenceStatistics(
        mean=float(values_T.mean()),
        recall=float((values_T > 0.5).mean()),
        decay=decay(values_T, official=official_decay),
    )


def decay(values_T: FloatArray, *, official: bool = False) -> float:
    """Return the mean of the first quarter less the mean of the last; quarters share their border frame.

    The evaluation code of the benchmark keeps the borders in 8 bits, which wrap from frame 256 on and so
    compare other frames. `official=True` does the same, to reproduce published figures of long videos; it is
    nan where the wrapped borders leave nothing to compare.
    """
    borders = np.round(np.linspace(1, len(values_T), 5) + 1e-10).astype(np.int64) - 1
    if official:
        borders %= 256
    first, last = values_T[borders[0] : borders[1] + 1], values_T[borders[3] : borders[4] + 1]
    if not first.size or not last.size:
        return float("nan")
    return float(first.mean() - last.mean())
