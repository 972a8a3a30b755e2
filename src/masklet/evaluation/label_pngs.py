"""Label PNGs of truth and result, read side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from masklet.core.arrays import IntArray
from masklet.core.errors import EvaluationError, FormatError
from masklet.evaluation.problems import ProblemsError
from masklet.formats.davis import read_label_png
from masklet.metrics.label_maps import FIRST_VOID


def require_results(results: Path) -> Path:
    """Return the folder of results; raise EvaluationError where it is not there."""
    if not results.is_dir():
        raise EvaluationError(f"Expected a folder of results with one folder for each sequence, got {results}.")
    return results


def read_pairs(
    names: Sequence[str], truth: Path, result: Path, *, binary: bool, highest_id: int = FIRST_VOID - 1
) -> Iterator[tuple[str, IntArray, IntArray]]:
    """Yield name, predicted_HW, truth_HW of frames that can be compared, then raise ProblemsError for the rest.

    A frame cannot be compared where the result has no picture, one that is damaged or of another size, or one
    with an id above the highest. `binary`: all that is not 0 is object 1. A damaged truth is a FormatError.
    """
    if not result.is_dir():
        raise ProblemsError(result.parent, [f"{result.name} has no folder"])
    problems: list[str] = []
    for name in names:
        truth_HW = _read(truth / f"{name}.png", binary)
        try:
            predicted_HW = _read_result(result / f"{name}.png", truth_HW.shape, binary, highest_id)
        except ProblemsError as error:
            problems.extend(error.problems)
        else:
            yield name, predicted_HW, truth_HW
    if problems:
        raise ProblemsError(result.parent, problems)


def _read_result(path: Path, shape: tuple[int, ...], binary: bool, highest_id: int) -> IntArray:
    named, results = f"{path.parent.name}/{path.name}", path.parent.parent
    if not path.is_file():
        raise ProblemsError(results, [f"{named} is missing"])
    try:
        predicted_HW = _read(path, binary)
    except FormatError as error:
        raise ProblemsError(results, [f"{named} cannot be read ({error})"]) from error
    if predicted_HW.shape != shape:
        sizes = [f"{size[1]}x{size[0]}" for size in (predicted_HW.shape, shape)]
        raise ProblemsError(results, [f"{named} is {sizes[0]}, not {sizes[1]}"])
    if predicted_HW.max(initial=0) > highest_id:
        raise ProblemsError(
            results, [f"{named} has the id {predicted_HW.max()}, the truth none above {highest_id}"]
        )
    return predicted_HW


def _read(path: Path, binary: bool) -> IntArray:
    label_map_HW = read_label_png(path, binary=False)
    return (label_map_HW != 0).view(np.uint8) if binary else label_map_HW
