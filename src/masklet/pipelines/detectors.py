"""Detectors by name: a network, or boxes that were found before and lie in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from masklet.core.errors import PromptError
from masklet.core.values import Detections
from masklet.formats.box_csv import read_csv_detections
from masklet.formats.mot import read_mot_detections
from masklet.models import Detector
from masklet.models import load_detector as load_network
from masklet.models.recorded_boxes import RecordedBoxes

_SUFFIXES = (".csv", ".txt")
_PERSONS = ("object", "pedestrian")
"""What boxes of a MOT text are called that says nothing of classes, or as its truth does."""


def is_boxes(name: str) -> bool:
    """Return whether this is a file of boxes, no name of a network: NAME.csv, or NAME.txt as MOT has it."""
    return name.endswith(_SUFFIXES)


def load_detector(name: str, *, weights: Path | None = None, **settings: Any) -> Detector:
    """Return the detector of this name, or the boxes of this file (CSV of `masklet detect`, MOT's det.txt).

    `weights` and `settings` are those of `masklet.models.load_detector`; boxes have none. Raise FormatError for a
    file that cannot be read, PromptError for weights with boxes, and what that function raises.
    """
    if not is_boxes(name):
        return load_network(name, weights=weights, **settings)
    if weights is not None:
        raise PromptError(f"Expected weights of a network, got {weights} for the boxes of {name}.")
    return read_boxes(Path(name))


def read_boxes(path: Path) -> RecordedBoxes:
    """Return the boxes of a file as a detector; those of a MOT text are of the class person.

    Raise FormatError, naming the line, for a file that is not there or cannot be read, ModelError where no box is
    in it.
    """
    if path.suffix == ".csv":
        return RecordedBoxes(read_csv_detections(path), origin=str(path))
    found = {index: _of_persons(boxes) for index, boxes in read_mot_detections(path).items()}
    return RecordedBoxes(found, origin=str(path))


def _of_persons(found: Detections) -> Detections:
    labels_N = tuple("person" if label in _PERSONS else label for label in found.labels_N)
    return Detections(found.boxes_N4, found.scores_N, labels_N, found.masks_NHW)
