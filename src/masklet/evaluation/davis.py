"""The semi-supervised protocol of DAVIS: J and F of every object, first and last frame left out.

Rules of davis2017-evaluation, the benchmark's own code, except that results it would stop at are all named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import EvaluationError
from masklet.datasets import Davis2016, Davis2017
from masklet.evaluation.json_values import for_json, per_frame
from masklet.evaluation.label_pngs import read_pairs, require_results
from masklet.evaluation.problems import Watch, score_all, unwatched
from masklet.formats.davis import label_pngs_in, read_label_png
from masklet.metrics.label_maps import FIRST_VOID, score_label_maps
from masklet.metrics.sequence_statistics import SequenceStatistics, sequence_statistics

Year = Literal[2016, 2017]
DATASETS: dict[Year, type[Davis2016 | Davis2017]] = {2016: Davis2016, 2017: Davis2017}


@dataclass(frozen=True, eq=False)
class DavisObject:
    """J and F of one object in the frames that count."""

    object_id: int
    j_T: FloatArray
    f_T: FloatArray
    j: SequenceStatistics
    f: SequenceStatistics


@dataclass(frozen=True, eq=False)
class DavisSequence:
    """One sequence: its objects, and the names of the frames that count."""

    name: str
    frame_names: tuple[str, ...]
    objects: tuple[DavisObject, ...]


@dataclass(frozen=True, eq=False)
class DavisReport:
    """All sequences, in the order of the split."""

    year: Year
    sequences: tuple[DavisSequence, ...]

    @property
    def overall(self) -> dict[str, float]:
        """J&F-Mean, J-Mean, J-Recall, J-Decay, F-Mean, F-Recall, F-Decay: means over all objects."""
        objects = [item for sequence in self.sequences for item in sequence.objects]
        j, f = mean_statistics([item.j for item in objects]), mean_statistics([item.f for item in objects])
        return {
            "J&F-Mean": (j.mean + f.mean) / 2,
            **{f"J-{name}": value for name, value in _named(j)},
            **{f"F-{name}": value for name, value in _named(f)},
        }

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values; figures of a sequence are means over its objects."""
        report: dict[str, Any] = {
            "global": {name: for_json(value) for name, value in self.overall.items()},
            "sequences": {sequence.name: _sequence_json(sequence) for sequence in self.sequences},
        }
        if self.year == 2017:
            report["per_object"] = {
                f"{sequence.name}_{item.object_id}": {"J": item.j.mean, "F": item.f.mean}
                for sequence in self.sequences
                for item in sequence.objects
            }
        return report


def evaluate_davis(
    root: Path,
    results: Path,
    *,
    year: Year = 2017,
    split: str = "val",
    resolution: str | None = None,
    sequences: Sequence[str] | None = None,
    official_decay: bool = False,
    jobs: int = 1,
    watch: Watch = unwatched,
) -> DavisReport:
    """Compare RESULTS/SEQUENCE/00000.png with the truth of DAVIS in `root`.

    `sequences` takes these in place of the split's; `resolution` names a folder of masks (None: found);
    `official_decay` computes decay as the benchmark's code does (see `metrics.sequence_statistics.decay`);
    `jobs` sequences are compared at a time; `watch` sees them pass. Raise EvaluationError naming every
    sequence and frame that is missing, damaged, of the wrong size or with more ids than the truth, FormatError
    for a truth that is not DAVIS.
    """
    dataset = DATASETS[year](root, split, resolution)
    score = partial(_score_sequence, dataset=dataset, results=require_results(results), official=official_decay)
    names = tuple(sequences) if sequences else dataset.names()
    return DavisReport(year, tuple(score_all(score, names, results=results, jobs=jobs, watch=watch)))


def mean_statistics(items: Iterable[SequenceStatistics]) -> SequenceStatistics:
    """Return the mean of each figure over objects."""
    rows = np.array([(item.mean, item.recall, item.decay) for item in items])
    mean, recall, decay = (float(value) for value in rows.mean(axis=0))
    return SequenceStatistics(mean, recall, decay)


def _score_sequence(name: str, *, dataset: Davis2016 | Davis2017, results: Path, official: bool) -> DavisSequence:
    truth = dataset.truth_folder(name)
    if not truth.is_dir():
        raise EvaluationError(f"Expected the true masks of {name} in {truth}, found no such folder.")
    paths = label_pngs_in(truth)
    frame_names = tuple(path.stem for path in paths[1:-1])
    if not frame_names:
        raise EvaluationError(
            f"Expected at least 3 true masks in {truth} (first and last do not count), got fewer."
        )
    object_ids = (1,) if dataset.binary else _objects_of(paths[0])
    scores = [
        score_label_maps(predicted_HW, truth_HW, object_ids)
        for _, predicted_HW, truth_HW in read_pairs(
            frame_names, truth, results, name, binary=dataset.binary, highest_id=object_ids[-1]
        )
    ]
    scores_T2N = np.array(scores)
    objects = (
        _object(object_id, scores_T2N[:, 0, position], scores_T2N[:, 1, position], official)
        for position, object_id in enumerate(object_ids)
    )
    return DavisSequence(name, frame_names, tuple(objects))


def _objects_of(first_truth: Path) -> tuple[int, ...]:
    """Return ids 1 to the highest of the first mask, as the benchmark numbers them."""
    label_map_HW = read_label_png(first_truth, binary=False)
    highest = int(label_map_HW[label_map_HW < FIRST_VOID].max(initial=0))
    if not highest:
        raise EvaluationError(
            f"Expected objects 1, 2, ... in the first mask {first_truth}, got only background and void (255). "
            "The masks of DAVIS 2016 are of this kind: evaluate with year 2016."
        )
    return tuple(range(1, highest + 1))


def _object(object_id: int, j_T: FloatArray, f_T: FloatArray, official: bool) -> DavisObject:
    j, f = (sequence_statistics(values_T, official_decay=official) for values_T in (j_T, f_T))
    return DavisObject(object_id, j_T, f_T, j, f)


def _sequence_json(sequence: DavisSequence) -> dict[str, Any]:
    return {
        "J": _statistics_json(mean_statistics([item.j for item in sequence.objects])),
        "F": _statistics_json(mean_statistics([item.f for item in sequence.objects])),
        "frames": list(sequence.frame_names),
        "J_per_frame": per_frame(np.mean([item.j_T for item in sequence.objects], axis=0)),
        "F_per_frame": per_frame(np.mean([item.f_T for item in sequence.objects], axis=0)),
        "objects": {str(item.object_id): _object_json(item) for item in sequence.objects},
    }


def _object_json(item: DavisObject) -> dict[str, Any]:
    return {
        "J": _statistics_json(item.j),
        "F": _statistics_json(item.f),
        "J_per_frame": per_frame(item.j_T),
        "F_per_frame": per_frame(item.f_T),
    }


def _statistics_json(statistics: SequenceStatistics) -> dict[str, float | None]:
    return {name.lower(): for_json(value) for name, value in _named(statistics)}


def _named(statistics: SequenceStatistics) -> list[tuple[str, float]]:
    return [("Mean", statistics.mean), ("Recall", statistics.recall), ("Decay", statistics.decay)]
