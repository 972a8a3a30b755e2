"""Label maps of a video without truth: how far they agree from frame to frame once motion is taken out.

Shapes: H W pixels, L classes, M = L + 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from masklet.core.arrays import FloatArray, IntArray, UInt8Array
from masklet.core.errors import EvaluationError, ShapeError
from masklet.core.label_space import LabelSpace
from masklet.core.values import Frame
from masklet.evaluation.json_values import for_json
from masklet.formats.class_folder import ClassFolder
from masklet.metrics.classes import class_accuracy, mean_iou, pixel_accuracy
from masklet.metrics.temporal import optical_flow, temporal_confusion
from masklet.models.protocols import SemanticModel
from masklet.sources import FrameSource


@dataclass(frozen=True, eq=False)
class VideoLabels:
    """The label maps of a video's frames, whoever makes them."""

    label_space: LabelSpace
    of: Callable[[Frame], UInt8Array | None]
    """Returns label_map_HW of a frame, None of one that has none."""

    @classmethod
    def of_model(cls, model: SemanticModel) -> VideoLabels:
        """Return those that a model makes."""
        return cls(model.label_space, model.label)

    @classmethod
    def of_folder(cls, folder: ClassFolder, source: FrameSource) -> VideoLabels:
        """Return those of a folder; raise FormatError where they do not belong to the video's frames."""
        names = [source.frame_name(index) for index in range(source.info.frame_count or 0)]
        name_of = folder.of_frames(names)
        return cls(
            folder.label_space, lambda frame: folder.read(name_of[frame.index]) if frame.index in name_of else None
        )


@dataclass(frozen=True, eq=False)
class ConsistencyReport:
    """All pairs of consecutive frames together."""

    label_space: LabelSpace
    counts_LM: IntArray
    """Pixels of each class by what the next frame says of them (`metrics.temporal`)."""
    agreement_T: FloatArray
    """Of each pair of frames, in order; NaN of one without a pixel that is seen again."""
    pairs: int
    missing: int
    """Pairs that could not be compared, because a frame has no labels."""
    pixels: int
    """Of all pairs compared, seen again or not."""

    @property
    def agreement(self) -> float:
        """Share of the pixels seen again whose label stays; NaN where there is none."""
        return pixel_accuracy(self.counts_LM)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        per_class = class_accuracy(self.counts_LM)
        return {
            "label_space": self.label_space.name,
            "agreement": for_json(self.agreement),
            "temporal-mIoU": for_json(mean_iou(self.counts_LM)),
            "seen_again": for_json(self.counts_LM.sum() / self.pixels if self.pixels else float("nan")),
            "pairs": self.pairs,
            "missing_pairs": self.missing,
            "classes": {
                name: for_json(round(float(share), 6))
                for name, share in zip(self.label_space.names, per_class, strict=True)
            },
            "agreement_per_pair": [for_json(round(float(share), 6)) for share in self.agreement_T],
        }


def evaluate_consistency(
    frames: Iterable[Frame], labels: Mapping[str, VideoLabels]
) -> dict[str, ConsistencyReport]:
    """Return the report of each of several label maps of one video; the flow of two frames serves all of them.

    Raise EvaluationError where no two consecutive frames have labels, ShapeError for labels of another size.
    """
    tallies = {name: _Tally(one) for name, one in labels.items()}
    before: Frame | None = None
    for frame in frames:
        flows = None if before is None else _flows(before, frame)
        for tally in tallies.values():
            tally.take(frame, flows)
        before = frame
    return {name: tally.report(name) for name, tally in tallies.items()}


def _flows(first: Frame, second: Frame) -> tuple[FloatArray, FloatArray]:
    return (
        optical_flow(first.image_HW3, second.image_HW3),
        optical_flow(second.image_HW3, first.image_HW3),
    )


class _Tally:
    """What is counted of one way to label."""

    def __init__(self, labels: VideoLabels) -> None:
        classes = len(labels.label_space)
        self._labels = labels
        self._before: UInt8Array | None = None
        self._counts_LM = np.zeros((classes, classes + 1), dtype=np.int64)
        self._agreement: list[float] = []
        self._missing = 0
        self._pixels = 0

    def take(self, frame: Frame, flows: tuple[FloatArray, FloatArray] | None) -> None:
        """Label the frame and compare it with the one before."""
        label_map_HW = self._labels.of(frame)
        if label_map_HW is not None and label_map_HW.shape != frame.size_HW:
            height, width = frame.size_HW
            got = f"{label_map_HW.shape[1]}x{label_map_HW.shape[0]}"
            raise ShapeError(f"Expected labels of {width}x{height} for frame {frame.index}, got {got}.")
        if flows is not None:
            if self._before is None or label_map_HW is None:
                self._missing += 1
            else:
                self._compare(self._before, label_map_HW, flows)
        self._before = label_map_HW

    def report(self, name: str) -> ConsistencyReport:
        """Return what was counted; raise EvaluationError where that is nothing."""
        if not self._agreement:
            raise EvaluationError(f"Expected labels of at least two consecutive frames in {name}, got none.")
        return ConsistencyReport(
            label_space=self._labels.label_space,
            counts_LM=self._counts_LM,
            agreement_T=np.array(self._agreement),
            pairs=len(self._agreement),
            missing=self._missing,
            pixels=self._pixels,
        )

    def _compare(self, before_HW: UInt8Array, now_HW: UInt8Array, flows: tuple[FloatArray, FloatArray]) -> None:
        counts_LM = temporal_confusion(before_HW, now_HW, *flows, len(self._labels.label_space))
        self._counts_LM += counts_LM
        self._agreement.append(pixel_accuracy(counts_LM))
        self._pixels += now_HW.size
