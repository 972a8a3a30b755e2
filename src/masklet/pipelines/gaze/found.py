"""What lies under the gaze in one kind of masks: pairs of a sample and something in its disk.

Shapes: K samples that are looked up, P pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Found:
    """Pairs of a sample and an object (or a class) that has some of the sample's disk."""

    sample_P: IntArray
    key_P: IntArray
    """The object's id, or the value of the class."""
    share_P: FloatArray
    """Of the disk's pixels that lie in the picture."""
    is_at_P: BoolArray
    """Whether it has the very pixel that is looked at."""
    score_P: FloatArray

    @classmethod
    def nothing(cls) -> Found:
        """Return no pairs."""
        none = np.zeros(0, dtype=np.int64)
        return cls(none, none, np.zeros(0), none.astype(bool), np.zeros(0))

    @classmethod
    def joined(cls, parts: list[Found]) -> Found:
        """Return the pairs of all parts."""
        parts = parts or [cls.nothing()]
        return cls(
            sample_P=np.concatenate([part.sample_P for part in parts]),
            key_P=np.concatenate([part.key_P for part in parts]),
            share_P=np.concatenate([part.share_P for part in parts]),
            is_at_P=np.concatenate([part.is_at_P for part in parts]),
            score_P=np.concatenate([part.score_P for part in parts]),
        )

    def of_samples(self, sample_K: IntArray) -> Found:
        """Return the pairs with other names of their samples: by the place in `sample_K`."""
        return replace(self, sample_P=sample_K[self.sample_P])

    def where(self, kept_P: BoolArray) -> Found:
        """Return some of the pairs."""
        return Found(
            self.sample_P[kept_P],
            self.key_P[kept_P],
            self.share_P[kept_P],
            self.is_at_P[kept_P],
            self.score_P[kept_P],
        )
