"""A crop of a picture as the network looks at it, with different clicks and previous masks."""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.models.eiseg.clicks import Clicks, coordinate_features
from masklet.models.runtime import Graph

_MEAN_3 = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION_3 = np.array([0.229, 0.224, 0.225], np.float32)


def probability(logits: FloatArray) -> FloatArray:
    """Return the logistic function of the logits.

    >>> probability(np.array([0.0])).tolist()
    [0.5]
    """
    return np.asarray(1 / (1 + np.exp(-logits)))


class Look:
    """A crop in the network's form; each look at it is one run of the network."""

    def __init__(self, graph: Graph, crop_hw3: UInt8Array) -> None:
        normal_hw3 = (crop_hw3.astype(np.float32) / 255 - _MEAN_3) / _DEVIATION_3
        self._image_13hw = np.ascontiguousarray(normal_hw3.transpose(2, 0, 1)[None])
        self._size_hw = crop_hw3.shape[:2]
        self._graph = graph

    def at(self, clicks: Clicks, previous_hw: FloatArray | None = None) -> FloatArray:
        """Return logits_hw of the object with these clicks and, where known, its mask's probabilities."""
        before_hw = np.zeros(self._size_hw, np.float32) if previous_hw is None else previous_hw
        features_13hw = coordinate_features(before_hw, clicks)
        (logits_11hw,) = self._graph(image=self._image_13hw, coord_features=features_13hw)
        return np.asarray(logits_11hw[0, 0])
