"""Looks of the network at one crop of a picture, with different clicks and previous masks."""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.models.eiseg.box_clicks import CropBox, correct, first_clicks, fit
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
    """One crop in the network's form; a look at it costs one run of the network."""

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

    def from_clicks(self, clicks: Clicks, previous_hw: FloatArray | None, *, passes: int) -> FloatArray:
        """Return logits_hw after some looks, each but the first given the mask of the one before."""
        logits_hw = self.at(clicks, previous_hw)
        for _ in range(passes - 1):
            logits_hw = self.at(clicks, probability(logits_hw))
        return logits_hw

    def from_box(
        self, box: CropBox, given: Clicks, *, passes: int, good_fit: float, corrections: int
    ) -> FloatArray:
        """Return logits_hw of the object in a box; `given` are clicks known besides.

        Of the clicks a box may stand for, the first whose mask fits it well is kept, else the best. The mask
        is refined, then corrected where it disagrees with the box; the one that fits best is returned.
        """
        inside_hw = box.inside((self._size_hw[0], self._size_hw[1])).astype(np.float32)
        best = -1.0
        for tried in first_clicks(box, given):
            found_hw = self.at(tried)
            found_fit = fit(found_hw, box)
            if found_fit > best:
                best, clicks, logits_hw = found_fit, tried, found_hw
            if found_fit >= good_fit:
                break
        for _ in range(passes - 1):
            logits_hw = self.at(clicks, probability(logits_hw) * inside_hw)
        looks = [logits_hw]
        for _ in range(corrections):
            corrected = correct(looks[-1], box, clicks)
            if corrected is None:
                break
            clicks = corrected
            looks.append(self.at(clicks, probability(looks[-1]) * inside_hw))
        return max(looks, key=lambda look_hw: fit(look_hw, box))
