"""How good OSVOS is by the frames that are annotated, the steps it learns and the masks it learns from (P2).

On the single-object sequences of DAVIS: a row for each number of annotated frames, of steps and each maker of
their masks. Every row's masks and losses are kept, and what is finished is not done again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from masklet.core.boxes import box_of_mask
from masklet.core.files import write_whole
from masklet.core.values import Box, Frame, FrameMasks
from masklet.datasets import Clip, Davis2016
from masklet.evaluation import evaluate_davis
from masklet.evaluation.problems import Watch, unwatched
from masklet.experiments.davis_rows import Scored, Way, kept_figures, segment_davis
from masklet.experiments.kept import write_table
from masklet.formats.davis import write_label_pngs
from masklet.masklets import Masklets
from masklet.models import Segmenter, load_model, load_segmenter
from masklet.models.protocols import Example, Moment
from masklet.pipelines import learned

if TYPE_CHECKING:
    from masklet.models.osvos.config import OsvosConfig
    from masklet.models.osvos.tracker import Osvos

Maker = Literal["hand", "segmenter"]
MAKERS: tuple[Maker, ...] = ("hand", "segmenter")
_BATCH = 4
"""Frames that are segmented at once."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way to learn."""

    annotated: int
    """Frames with a mask, spread evenly from the first on; 0 is the parent as it is."""
    steps: int
    maker: Maker

    @property
    def name(self) -> str:
        """The row's folder."""
        return "parent" if self.annotated == 0 else f"{self.annotated}-frames-{self.steps}-steps-{self.maker}"


@dataclass(frozen=True, kw_only=True)
class Measured(Scored):
    """A row with its figures, means over the sequences."""

    row: Row
    learning_seconds: float
    """Of online training, for a sequence."""
    most_seconds: float
    """Of the sequence that took longest."""
    steps_taken: float
    frame_ms: float
    """To segment a frame."""

    def to_json(self) -> dict[str, Any]:
        """Return the row as a table has it."""
        return {
            "annotated": self.row.annotated,
            "steps": self.row.steps,
            "maker": self.row.maker,
            **self.scores(),
            "learning_seconds": round(self.learning_seconds, 1),
            "most_learning_seconds": round(self.most_seconds, 1),
            "steps_taken": round(self.steps_taken),
            "frame_ms": round(self.frame_ms, 1),
        }


def rows_of(annotated: Iterable[int], steps: Iterable[int], makers: Iterable[Maker]) -> tuple[Row, ...]:
    """Return all combinations; the parent as it is comes once.

    >>> [row.name for row in rows_of([0, 1], [50, 100], ["hand"])]
    ['parent', '1-frames-50-steps-hand', '1-frames-100-steps-hand']
    """
    made = (Row(annotated=a, steps=s if a else 0, maker=m) for a, s, m in product(annotated, steps, makers))
    return tuple({row.name: row for row in made}.values())


def evaluate_osvos(
    root: Path,
    out: Path,
    rows: Sequence[Row],
    *,
    split: str = "val",
    sequences: Sequence[str] | None = None,
    weights: Path | None = None,
    config: OsvosConfig | None = None,
    segmenter: str = "eiseg",
    watch: Watch = unwatched,
) -> list[Measured]:
    """Learn and segment every sequence of DAVIS-2016 in each way; return a row of figures for each.

    What a network is told is in `config`, but for its steps. Every frame's mask is the network's own answer, also
    where a mask was given. Writes OUT/ROW/SEQUENCE/00000.png, OUT/ROW/SEQUENCE.json and .csv (losses), table.csv.
    Raise FormatError for a root that is not DAVIS, EvaluationError for results of other settings in OUT.
    """
    from masklet.models.osvos.config import OsvosConfig

    config = config or OsvosConfig()
    dataset = Davis2016(root, split)
    names = tuple(sequences or dataset.names())
    asked = load_segmenter(segmenter) if any(row.maker == "segmenter" for row in rows) else None

    def way(row: Row) -> Way:
        own = replace(config, online=replace(config.online, steps=row.steps))
        tracker: Osvos = load_model("osvos", weights=weights, config=own)
        settings = {"row": row.name, "config": repr(own)}
        return Way(name=row.name, settings=settings, segment=partial(_segment, row, tracker, asked))

    segment_davis(dataset, names, out, map(way, rows), count=len(rows), watch=watch)
    measured = [_measure(row, root, out / row.name, split, names) for row in rows]
    write_table([each.to_json() for each in measured], out / "table.csv")
    return measured


def annotated_frames(frame_count: int, annotated: int) -> list[int]:
    """Return so many frame numbers, the first frame among them, as evenly spread as can be.

    >>> annotated_frames(10, 1), annotated_frames(10, 5), annotated_frames(2, 5)
    ([0], [0, 2, 4, 6, 8], [0, 1])
    """
    return sorted({number * frame_count // annotated for number in range(annotated)})


def _segment(
    row: Row, tracker: Osvos, segmenter: Segmenter | None, clip: Clip[Masklets], folder: Path
) -> dict[str, Any]:
    """Learn and segment one sequence; return how that went."""
    frames, truth = list(clip.frames.read()), clip.truth
    started = time.monotonic()
    if row.annotated:
        chosen = annotated_frames(len(frames), row.annotated)
        tracker = tracker.learn(1, [_example(frames[number], truth, segmenter, row) for number in chosen])
        made = tracker.learned[1]
        write_whole(folder.with_suffix(".csv"), _losses(made.curve).encode())
        taken, ended = len(made.curve), made.ended
    else:
        tracker, (taken, ended) = tracker.unlearned(1), (0, "steps")
    learning = time.monotonic() - started
    started = time.monotonic()
    write_label_pngs(_segmented(frames, tracker), folder, names=clip.frames.frame_name)
    frame_ms = 1000 * (time.monotonic() - started) / len(frames)
    return {"learning_seconds": learning, "steps": taken, "ended": ended, "frame_ms": frame_ms}


def _segmented(frames: Sequence[Frame], tracker: Osvos) -> Iterator[FrameMasks]:
    session = tracker.start()
    for start in range(0, len(frames), _BATCH):
        yield from session.steps(frames[start : start + _BATCH])


def _example(frame: Frame, truth: Masklets, segmenter: Segmenter | None, row: Row) -> Example:
    mask_HW = np.asarray(truth.frame(frame.index).masks_NHW.any(axis=0))
    box_xyxy = box_of_mask(mask_HW)
    if row.maker == "segmenter" and segmenter is not None and box_xyxy is not None:
        mask_HW = segmenter.segment(frame, [Box(frame.index, 1, box_xyxy)]).masks_NHW[0]
    return Example(frame=frame, mask_HW=mask_HW)


def _measure(row: Row, root: Path, folder: Path, split: str, names: Sequence[str]) -> Measured:
    overall = evaluate_davis(root, folder, year=2016, split=split, sequences=names).overall
    kept = kept_figures(folder, names)
    return Measured(
        row=row,
        j=overall["J-Mean"],
        f=overall["F-Mean"],
        learning_seconds=float(np.mean([each["learning_seconds"] for each in kept])),
        most_seconds=float(np.max([each["learning_seconds"] for each in kept])),
        steps_taken=float(np.mean([each["steps"] for each in kept])),
        frame_ms=float(np.mean([each["frame_ms"] for each in kept])),
    )


def losses_of(out: Path, row: Row, sequence: str) -> tuple[list[int], list[float]]:
    """Return steps and losses of a row's sequence, as `evaluate_osvos` wrote them; none of the parent."""
    table = out / row.name / f"{sequence}.csv"
    return learned.losses_of(table) if table.is_file() else ([], [])


def _losses(curve: Sequence[Moment]) -> str:
    return "step,loss\n" + "".join(f"{moment.step},{moment.loss:.6g}\n" for moment in curve)
