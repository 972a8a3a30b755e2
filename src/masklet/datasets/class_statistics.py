"""How much there is of each class in a data set: what balanced sampling, weights and tables need.

Shapes: L classes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.label_space import LabelSpace
from masklet.datasets.labelled import LabelledPicture


@dataclass(frozen=True, eq=False)
class ClassStatistics:
    """Counts over some pictures."""

    label_space: LabelSpace
    pictures: int
    pixels_L: IntArray
    """Pixels of each class."""
    pictures_L: IntArray
    """Pictures that show each class."""
    present_L: IntArray
    """Pixels of all classes in the pictures that show the class."""
    void: int
    """Pixels of no class."""

    @property
    def shares_L(self) -> FloatArray:
        """Share of each class in all pixels but void ones; 0 where there are none."""
        return self.pixels_L / max(int(self.pixels_L.sum()), 1)

    @property
    def median_frequency_L(self) -> FloatArray:
        """Weights of median frequency balancing: the median of all frequencies by the class's own, 0 of a class
        that does not occur.

        A class's frequency is its share in the pictures that show it. Source: Eigen and Fergus, ICCV 2015.
        """
        occurs_L = self.pixels_L > 0
        if not occurs_L.any():
            return np.zeros(len(self.label_space))
        frequency_L = self.pixels_L / np.maximum(self.present_L, 1)
        weight_L: FloatArray = np.where(
            occurs_L, np.median(frequency_L[occurs_L]) / np.where(occurs_L, frequency_L, 1), 0.0
        )
        return weight_L


def class_statistics(pictures: Iterable[LabelledPicture], label_space: LabelSpace) -> ClassStatistics:
    """Return the counts of pictures of one label space; each picture's labels are read once."""
    count, void = 0, 0
    pixels_L, pictures_L, present_L = (np.zeros(len(label_space), dtype=np.int64) for _ in range(3))
    for picture in pictures:
        count_256 = np.bincount(picture.read_labels().ravel(), minlength=256)
        here_L = count_256[: len(label_space)]
        count += 1
        void += int(count_256[len(label_space) :].sum())
        pixels_L += here_L
        pictures_L += here_L > 0
        present_L += np.where(here_L > 0, here_L.sum(), 0)
    return ClassStatistics(label_space, count, pixels_L, pictures_L, present_L, void)
