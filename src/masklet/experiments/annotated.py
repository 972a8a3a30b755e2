"""How good OSVOS is by the frames that are annotated, the steps it learns and the masks it learns from (P2).

On the single-object sequences of DAVIS: a row for each number of annotated frames, of steps and each maker of
their masks. Every row's masks and losses are kept, and what is finished is not done again.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
from masklet.experiments.kept import is_kept, keep, write_table
from masklet.formats.davis import write_label_pngs
from masklet.masklets import Masklets
from masklet.models import Segmenter, load_model, load_segmenter
from masklet.models.protocols import Example

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
class Measured:
    """A row with its figures: means over the sequences, J and F by the rules of DAVIS."""

    row: Row
    j: float
    f: float
    learning_seconds: float
    """Of online training, for a sequence."""
    most_seconds: float
    """Of the sequence that took longest."""
    steps_taken: float
    frame_ms: float
    """To segment a frame."""

    @property
    def j_and_f(self) -> float:
        """The mean of both."""
        return (self.j + self.f) / 2

    def to_json(self) -> dict[str, Any]:
        """Return the row as a table has it."""
        return {
            "annotated": self.row.annotated,
            "steps": self.row.steps,
            "maker": self.row.maker,
            "J&F": round(self.j_and_f, 4),
            "J": round(self.j, 4),
            "F": round(self.f, 4),
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

    def done() -> Iterator[None]:
        for row in rows:
            online = replace(config.online, steps=row.steps)
            tracker: Osvos = load_model("osvos", weights=weights, config=replace(config, online=online))
            for name in names:
                _sequence(row, dataset.clip(name), tracker, out / row.name, asked)
                yield

    for _ in watch(done(), total=len(rows) * len(names)):
        pass
    measured = [_measure(row, root, out / row.name, split, names) for row in rows]
    write_table([each.to_json() for each in measured], out / "table.csv")
    return measured


def annotated_frames(frame_count: int, annotated: int) -> list[int]:
    """Return so many frame numbers, the first frame among them, as evenly spread as can be.

    >>> annotated_frames(10, 1), annotated_frames(10, 5), annotated_frames(2, 5)
    ([0], [0, 2, 4, 6, 8], [0, 1])
    """
    return sorted({number * frame_count // annotated for number in range(annotated)})


def _sequence(row: Row, clip: Clip[Masklets], tracker: Osvos, folder: Path, segmenter: Segmenter | None) -> None:
    """Learn and segment one sequence, where that is not done."""
    report = folder / f"{clip.name}.json"
    settings = {"row": row.name, "config": repr(tracker.config)}
    if is_kept(report, settings):
        return
    folder.mkdir(parents=True, exist_ok=True)
    frames, truth = list(clip.frames.read()), clip.truth
    started = time.monotonic()
    if row.annotated:
        chosen = annotated_frames(len(frames), row.annotated)
        tracker = tracker.learn(1, [_example(frames[number], truth, segmenter, row) for number in chosen])
        learned = tracker.learned[1]
        write_whole(folder / f"{clip.name}.csv", _losses(learned.curve).encode())
        taken, ended = len(learned.curve), learned.ended
    else:
        tracker, (taken, ended) = tracker.unlearned(1), (0, "steps")
    learning = time.monotonic() - started
    started = time.monotonic()
    write_label_pngs(_segmented(frames, tracker), folder / clip.name, names=clip.frames.frame_name)
    segmenting = time.monotonic() - started
    figures = {
        "learning_seconds": learning,
        "steps": taken,
        "ended": ended,
        "frame_ms": 1000 * segmenting / len(frames),
    }
    keep(report, settings, figures)


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
    reports = [json.loads((folder / f"{name}.json").read_text()) for name in names]
    return Measured(
        row=row,
        j=overall["J-Mean"],
        f=overall["F-Mean"],
        learning_seconds=float(np.mean([each["learning_seconds"] for each in reports])),
        most_seconds=float(np.max([each["learning_seconds"] for each in reports])),
        steps_taken=float(np.mean([each["steps"] for each in reports])),
        frame_ms=float(np.mean([each["frame_ms"] for each in reports])),
    )


def losses_of(out: Path, row: Row, sequence: str) -> tuple[list[float], list[float]]:
    """Return steps and losses of a row's sequence, as `evaluate_osvos` wrote them; none of the parent."""
    path = out / row.name / f"{sequence}.csv"
    if not path.is_file():
        return [], []
    with path.open(newline="") as file:
        read = list(csv.DictReader(file))
    return [float(each["step"]) for each in read], [float(each["loss"]) for each in read]


def _losses(curve: Sequence[Any]) -> str:
    return "step,loss\n" + "".join(f"{moment.step},{moment.loss:.6g}\n" for moment in curve)
