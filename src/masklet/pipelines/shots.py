"""Where one shot ends and the next begins: hard cuts, found by a sudden change of all colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from masklet.core.arrays import AnyArray, FloatArray, UInt8Array
from masklet.core.values import Frame


@dataclass(frozen=True, kw_only=True)
class ShotConfig:
    """When a change counts as a cut. Dissolves and fades are not found."""

    threshold: float = 0.35
    """Share of the picture whose colour must differ from the frame before."""
    ratio: float = 2.5
    """How many times the change usual in this shot it must be: a passing lorry is no cut."""
    thumbnail_WH: tuple[int, int] = (160, 90)
    bins: int = 8


class ShotDetector:
    """Remembers the colours of the last frame and how much they usually change."""

    def __init__(self, config: ShotConfig | None = None) -> None:
        self._config = config or ShotConfig()
        self._histogram: FloatArray | None = None
        self._usual = 0.0

    def is_cut(self, frame: Frame) -> bool:
        """Return whether this frame begins a new shot; the first frame begins one."""
        histogram = _colours(frame.image_HW3, self._config)
        if self._histogram is None:
            self._histogram = histogram
            return True
        change = 1 - float(np.minimum(histogram, self._histogram).sum())
        is_cut = change > self._config.threshold and change > self._config.ratio * self._usual
        self._usual = 0.0 if is_cut else 0.8 * self._usual + 0.2 * change
        self._histogram = histogram
        return is_cut

    def state(self) -> dict[str, AnyArray]:
        """Return what is remembered as named arrays."""
        histogram = np.zeros(0) if self._histogram is None else self._histogram
        return {"histogram": histogram, "usual": np.array(self._usual)}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray], config: ShotConfig | None = None) -> ShotDetector:
        """Return a detector that goes on where the one that gave this state stood."""
        detector = cls(config)
        detector._histogram = state["histogram"] if state["histogram"].size else None
        detector._usual = float(state["usual"])
        return detector


def _colours(image_HW3: UInt8Array, config: ShotConfig) -> FloatArray:
    thumbnail = cv2.resize(image_HW3, config.thumbnail_WH, interpolation=cv2.INTER_AREA)
    hsv = cv2.cvtColor(thumbnail, cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv], [0, 1, 2], None, [config.bins] * 3, [0, 180, 0, 256, 0, 256]).ravel()
    histogram: FloatArray = counts.astype(np.float64) / counts.sum()
    return histogram
