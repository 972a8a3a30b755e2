"""Looks of the network at one crop of a picture, with different clicks and previous masks."""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.models.eiseg.box_clicks import correct, first_clicks, fit
from masklet.models.eiseg.clicks import Clicks, coordinate_features
from masklet.models.eiseg.crop import CropBox
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

    def first_in_box(self, box: CropBox, given: Clicks, *, good_fit: float) -> tuple[int, FloatArray]:
        """Return which of `first_clicks` to take and its logits_hw.

        That is the first whose mask fits the box well, or the one that fits best.
        """
        best, best_fit, best_hw = 0, -1.0, np.zeros(self._size_hw, np.float32)
        for number, clicks in enumerate(first_clicks(box, given)):
            logits_hw = self.at(clicks)
            its_fit = fit(logits_hw, box)
            if its_fit > best_fit:
                best, best_fit, best_hw = number, its_fit, logits_hw
            if its_fit >= good_fit:
                break
        return best, best_hw

    def corrected_in_box(
        self, box: CropBox, clicks: Clicks, previous_hw: FloatArray, *, corrections: int
    ) -> FloatArray:
        """Return logits_hw with a known mask, corrected by clicks where they disagree with the box.

        Of the looks that takes, the one that fits the box best.
        """
        inside_hw = box.inside((self._size_hw[0], self._size_hw[1])).astype(np.float32)
        looks = [self.at(clicks, previous_hw * inside_hw)]
        for _ in range(corrections):
            more = correct(looks[-1], box, clicks)
            if more is None:
                break
            clicks = more
            looks.append(self.at(clicks, probability(looks[-1]) * inside_hw))
        return max(looks, key=lambda look_hw: fit(look_hw, box))
