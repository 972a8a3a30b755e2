"""Label maps compared with the truth of a data set: a model's, or those of a folder.

Figures are of all pixels together, as the benchmarks of the field have them; those of single pictures stand
beside. Shapes: H W pixels, L classes, M = L + 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from masklet.core.arrays import FloatArray, IntArray, UInt8Array
from masklet.core.errors import EvaluationError, FormatError
from masklet.core.label_space import LabelSpace
from masklet.core.label_spaces import values_between
from masklet.core.values import Frame
from masklet.datasets.labelled import LabelledPicture, LabelledPictures
from masklet.evaluation.json_values import for_json
from masklet.evaluation.problems import ProblemsError, Watch, unwatched
from masklet.formats.class_folder import ClassFolder
from masklet.metrics.boundary_iou import boundary_counts, boundary_iou_of
from masklet.metrics.classes import (
    class_accuracy,
    class_iou,
    class_precision,
    confusion_matrix,
    frequency_weighted_iou,
    mean_class_accuracy,
    mean_iou,
    pixel_accuracy,
)
from masklet.metrics.neighbours import border_lengths
from masklet.models.protocols import SemanticModel

Predict = Callable[[LabelledPicture], UInt8Array]
"""Returns label_map_HW of a picture, in the label space of the data set; raises FormatError where there is
none."""
PICTURE_ENDINGS = ("", "_leftImg8bit")
"""What tools leave at the end of a picture's name when they name its labels after it."""


@dataclass(frozen=True)
class PictureScore:
    """One picture."""

    name: str
    pixels: int
    """Without void ones."""
    accuracy: float
    mean_iou: float
    """Over the classes in this picture's truth or prediction."""


@dataclass(frozen=True, eq=False)
class SemanticReport:
    """All pictures together."""

    label_space: LabelSpace
    counts_LM: IntArray
    """Pixels of each true class by what they were predicted to be, last nothing (`metrics.classes`)."""
    shared_L: IntArray
    either_L: IntArray
    """Pixels of rims (`metrics.boundary_iou`)."""
    borders_LL: IntArray
    """Which classes lie beside which in the truth (`metrics.neighbours`)."""
    pictures: tuple[PictureScore, ...]

    @property
    def boundary_iou_L(self) -> FloatArray:
        """Of each class; NaN of one that never occurs."""
        return boundary_iou_of(self.shared_L, self.either_L)

    def classes(self) -> list[dict[str, Any]]:
        """Return a row for each class, as plain values; None where there is nothing to measure."""
        columns = {
            "iou": class_iou(self.counts_LM),
            "boundary_iou": self.boundary_iou_L,
            "accuracy": class_accuracy(self.counts_LM),
            "precision": class_precision(self.counts_LM),
            "share": self.counts_LM.sum(axis=1) / max(int(self.counts_LM.sum()), 1),
        }
        return [
            {"class": name, **{column: for_json(float(values_L[value])) for column, values_L in columns.items()}}
            for value, name in enumerate(self.label_space.names)
        ]

    def figures(self) -> dict[str, float | int | None]:
        """Return the figures of all classes together, as plain values."""
        known = self.boundary_iou_L[~np.isnan(self.boundary_iou_L)]
        return {
            "mIoU": for_json(mean_iou(self.counts_LM)),
            "boundary-mIoU": for_json(float(known.mean()) if known.size else float("nan")),
            "pixel-accuracy": for_json(pixel_accuracy(self.counts_LM)),
            "mean-class-accuracy": for_json(mean_class_accuracy(self.counts_LM)),
            "frequency-weighted-IoU": for_json(frequency_weighted_iou(self.counts_LM)),
            "classes": int((~np.isnan(class_iou(self.counts_LM))).sum()),
            "pictures": len(self.pictures),
            "pixels": int(self.counts_LM.sum()),
        }

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "label_space": self.label_space.name,
            "global": self.figures(),
            "classes": self.classes(),
            "confusion": {"predicted": [*self.label_space.names, "nothing"], "counts": self.counts_LM.tolist()},
            "per_picture": {
                one.name: {
                    "pixels": one.pixels,
                    "accuracy": for_json(one.accuracy),
                    "mIoU": for_json(one.mean_iou),
                }
                for one in self.pictures
            },
        }


def by_model(model: SemanticModel, label_space: LabelSpace) -> Predict:
    """Return what a model says of a picture, in the label space of a data set; raise FormatError where no way
    there is known."""
    value_256 = values_between(model.label_space, label_space)
    return lambda picture: value_256[model.label(Frame(0, 0.0, picture.read_image()))]


def of_folder(folder: ClassFolder, label_space: LabelSpace) -> Predict:
    """Return what a folder's PNGs say of a picture, by its name, in the label space of a data set; raise
    FormatError where no way there is known."""
    value_256 = values_between(folder.label_space, label_space)
    by_end: dict[str, list[str]] = {}
    for name in folder.paths:
        by_end.setdefault(name.rpartition("/")[2], []).append(name)

    def predict(picture: LabelledPicture) -> UInt8Array:
        if picture.name in folder.paths:
            return value_256[folder.read(picture.name)]
        last = picture.name.rpartition("/")[2]
        found = [name for ending in PICTURE_ENDINGS for name in by_end.get(f"{last}{ending}", [])]
        if len(found) != 1:
            raise FormatError("is missing" if not found else f"is there {len(found)} times")
        return value_256[folder.read(found[0])]

    return predict


def evaluate_semantic(
    pictures: LabelledPictures, predict: Predict, *, where: Path | str = "the model", watch: Watch = unwatched
) -> SemanticReport:
    """Return the report of all pictures of a data set.

    Raise one ProblemsError for everything predicted that cannot be compared (missing, damaged, of another size,
    with values the label space does not have); `where` says of what. A truth that cannot be read is a FormatError,
    a data set without pictures an EvaluationError.
    """
    classes = len(pictures.label_space)
    counts_LM, borders_LL = np.zeros((classes, classes + 1), np.int64), np.zeros((classes, classes), np.int64)
    shared_L, either_L = np.zeros(classes, np.int64), np.zeros(classes, np.int64)
    scores: list[PictureScore] = []
    problems: list[str] = []
    for picture in watch(pictures, total=len(pictures)):
        truth_HW = picture.read_labels()
        try:
            predicted_HW = predict(picture)
        except FormatError as error:
            problems.append(f"{picture.name} {_said(error)}")
            continue
        if predicted_HW.shape != truth_HW.shape:
            problems.append(f"{picture.name} is {_size(predicted_HW)}, not {_size(truth_HW)}")
            continue
        here_LM = confusion_matrix(predicted_HW, truth_HW, classes)
        counts_LM += here_LM
        borders_LL += border_lengths(truth_HW, classes)
        rims = boundary_counts(predicted_HW, truth_HW, classes)
        shared_L += rims[0]
        either_L += rims[1]
        scores.append(PictureScore(picture.name, int(here_LM.sum()), pixel_accuracy(here_LM), mean_iou(here_LM)))
    if problems:
        raise ProblemsError(Path(where), problems)
    if not scores:
        raise EvaluationError("Expected at least one picture with labelled pixels, got none.")
    return SemanticReport(pictures.label_space, counts_LM, shared_L, either_L, borders_LL, tuple(scores))


def _said(error: FormatError) -> str:
    text = str(error)
    return f"cannot be read ({text})" if text.startswith("Expected") else text


def _size(label_map_HW: UInt8Array) -> str:
    return f"{label_map_HW.shape[1]}x{label_map_HW.shape[0]}"
