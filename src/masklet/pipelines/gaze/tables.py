"""The tables a join leaves: samples, fixations, the sequence of visits, objects and transitions, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.files import write_whole
from masklet.metrics.gaze import NOTHING
from masklet.pipelines.gaze.joined import JoinedGaze
from masklet.pipelines.gaze.looks import Target
from masklet.pipelines.gaze.rests import UNKNOWN

SAMPLES, FIXATIONS, SEQUENCE = "samples.csv", "fixations.csv", "sequence.csv"
OBJECTS, TRANSITIONS = "objects.csv", "transitions.csv"


def write_tables(joined: JoinedGaze, folder: Path) -> None:
    """Write the five tables, each whole or not at all."""
    _write(folder / SAMPLES, _SAMPLE_COLUMNS, _sample_rows(joined))
    _write(folder / FIXATIONS, _FIXATION_COLUMNS, _fixation_rows(joined))
    _write(folder / SEQUENCE, _VISIT_COLUMNS, _visit_rows(joined))
    dwell = joined.dwell()
    _write(folder / OBJECTS, list(dwell[0]), (list(row.values()) for row in dwell))
    names = joined.names
    counts = joined.transitions().tolist()
    _write(
        folder / TRANSITIONS,
        ["from", *names],
        ([name, *row] for name, row in zip(names, counts, strict=True)),
    )


_SAMPLE_COLUMNS = [
    "seconds",
    "frame",
    "x",
    "y",
    "confidence",
    "used",
    "object",
    "object_id",
    "class",
    "share",
    "candidates",
]
_FIXATION_COLUMNS = [
    "start", "end", "duration", "x", "y", "samples", "object", "object_id", "class", "share", "candidates",
]  # fmt: skip
_VISIT_COLUMNS = ["start", "end", "duration", "fixations", "object", "object_id", "class"]


def _sample_rows(joined: JoinedGaze) -> Iterable[list[object]]:
    looks, gaze, placed = joined.looks, joined.gaze, joined.placed
    place_S = np.full(len(gaze), -1)
    place_S[joined.used_K] = np.arange(len(joined.used_K))
    candidates = _candidates(looks.targets, looks.sample_P, looks.target_P, looks.share_P, len(joined.used_K))
    columns = zip(
        placed.seconds_S.tolist(),
        placed.frames_S.tolist(),
        gaze.xy_S2.tolist(),
        gaze.confidence_S.tolist(),
        place_S.tolist(),
        strict=True,
    )
    for sample, (seconds, frame, (x, y), confidence, place) in enumerate(columns):
        row: list[object] = [
            f"{seconds:.6f}",
            frame if frame >= 0 else "",
            _pixel(x),
            _pixel(y),
            f"{confidence:.4g}",
        ]
        if place < 0:
            yield [*row, joined.use.reason(sample), "", "", "", "", ""]
        else:
            what = _what(looks.targets, int(looks.target_K[place]))
            yield [*row, joined.use.reason(sample), *what, f"{looks.share_K[place]:.4f}", candidates[place]]


def _fixation_rows(joined: JoinedGaze) -> Iterable[list[object]]:
    rests, at = joined.rests, joined.at_rest
    targets = joined.looks.targets
    candidates = _candidates(targets, at.rest_P, at.target_P, at.share_P, len(rests))
    for place in range(len(rests)):
        start, end, (x, y) = rests.start_F[place], rests.end_F[place], rests.xy_F2[place].tolist()
        target = int(at.target_F[place])
        yield [
            f"{start:.6f}",
            f"{end:.6f}",
            f"{end - start:.6f}",
            _pixel(x),
            _pixel(y),
            int(at.samples_F[place]),
            *_what(targets, target),
            "" if target == UNKNOWN else f"{at.share_F[place]:.4f}",
            candidates[place],
        ]


def _visit_rows(joined: JoinedGaze) -> Iterable[list[object]]:
    visits = joined.visits
    for place in range(len(visits)):
        start, end = visits.start_V[place], visits.end_V[place]
        what = _what(joined.looks.targets, int(visits.target_V[place]))
        yield [f"{start:.6f}", f"{end:.6f}", f"{end - start:.6f}", int(visits.events_V[place]), *what]


def _what(targets: Sequence[Target], target: int) -> list[object]:
    """Return name, id and class; of nothing and of what is not known, no id and no class."""
    if target in (NOTHING, UNKNOWN):
        return ["nothing" if target == NOTHING else "unknown", "", ""]
    found = targets[target]
    return [found.name, "" if found.object_id is None else found.object_id, found.label or ""]


def _candidates(
    targets: Sequence[Target], of_P: IntArray, target_P: IntArray, share_P: FloatArray, count: int
) -> list[str]:
    """Return, for each sample or fixation, its candidates with their shares: person 3:0.61; road:0.39."""
    names = [target.name for target in targets]
    texts = [
        f"{names[target]}:{share:.4f}" for target, share in zip(target_P.tolist(), share_P.tolist(), strict=True)
    ]
    edges = np.searchsorted(of_P, np.arange(count + 1)).tolist()
    return ["; ".join(texts[start:end]) for start, end in pairwise(edges)]


def _pixel(value: float) -> str:
    return "" if value != value else f"{value:.2f}"


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_whole(path, text.getvalue().encode())
