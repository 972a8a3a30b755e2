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
        raise EvaluationError(
            f"Expected a folder of results with one folder for each sequence, found none at {results}."
        )
    return results


def read_pairs(
    names: Sequence[str],
    truth: Path,
    results: Path,
    sequence: str,
    *,
    binary: bool,
    highest_id: int = FIRST_VOID - 1,
) -> Iterator[tuple[str, IntArray, IntArray]]:
    """Yield name, predicted_HW, truth_HW of frames that can be compared, then raise ProblemsError for the rest.

    The result of a frame is RESULTS/SEQUENCE/NAME.png, or RESULTS/SEQUENCE/masks/NAME.png as a run leaves it.
    It cannot be compared where it is missing, damaged, of another size or has an id above the highest.
    `binary`: all that is not 0 is object 1. A damaged truth is a FormatError.
    """
    folder = results / sequence
    if not folder.is_dir():
        raise ProblemsError(results, [f"{sequence} has no folder"])
    if (folder / "masks").is_dir():
        folder = folder / "masks"
    problems: list[str] = []
    for name in names:
        truth_HW = _read(truth / f"{name}.png", binary)
        path = folder / f"{name}.png"
        problem = ""
        try:
            predicted_HW = _read(path, binary)
        except FormatError as error:
            problem = f"cannot be read ({error})" if path.exists() else "is missing"
        else:
            problem = _mismatch(predicted_HW, truth_HW, highest_id)
        if problem:
            problems.append(f"{path.relative_to(results)} {problem}")
        else:
            yield name, predicted_HW, truth_HW
    if problems:
        raise ProblemsError(results, problems)


def _mismatch(predicted_HW: IntArray, truth_HW: IntArray, highest_id: int) -> str:
    """Return what keeps a result from being compared, nothing where it can be."""
    if predicted_HW.shape != truth_HW.shape:
        sizes = [f"{width}x{height}" for height, width in (predicted_HW.shape, truth_HW.shape)]
        return f"is {sizes[0]}, not {sizes[1]}"
    highest = predicted_HW.max(initial=0)
    return f"has the id {highest}, the truth none above {highest_id}" if highest > highest_id else ""


def _read(path: Path, binary: bool) -> IntArray:
    label_map_HW = read_label_png(path, binary=False)
    return (label_map_HW != 0).view(np.uint8) if binary else label_map_HW
