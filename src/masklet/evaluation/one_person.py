"""Runs of one person held against the boxes of everybody: is the mask where the person is, and nowhere else?

P2 reports that its masks lie on other people as well (D8) and gives no figure; these are two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from masklet.core.boxes import box_iou
from masklet.core.errors import EvaluationError
from masklet.core.rle import decode
from masklet.datasets import mot_sequences
from masklet.evaluation.json_values import for_json
from masklet.evaluation.mot_frames import NOTHING
from masklet.evaluation.pedestrians.results import Run, open_run, record_of
from masklet.formats.mot import read_mot
from masklet.formats.run import FILE_NAME
from masklet.masklets import BoxTracks, FrameBoxes
from masklet.metrics.one_person import area_on_others, visible_share

LEAST_VISIBLE = 0.5


@dataclass(frozen=True, kw_only=True)
class PersonScore:
    """One run of one person.

    A frame counts as visible where the truth has a box of the person, at least half of which lies in the picture
    and outside the boxes of people nearer to the camera (`metrics.one_person.visible_share`).
    """

    person_id: int
    frames: int
    """Of the run."""
    visible: int
    found: int
    """Visible frames with a mask."""
    iou_sum: float
    """Of the mask's tight box with the true one, over visible frames; no mask scores 0."""
    area: int
    """Pixels of all masks of all frames of the run, visible or not."""
    area_on_others: int
    """Of these, pixels inside another person's true box and outside the person's own."""

    @property
    def mean_iou(self) -> float:
        """Over visible frames; NaN where there is none."""
        return self.iou_sum / self.visible if self.visible else float("nan")

    @property
    def share_on_others(self) -> float:
        """Of the area of all masks; NaN where there is no mask."""
        return self.area_on_others / self.area if self.area else float("nan")

    @property
    def found_share(self) -> float:
        """Of visible frames; NaN where there is none."""
        return self.found / self.visible if self.visible else float("nan")

    def to_json(self) -> dict[str, float | int | None]:
        """Return the figures as JSON values; null where there is nothing to count."""
        return {
            "person": self.person_id,
            "frames": self.frames,
            "visible": self.visible,
            "found": for_json(self.found_share),
            "box_iou": for_json(self.mean_iou),
            "area_on_others": for_json(self.share_on_others),
        }


@dataclass(frozen=True)
class PersonReport:
    """Runs by name; means give each run the same weight."""

    runs: dict[str, PersonScore]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        scores = [score.to_json() for score in self.runs.values()]
        means = {name: _mean([score[name] for score in scores]) for name in ("found", "box_iou", "area_on_others")}
        return {"runs": {name: score.to_json() for name, score in self.runs.items()}, "mean": means}


def evaluate_persons(runs: Sequence[Path], truth: Path, *, person_id: int | None = None) -> PersonReport:
    """Compare runs of `masklet track --trajectories` with the boxes of a gt.txt or of a sequence that has one.

    A folder that is no run stands for the runs in it. The person is that of the run, unless `person_id` says
    another. Raise EvaluationError where there is no run, where a run is not of one person, and where the truth
    does not have the person in its frames.
    """
    tracks = read_mot(_truth_path(truth))
    folders = [folder for path in runs for folder in _runs_in(path)]
    scored = {folder: _score(folder, tracks, person_id) for folder in folders}
    names = _names(folders)
    return PersonReport({names[folder]: score for folder, score in scored.items()})


def score_person(run: Run, tracks: BoxTracks, person_id: int) -> PersonScore:
    """Return the score of one run; its masks, of whatever object, are the person's."""
    size_HW = run.masklets.size_HW
    frames = visible = found = area = on_others = 0
    iou_sum = 0.0
    for index in (index + run.first_frame for index in run.masklets.frame_indices):
        people = tracks.frames.get(index, NOTHING)
        own = people.object_ids.index(person_id) if person_id in people.object_ids else None
        items = run.objects(index)
        mask_HW = np.any([decode(item.rle) for item in items], axis=0) if items else np.zeros(size_HW, dtype=bool)
        is_visible = own is not None and visible_share(people.boxes_N4, own, size_HW) >= LEAST_VISIBLE
        frames += 1
        visible += is_visible
        found += is_visible and bool(items)
        iou_sum += _iou(people, own, [item.rle.box_xyxy for item in items]) if is_visible else 0.0
        area += int(mask_HW.sum())
        on_others += _on_others(mask_HW, people, own)
    return PersonScore(
        person_id=person_id,
        frames=frames,
        visible=visible,
        found=found,
        iou_sum=iou_sum,
        area=area,
        area_on_others=on_others,
    )


def _score(folder: Path, tracks: BoxTracks, person_id: int | None) -> PersonScore:
    span = (record_of(folder).get("settings") or {}).get("span") or [0]
    run = open_run(folder, int(span[0]))
    ids = run.masklets.object_ids
    if len(ids) > 1:
        raise EvaluationError(f"Expected a run of one person in {folder}, got {len(ids)} objects.")
    known = ((record_of(folder).get("settings") or {}).get("more") or {}).get("person")
    person = person_id or known or (ids[0] if ids else None)
    frames = {index + run.first_frame for index in run.masklets.frame_indices}
    if person is None or not any(
        person in boxes.object_ids for index, boxes in tracks.frames.items() if index in frames
    ):
        raise EvaluationError(
            f"Expected a person whom the truth has in frames {min(frames)} to {max(frames)} of {folder}, "
            f"got {person}; say which one (--person)."
        )
    return score_person(run, tracks, int(person))


def _iou(people: FrameBoxes, own: int | None, boxes: Sequence[tuple[float, float, float, float]]) -> float:
    if own is None or not boxes:
        return 0.0
    boxes_N4 = np.array(boxes)
    tight_4 = np.concatenate([boxes_N4[:, :2].min(axis=0), boxes_N4[:, 2:].max(axis=0)])
    return float(box_iou(people.boxes_N4[own][None], tight_4[None])[0, 0])


def _on_others(mask_HW: np.ndarray[Any, np.dtype[np.bool_]], people: FrameBoxes, own: int | None) -> int:
    if own is None:
        return area_on_others(mask_HW, None, people.boxes_N4)
    x1, y1, x2, y2 = (float(value) for value in people.boxes_N4[own])
    return area_on_others(mask_HW, (x1, y1, x2, y2), np.delete(people.boxes_N4, own, axis=0))


def _truth_path(truth: Path) -> Path:
    if truth.is_file():
        return truth
    sequences = mot_sequences(truth)
    if len(sequences) != 1:
        raise EvaluationError(f"Expected one sequence with gt/gt.txt in {truth}, got {len(sequences)}.")
    return sequences[0].truth_path


def _runs_in(path: Path) -> list[Path]:
    if (path / FILE_NAME).is_file():
        return [path]
    found = sorted(file.parent for file in path.glob(f"*/{FILE_NAME}")) if path.is_dir() else []
    if not found:
        raise EvaluationError(f"Expected a run (a folder with {FILE_NAME}), or a folder of runs, got {path}.")
    return found


def _names(folders: Sequence[Path]) -> dict[Path, str]:
    """Return names to tell runs apart by: the folder's own, or its path where two are called the same."""
    own = [folder.name for folder in folders]
    return {folder: folder.name if own.count(folder.name) == 1 else str(folder) for folder in folders}


def _mean(values: Sequence[float | int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
