"""Features that cells are compared by: two depths of a PP-LCNetV2 trained on ImageNet.

Shapes: H W pixels of the canvas, h w cells of the grid, C channels.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.models.runtime import Graph, Precision, load_graph

CELL = 8
"""Pixels of the canvas along one side of a cell."""
_MEAN_3 = np.array([0.485, 0.456, 0.406], np.float32) * 255
_DEVIATION_3 = np.array([0.229, 0.224, 0.225], np.float32) * 255
_LAYERS = ("relu_10.tmp_0", "relu_30.tmp_0")
"""The last layer of 8 pixels a cell, which sees edges, and a deep one of 16, which sees things."""
_FINE_WEIGHT, _DEEP_WEIGHT = np.float32(0.7 / np.hypot(0.7, 1.0)), np.float32(1.0 / np.hypot(0.7, 1.0))


class Backbone(Protocol):
    """Turns a picture into features; anything that does so can carry the labels."""

    def __call__(self, canvas_HW3: UInt8Array) -> FloatArray:
        """Return features_hwC of a picture whose sides are multiples of 16: unit vectors, one per cell."""
        ...


class LcNetFeatures:
    """Two layers of PP-LCNetV2, each of unit length, side by side."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def __call__(self, canvas_HW3: UInt8Array) -> FloatArray:
        """Return features_hwC, float32."""
        normal_HW3 = (canvas_HW3.astype(np.float32) - _MEAN_3) / _DEVIATION_3
        fine_1Chw, deep_1Chw = self._graph(x=np.ascontiguousarray(normal_HW3.transpose(2, 0, 1)[None]))
        return _side_by_side(_channels_last(fine_1Chw), _channels_last(deep_1Chw))


def load_backbone(weights: Path, *, threads: int | None = None, precision: Precision = "auto") -> LcNetFeatures:
    """Return the features of a .pdmodel file of PP-LCNetV2; raise WeightsError for another network."""
    shapes = {"x": [1, 3, -1, -1]}
    graph = load_graph(weights, threads=threads, precision=precision, outputs=_LAYERS, input_shapes=shapes)
    return LcNetFeatures(graph)


def unit_vectors(features_hwC: FloatArray) -> FloatArray:
    """Return the vectors at length 1; zero vectors stay zero."""
    length_hw = np.sqrt(np.einsum("hwc,hwc->hw", features_hwC, features_hwC))
    unit_hwC: FloatArray = features_hwC / np.maximum(length_hw, np.float32(1e-6))[..., None]
    return unit_hwC


def doubled(features_hwC: FloatArray, axis: int) -> FloatArray:
    """Return the features interpolated to twice as many places along an axis, edges repeated.

    OpenCV resizes no picture of this many channels.

    >>> doubled(np.array([[[0.0]], [[4.0]]]), axis=0).ravel()
    array([0., 1., 3., 4.])
    """
    here = np.moveaxis(features_hwC, axis, 0)
    before, after = np.concatenate([here[:1], here[:-1]]), np.concatenate([here[1:], here[-1:]])
    pairs = np.stack([0.75 * here + 0.25 * before, 0.75 * here + 0.25 * after], axis=1)
    return np.moveaxis(pairs.reshape(2 * len(here), *here.shape[1:]), 0, axis)


def _side_by_side(fine_hwC: FloatArray, deep_hwC: FloatArray) -> FloatArray:
    """Return both layers as one unit vector per cell of the finer one."""
    deep_hwC = doubled(doubled(deep_hwC, axis=0), axis=1)
    parts = (unit_vectors(fine_hwC) * _FINE_WEIGHT, unit_vectors(deep_hwC) * _DEEP_WEIGHT)
    return np.concatenate(parts, axis=-1)


def _channels_last(layer_1Chw: FloatArray) -> FloatArray:
    return np.ascontiguousarray(layer_1Chw[0].transpose(1, 2, 0))
