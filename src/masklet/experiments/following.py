"""How well trackers follow the object of every sequence of DAVIS-2016 from its first mask (P3, Table 1).

A row for each tracker, and one for the first mask as it is, copied to every frame. Masks are kept, and what is
finished is not done again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from masklet.core.errors import EvaluationError
from masklet.core.files import write_whole
from masklet.core.values import FrameMasks, MaskPrompt
from masklet.datasets import Clip, Davis2016
from masklet.evaluation import evaluate_davis
from masklet.evaluation.davis import DavisReport
from masklet.evaluation.problems import Watch, unwatched
from masklet.experiments.davis_rows import Scored, Way, kept_figures, segment_davis
from masklet.experiments.kept import write_table
from masklet.experiments.learned_from import LearnedFrom, learned_from
from masklet.experiments.squares import write_squares
from masklet.formats.davis import write_label_pngs
from masklet.masklets import Masklets
from masklet.models import Tracker
from masklet.propagation import propagate
from masklet.weights.cache import file_sha256

Mean = Literal["sequences", "frames"]
COPY = "copy"
"""The row of the first mask, copied."""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A row of P3's Table 1."""

    j: float
    f: float
    j_and_f: float
    learned: str
    """How, by the report and the released code."""


PRINTED = {
    "unet": Printed(j=0.3716, f=0.4191, j_and_f=0.3953, learned="DAVIS, batches of 2 pairs, 128 pixels"),
    "siamese-unet": Printed(
        j=0.565,
        f=0.6242,
        j_and_f=0.5946,
        learned="48 h on GPUs, batches of 64 pairs, 256 pixels, from MOSE (2,149 videos, 5,200 objects)",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A tracker, ready to use."""

    model: str
    """Name from MODELS."""
    tracker: Tracker | None
    """None: the first mask, copied."""
    weights: Path | None = None
    """A file of one's own; none: the published ones."""

    @property
    def name(self) -> str:
        """The row's name and folder: that of the model, with that of weights that are called otherwise.

        >>> [Candidate(model="unet", tracker=None, weights=Path(f"{stem}.pt")).name for stem in ("unet", "max")]
        ['unet', 'unet-max']
        """
        own = self.weights is not None and self.weights.stem != self.model
        return f"{self.model}-{self.weights.stem}" if self.weights is not None and own else self.model


@dataclass(frozen=True, kw_only=True)
class Followed(Scored):
    """A row: means over sequences or frames."""

    name: str
    frame_ms: float
    """To read a frame and follow the object to it, and to write the mask."""
    printed: Printed | None
    learned: LearnedFrom | None

    def to_json(self) -> dict[str, Any]:
        """Return the row as a table has it."""
        printed, learned = self.printed, self.learned
        return {
            "row": self.name,
            **self.scores(),
            "frame_ms": round(self.frame_ms, 1),
            "steps": learned and learned.steps,
            "batch_size": learned and learned.batch_size,
            "hours": learned and round(learned.hours, 2),
            "data": learned and learned.data,
            "printed_J&F": printed and printed.j_and_f,
            "printed_J": printed and printed.j,
            "printed_F": printed and printed.f,
            "printed_learned": printed and printed.learned,
        }


def follow_davis(
    root: Path,
    out: Path,
    candidates: Sequence[Candidate],
    *,
    split: str = "val",
    sequences: Sequence[str] | None = None,
    side: int | None = None,
    mean: Mean = "sequences",
    watch: Watch = unwatched,
) -> list[Followed]:
    """Follow the object of every sequence of DAVIS-2016 by each tracker; return a row for the copy and for each.

    `side`: frames and true masks are made squares of that many pixels first (see `squares`), `mean="frames"`
    weighs sequences by their length: both as P3's released code does. The first and last frame of a sequence do
    not count. Writes OUT/ROW/SEQUENCE/00000.png, OUT/ROW/SEQUENCE.json, OUT/ROW/davis.json (figures of each
    sequence) and OUT/table.csv, with a side all of it into OUT/square-SIDE.
    Raise FormatError for a root that is not DAVIS, EvaluationError for two rows of one name and for results of
    other settings in OUT.
    """
    rows = [Candidate(model=COPY, tracker=None), *candidates]
    _require_own_names(rows)
    dataset = Davis2016(root, split)
    names = tuple(sequences or dataset.names())
    if side is not None:
        out = out / f"square-{side}"
        dataset = write_squares(dataset, names, out / "davis", side)

    ways = (Way(name=row.name, settings=_settings(row), segment=partial(_follow, row.tracker)) for row in rows)
    segment_davis(dataset, names, out, ways, count=len(rows), watch=watch)
    followed = [_measure(row, dataset, out / row.name, names, mean) for row in rows]
    write_table([each.to_json() for each in followed], out / "table.csv")
    return followed


def _require_own_names(rows: Iterable[Candidate]) -> None:
    known: set[str] = set()
    for row in rows:
        if row.name in known:
            raise EvaluationError(f"Expected rows of different names, got {row.name} twice; rename the weights.")
        known.add(row.name)


def _settings(row: Candidate) -> dict[str, Any]:
    """Return what the masks of a row depend on."""
    weights = "published" if row.weights is None else file_sha256(row.weights)
    return {"model": row.model, "weights": weights, "config": repr(getattr(row.tracker, "config", None))}


def _follow(tracker: Tracker | None, clip: Clip[Masklets], folder: Path) -> dict[str, Any]:
    """Follow the object of one sequence; return how fast that went."""
    first = clip.truth.frame(0)
    if not first.masks_NHW.any():
        raise EvaluationError(f"Expected an object in the first mask of {clip.name}, got an empty one.")
    masks = _copied(first, len(clip.truth)) if tracker is None else _tracked(first, clip, tracker)
    started = time.monotonic()
    count = write_label_pngs(masks, folder, names=clip.frames.frame_name)
    return {"frames": count, "frame_ms": 1000 * (time.monotonic() - started) / count}


def _tracked(first: FrameMasks, clip: Clip[Masklets], tracker: Tracker) -> Iterator[FrameMasks]:
    return propagate(clip.frames, [MaskPrompt(0, 1, first.masks_NHW[0])], tracker)


def _copied(first: FrameMasks, frame_count: int) -> Iterator[FrameMasks]:
    return (replace(first, frame_index=index) for index in range(frame_count))


def _measure(row: Candidate, dataset: Davis2016, folder: Path, names: Sequence[str], mean: Mean) -> Followed:
    report = evaluate_davis(
        dataset.root, folder, year=2016, split=dataset.split, resolution=dataset.resolution, sequences=names
    )
    write_whole(folder / "davis.json", json.dumps(report.to_json()).encode())
    j, f = _figures(report, mean)
    kept = kept_figures(folder, names)
    return Followed(
        name=row.name,
        j=j,
        f=f,
        frame_ms=sum(each["frame_ms"] * each["frames"] for each in kept) / sum(each["frames"] for each in kept),
        printed=PRINTED.get(row.model),
        learned=None if row.weights is None else learned_from(row.weights),
    )


def _figures(report: DavisReport, mean: Mean) -> tuple[float, float]:
    """Return J and F."""
    if mean == "sequences":
        return report.overall["J-Mean"], report.overall["F-Mean"]
    objects = [item for sequence in report.sequences for item in sequence.objects]
    j_T, f_T = np.concatenate([item.j_T for item in objects]), np.concatenate([item.f_T for item in objects])
    return float(j_T.mean()), float(f_T.mean())
