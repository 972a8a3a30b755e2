"""Boxes of people over time: CLEAR MOT and identity measures with the rules of MOTChallenge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from masklet.core.errors import EvaluationError
from masklet.datasets import mot_sequences
from masklet.evaluation.json_values import for_json
from masklet.evaluation.mot_frames import frame_overlaps
from masklet.evaluation.problems import ProblemsError
from masklet.formats.mot import read_mot
from masklet.masklets import BoxTracks
from masklet.masklets.store import open_masklets
from masklet.metrics.clear_mot import ClearMot, clear_mot
from masklet.metrics.identity import Identity, identity

RUN_FILE = "masklets.jsonl"


@dataclass(frozen=True)
class MotScore:
    """Both families of measures, of one sequence or of all."""

    clear: ClearMot
    identity: Identity

    def __add__(self, other: MotScore) -> MotScore:
        return MotScore(self.clear + other.clear, self.identity + other.identity)

    def to_json(self) -> dict[str, float | None]:
        """Return the figures by the names that MOTChallenge gives them; null where there is nothing to count."""
        figures: dict[str, float] = {
            "MOTA": self.clear.mota,
            "IDF1": self.identity.idf1,
            "MOTP": self.clear.motp,
            "IDP": self.identity.idp,
            "IDR": self.identity.idr,
            "Recall": self.clear.recall,
            "Precision": self.clear.precision,
            "TP": self.clear.matches,
            "FP": self.clear.false_positives,
            "FN": self.clear.misses,
            "IDSW": self.clear.switches,
            "Frag": self.clear.fragmentations,
            "MT": self.clear.mostly_tracked,
            "PT": self.clear.partly_tracked,
            "ML": self.clear.mostly_lost,
        }
        return {name: for_json(value) for name, value in figures.items()}


@dataclass(frozen=True)
class MotReport:
    """All sequences by name."""

    sequences: dict[str, MotScore]

    @property
    def overall(self) -> MotScore:
        """The score of all boxes of all sequences together."""
        return reduce(add, self.sequences.values())

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "overall": self.overall.to_json(),
            "sequences": {name: score.to_json() for name, score in self.sequences.items()},
        }


def evaluate_mot(
    truth: Path, results: Path, *, threshold: float = 0.5, labels: Sequence[str] | None = None
) -> MotReport:
    """Compare boxes with the truth: a gt.txt, the folder of a sequence, or a folder of several.

    `results` is a MOT text, a masklets.jsonl or the folder of a run, or a folder that has NAME.txt or
    NAME/masklets.jsonl for each sequence. `threshold` is the IoU of a match; with `labels` only predictions of
    these classes count. Raise EvaluationError naming every sequence without results and every run that lacks
    frames of its truth, FormatError for a file that is not what it should be.
    """
    truth_paths = _truth_paths(truth)
    paths = {name: _result_path(results, name, alone=len(truth_paths) == 1) for name in truth_paths}
    if missing := [f"{name} has neither {name}.txt nor {name}/{RUN_FILE}" for name in paths if not paths[name]]:
        raise ProblemsError(results, missing)
    truths = {name: read_mot(path) for name, path in truth_paths.items()}
    predicted = {name: _read_result(path) for name, path in paths.items() if path}
    if gaps := [gap for name in truths for gap in _gaps(name, truths[name], predicted[name], paths[name])]:
        raise ProblemsError(results, gaps)
    return MotReport(
        {name: score_tracks(truths[name], predicted[name], threshold=threshold, labels=labels) for name in truths}
    )


def score_tracks(
    truth: BoxTracks, predicted: BoxTracks, *, threshold: float = 0.5, labels: Sequence[str] | None = None
) -> MotScore:
    """Return the score of one sequence; which boxes count is said in `mot_frames`."""
    frames = list(frame_overlaps(truth, predicted, threshold=threshold, labels=labels))
    return MotScore(clear_mot(frames, threshold=threshold), identity(frames, threshold=threshold))


def _truth_paths(truth: Path) -> dict[str, Path]:
    if truth.is_file():
        return {_name_of(truth): truth}
    return {sequence.name: sequence.truth_path for sequence in mot_sequences(truth)}


def _name_of(truth: Path) -> str:
    """Return the sequence that a file of truth belongs to: NAME/gt/gt.txt or NAME.txt."""
    path = truth.absolute()
    return path.parent.parent.name if path.parent.name == "gt" else path.stem


def _result_path(results: Path, name: str, *, alone: bool) -> Path | None:
    if not results.exists():
        raise EvaluationError(
            f"Expected a MOT text, a run's folder or a folder of these, found nothing at {results}."
        )
    candidates = [results / f"{name}.txt", results / name / RUN_FILE]
    if alone:
        candidates = [results, results / RUN_FILE, *candidates]
    return next((path for path in candidates if path.is_file()), None)


def _read_result(path: Path) -> BoxTracks:
    return BoxTracks.from_masklets(open_masklets(path)) if path.suffix == ".jsonl" else read_mot(path)


def _gaps(name: str, truth: BoxTracks, predicted: BoxTracks, path: Path | None) -> Iterator[str]:
    """Yield what a run has not looked at; a MOT text says nothing of frames without boxes."""
    unseen = sorted(index for index in truth.frames if index not in predicted.frames)
    if unseen and path and path.suffix == ".jsonl":
        yield f"{name} lacks {len(unseen)} of the truth's {len(truth.frames)} frames, the first is {unseen[0]}"
