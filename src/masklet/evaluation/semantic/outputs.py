"""What an evaluation leaves to look at: figures, the confusion matrix, failures of each kind, the label maps.

    OUT/report.json
    OUT/confusion.png
    OUT/failures/inconspicuous.png    picture, truth and prediction of the largest wrong regions; also mismatched,
                                      confusion and other
    OUT/labels/NAME.png               what a model said, with run.json: its label space

Shapes: H W pixels.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from masklet.core.arrays import UInt8Array
from masklet.core.files import write_whole
from masklet.datasets.labelled import LabelledPicture, LabelledPictures
from masklet.evaluation.problems import Watch, unwatched
from masklet.evaluation.semantic.evaluate import Predict, SemanticReport, evaluate_semantic
from masklet.evaluation.semantic.failures import KINDS, Failure, FailureConfig, FailureReport, find_failures
from masklet.formats.class_png import read_class_png, write_class_png
from masklet.formats.label_space import LABELS, RECORD
from masklet.formats.output import whole
from masklet.formats.records import json_bytes
from masklet.render import contact_sheet, write_picture
from masklet.render.confusion import confusion_picture
from masklet.render.label_crops import failure_tile
from masklet.render.labels import classes_in, with_legend

SUFFIXES = (".json", ".png")
"""Of the files that are written, which is all that may be replaced."""
_COLUMNS = 2


def evaluate_into(
    pictures: LabelledPictures,
    predict: Predict,
    out: Path,
    *,
    keep_labels: bool,
    where: Path | str = "the model",
    config: FailureConfig | None = None,
    overwrite: bool = False,
    watch: Watch = unwatched,
) -> tuple[SemanticReport, FailureReport]:
    """Return the reports of a data set, and write all there is to look at into a folder, whole or not at all.

    `keep_labels` is for predictions that are made here: they are kept as class PNGs and not made again. Raise what
    `evaluate_semantic` raises, and OutputError where the folder cannot be written.
    """
    with whole(out, overwrite=overwrite, suffixes=SUFFIXES) as target:
        (target / "failures").mkdir(parents=True)
        if keep_labels:
            predict = _Kept(predict, target, pictures)
        report = evaluate_semantic(pictures, predict, where=where, watch=watch)
        failures = find_failures(pictures, predict, report, config=config, watch=watch)
        write_whole(target / "report.json", json_bytes(report_to_json(report, failures)))
        write_picture(target / "confusion.png", confusion_picture(report.counts_LM, report.label_space))
        by_name = {picture.name: picture for picture in pictures}
        for kind in KINDS:
            if failures.examples[kind]:
                sheet_HW3 = failure_sheet(failures.examples[kind], by_name, predict)
                write_picture(target / "failures" / f"{kind}.png", sheet_HW3)
    return report, failures


def report_to_json(report: SemanticReport, failures: FailureReport) -> dict[str, Any]:
    """Return both reports as plain values."""
    return {**report.to_json(), "failures": {"rules": asdict(failures.config), **failures.to_json()}}


def failure_sheet(
    failures: tuple[Failure, ...], pictures: dict[str, LabelledPicture], predict: Predict
) -> UInt8Array:
    """Return a picture of failures: each as picture, truth and prediction, cut around the wrong region."""
    tiles, captions, seen = [], [], []
    for one in failures:
        picture = pictures[one.picture]
        truth_HW, predicted_HW = picture.read_labels(), predict(picture)
        space = picture.label_space
        tiles.append(failure_tile(picture.read_image(), truth_HW, predicted_HW, space, one.box))
        said = f"{space.names[one.truth]} taken for {space.names[one.predicted]}"
        captions.append(f"{said}: {one.why}" if one.why else said)
        seen += [truth_HW, predicted_HW]
    sheet_HW3 = contact_sheet(tiles, columns=_COLUMNS, captions=captions, tile_width=tiles[0].shape[1])
    return with_legend(sheet_HW3, space, classes_in(seen))


class _Kept:
    """Predictions that are written when they are first made, and read from then on."""

    def __init__(self, predict: Predict, target: Path, pictures: LabelledPictures) -> None:
        self._predict = predict
        self._space = pictures.label_space
        self._folder = target / LABELS
        self._folder.mkdir()
        write_whole(target / RECORD, json_bytes({"label_space": self._space.to_json()}))

    def __call__(self, picture: LabelledPicture) -> UInt8Array:
        """Return label_map_HW of a picture."""
        path = self._folder / f"{picture.name}.png"
        if path.is_file():
            return read_class_png(path, self._space)
        label_map_HW = self._predict(picture)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_class_png(path, label_map_HW, self._space)
        return label_map_HW
