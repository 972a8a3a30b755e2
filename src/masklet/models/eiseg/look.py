"""A crop of a picture as the network looks at it, with different clicks and previous masks."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.models.eiseg.clicks import Clicks, coordinate_features
from masklet.models.runtime import Graph

_MEAN_3 = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION_3 = np.array([0.229, 0.224, 0.225], np.float32)


class Look:
    """A crop in the network's form; each look at it is one run of the network."""

    def __init__(self, graph: Graph, crop_hw3: UInt8Array) -> None:
        normal_hw3 = (crop_hw3.astype(np.float32) / 255 - _MEAN_3) / _DEVIATION_3
        self._image_13hw = np.ascontiguousarray(normal_hw3.transpose(2, 0, 1)[None])
        self._size_hw = crop_hw3.shape[:2]
        self._graph = graph

    @property
    def nothing_hw(self) -> FloatArray:
        """What is known of a mask of which nothing is known."""
        return np.zeros(self._size_hw, np.float32)

    def at(self, clicks: Clicks, known_hw: FloatArray) -> FloatArray:
        """Return logits_hw of the object with these clicks and a mask's probabilities as far as they are known."""
        features_13hw = coordinate_features(known_hw, clicks)
        (logits_11hw,) = self._graph(image=self._image_13hw, coord_features=features_13hw)
        return np.asarray(logits_11hw[0, 0])

    def repeated(
        self, clicks: Clicks, known_hw: FloatArray, *, times: int, within_hw: BoolArray | None = None
    ) -> FloatArray:
        """Return logits_hw of the last of some looks, each given the mask of the one before, as far as within."""
        for _ in range(times):
            logits_hw = self.at(clicks, known_hw if within_hw is None else known_hw * within_hw)
            known_hw = expit(logits_hw)
        return logits_hw
