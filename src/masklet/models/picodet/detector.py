"""PicoDet-S as exported by its authors: 416 pixels, suppression of doubles inside the graph."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import cv2
import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.core.boxes import box_area, clip_boxes
from masklet.core.errors import ModelError
from masklet.core.label_spaces.coco import COCO_THINGS
from masklet.core.values import Detections, Frame
from masklet.models.runtime import Graph, Precision, load_graph

_SIDE = 416
_MEAN_3 = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION_3 = np.array([0.229, 0.224, 0.225], np.float32)


@dataclass(frozen=True, kw_only=True)
class PicoDetConfig:
    """What is asked of the detector."""

    classes: tuple[str, ...] = COCO_THINGS
    """Only these are returned."""
    threshold: float = 0.5
    """Least score of a detection; the graph itself drops what is below 0.025."""

    def __post_init__(self) -> None:
        unknown = next((name for name in self.classes if name not in COCO_THINGS), None)
        if unknown is not None:
            near = get_close_matches(unknown, COCO_THINGS, cutoff=0.5) or COCO_THINGS[:6]
            raise ModelError(f"Expected names of COCO's 80 classes (such as {', '.join(near)}), got {unknown!r}.")
        if not 0 <= self.threshold <= 1:
            raise ModelError(f"Expected a threshold between 0 and 1, got {self.threshold}.")


class PicoDet:
    """A detector; `restricted` gives one with the same network that returns less."""

    def __init__(self, graph: Graph, config: PicoDetConfig | None = None) -> None:
        self._graph = graph
        self.config = config or PicoDetConfig()

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names it returns."""
        return self.config.classes

    def restricted(self, classes: Collection[str] | None = None, threshold: float | None = None) -> PicoDet:
        """Return a detector of these classes and scores only, sharing the network.

        Raise ModelError for a class COCO does not have or a threshold outside 0 to 1.
        """
        chosen = self.config.classes if classes is None else tuple(classes)
        least = self.config.threshold if threshold is None else threshold
        return PicoDet(self._graph, replace(self.config, classes=chosen, threshold=least))

    def detect(self, frame: Frame) -> Detections:
        """Return what is in the frame, best first, boxes in its pixels and clipped to it."""
        height, width = frame.size_HW
        scale_12 = np.array([[_SIDE / height, _SIDE / width]], np.float32)
        rows_N6, _ = self._graph(image=network_input(frame.image_HW3), scale_factor=scale_12)
        return detections_of(rows_N6, frame.size_HW, self.config)


def network_input(image_HW3: UInt8Array) -> FloatArray:
    """Return the picture as the network takes it: [1, 3, 416, 416], stretched, ImageNet mean and deviation."""
    small_HW3 = cv2.resize(image_HW3, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    normal_HW3 = (small_HW3.astype(np.float32) / 255 - _MEAN_3) / _DEVIATION_3
    return np.ascontiguousarray(normal_HW3.transpose(2, 0, 1)[None])


def detections_of(rows_N6: FloatArray, size_HW: tuple[int, int], config: PicoDetConfig) -> Detections:
    """Return what is asked for among rows of class, score, x1, y1, x2, y2; rows of class -1 are padding."""
    wanted = [COCO_THINGS.index(name) for name in config.classes]
    boxes_N4 = clip_boxes(rows_N6[:, 2:].astype(np.float64), size_HW)
    kept_N = np.isin(rows_N6[:, 0], wanted) & (rows_N6[:, 1] >= config.threshold) & (box_area(boxes_N4) > 0)
    order = np.flatnonzero(kept_N)[np.argsort(-rows_N6[kept_N, 1], kind="stable")]
    return Detections(
        boxes_N4=boxes_N4[order],
        scores_N=rows_N6[order, 1].astype(np.float64),
        labels_N=tuple(COCO_THINGS[int(number)] for number in rows_N6[order, 0]),
    )


def load(weights: Path, *, threads: int | None = None, precision: Precision = "auto") -> PicoDet:
    """Return the detector with the weights of a .pdmodel file; raise WeightsError for another network."""
    graph = load_graph(weights, threads=threads, precision=precision, input_shapes={"image": [1, 3, _SIDE, _SIDE]})
    return PicoDet(graph)
