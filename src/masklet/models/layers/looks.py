"""A model that labels pixels, made to look several times: at several sizes, mirrored, window by window.

What it says is the mean of all looks' probabilities. Source: Zhao et al., PSPNet, CVPR 2017, section 5
(multi-scale test), whose windows overlap by a third. Shapes: L classes, H W pixels of the frame, h w of a scaled
picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.core.errors import ModelError
from masklet.core.label_space import LabelSpace
from masklet.core.values import Frame
from masklet.models.protocols import SemanticModel

PSPNET_SCALES = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75)
"""Those of the paper's multi-scale test."""
_TINY = 1e-12
"""Keeps the logarithm of a probability finite."""


@dataclass(frozen=True, kw_only=True)
class LooksConfig:
    """At what a model looks; the default is one look at the frame as it is."""

    scales: tuple[float, ...] = (1.0,)
    """Sizes by the frame's."""
    mirror: bool = False
    """Whether each is also looked at mirrored, left for right."""
    window_HW: tuple[int, int] | None = None
    """Height and width of the windows, in pixels of the scaled picture; None: all of it at once."""
    overlap: float = 1 / 3
    """Share of a window that it has in common with the next, at least."""

    def __post_init__(self) -> None:
        if not self.scales or min(self.scales) <= 0:
            raise ModelError(f"Expected scales above 0, got {self.scales}.")
        if not 0 <= self.overlap < 1:
            raise ModelError(f"Expected an overlap of windows from 0 to below 1, got {self.overlap}.")
        if self.window_HW is not None and min(self.window_HW) < 1:
            raise ModelError(f"Expected windows of at least 1x1, got {self.window_HW[1]}x{self.window_HW[0]}.")


PLAIN = LooksConfig()


def with_looks(model: SemanticModel, config: LooksConfig) -> SemanticModel:
    """Return a model that looks so, the model itself where there is one plain look."""
    return model if config == PLAIN else ManyLooks(model, config)


class ManyLooks:
    """A `SemanticModel` around another one."""

    def __init__(self, model: SemanticModel, config: LooksConfig) -> None:
        self._model = model
        self.config = config

    @property
    def label_space(self) -> LabelSpace:
        """The classes of the model."""
        return self._model.label_space

    def scores(self, frame: Frame) -> FloatArray:
        """Return logits_LHW (float32): logarithms of the mean probabilities."""
        total_LHW = np.zeros((len(self.label_space), *frame.size_HW), dtype=np.float32)
        for scale in self.config.scales:
            image_hw3 = _scaled(frame.image_HW3, scale)
            total_LHW += _resized(self._probability(frame, image_hw3), frame.size_HW)
            if self.config.mirror:
                mirrored_Lhw = self._probability(frame, np.ascontiguousarray(image_hw3[:, ::-1]))
                total_LHW += _resized(np.ascontiguousarray(mirrored_Lhw[:, :, ::-1]), frame.size_HW)
        looks = len(self.config.scales) * (1 + self.config.mirror)
        logits_LHW: FloatArray = np.log(total_LHW / looks + _TINY)
        return logits_LHW

    def label(self, frame: Frame) -> UInt8Array:
        """Return label_map_HW, the class with the greatest mean probability."""
        label_map_HW: UInt8Array = self.scores(frame).argmax(axis=0).astype(np.uint8)
        return label_map_HW

    def _probability(self, frame: Frame, image_hw3: UInt8Array) -> FloatArray:
        """Return probability_Lhw of one picture, the mean over its windows."""
        size_hw = (image_hw3.shape[0], image_hw3.shape[1])
        total_Lhw = np.zeros((len(self.label_space), *size_hw), dtype=np.float32)
        count_hw = np.zeros(size_hw, dtype=np.float32)
        for rows, columns in windows(size_hw, self.config.window_HW or size_hw, self.config.overlap):
            part_hw3 = np.ascontiguousarray(image_hw3[rows, columns])
            total_Lhw[:, rows, columns] += _softmax(
                self._model.scores(Frame(frame.index, frame.seconds, part_hw3))
            )
            count_hw[rows, columns] += 1
        return total_Lhw / count_hw


def windows(size_HW: tuple[int, int], window_HW: tuple[int, int], overlap: float) -> Iterator[tuple[slice, slice]]:
    """Yield rows and columns of windows that cover a picture, evenly spread; one larger than the picture is cut.

    >>> [(columns.start, columns.stop) for _, columns in windows((4, 10), (4, 6), 0.25)]
    [(0, 6), (4, 10)]
    """
    for rows in _spans(size_HW[0], window_HW[0], overlap):
        for columns in _spans(size_HW[1], window_HW[1], overlap):
            yield rows, columns


def _spans(length: int, window: int, overlap: float) -> list[slice]:
    window = min(window, length)
    steps = ceil((length - window) / max(int(window * (1 - overlap)), 1))
    starts = np.linspace(0, length - window, steps + 1).round().astype(int).tolist()
    return [slice(start, start + window) for start in starts]


def _scaled(image_HW3: UInt8Array, scale: float) -> UInt8Array:
    if scale == 1:
        return image_HW3
    height, width = (max(1, round(side * scale)) for side in image_HW3.shape[:2])
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image_HW3, (width, height), interpolation=interpolation), dtype=np.uint8)


def _resized(probability_Lhw: FloatArray, size_HW: tuple[int, int]) -> FloatArray:
    if probability_Lhw.shape[1:] == size_HW:
        return probability_Lhw
    height, width = size_HW
    return np.stack(
        [cv2.resize(each_hw, (width, height), interpolation=cv2.INTER_LINEAR) for each_hw in probability_Lhw]
    )


def _softmax(logits_LHW: FloatArray) -> FloatArray:
    power_LHW = np.exp(logits_LHW - logits_LHW.max(axis=0))
    share_LHW: FloatArray = power_LHW / power_LHW.sum(axis=0)
    return share_LHW
