"""People of a sequence followed by their trajectories alone, with and without the check, and both measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from masklet.core import defaults
from masklet.core.errors import EvaluationError
from masklet.datasets import MotSequence
from masklet.evaluation.one_person import evaluate_persons
from masklet.evaluation.problems import Watch, unwatched
from masklet.models import load_tracker
from masklet.pipelines import Extras
from masklet.pipelines.person_check import CheckConfig
from masklet.pipelines.person_masks import PersonMaskConfig
from masklet.pipelines.person_scene import SceneFiles
from masklet.pipelines.surveillance import SurveillanceJob, follow_person
from masklet.prompts import read_trajectories

TRAJECTORIES, HOMOGRAPHY = "trajectories_world.txt", "H_image_to_world.txt"
CHECKED, UNCHECKED = "checked", "unchecked"


@dataclass(frozen=True, kw_only=True)
class SurveillanceTrial:
    """Who is followed in which sequence, by what."""

    sequence: Path
    model: str = defaults.TRACKER
    weights: Path | None = None
    people: tuple[int, ...] = ()
    """Ids; none: the `count` lowest ones that have `least_frames` annotated frames."""
    count: int = 5
    least_frames: int = 100
    examples: int | None = None
    """Masks of each person to make; None: as many as a run makes by itself."""
    threads: int | None = None

    def chosen(self) -> tuple[int, ...]:
        """Return the ids; raise EvaluationError where there are not enough."""
        if self.people:
            return self.people
        trajectories = read_trajectories(self.sequence / TRAJECTORIES)
        long = sorted(one.person_id for one in trajectories if len(one.frames_T) >= self.least_frames)
        if len(long) < self.count:
            raise EvaluationError(
                f"Expected {self.count} people with {self.least_frames} annotated frames in {self.sequence}, "
                f"got {len(long)}."
            )
        return tuple(long[: self.count])


def compare_check(
    trial: SurveillanceTrial, out: Path, *, overwrite: bool = False, watch: Watch = unwatched
) -> dict[str, dict[str, Any]]:
    """Run everybody into OUT/checked/pID1 and OUT/unchecked/pID1, and return the report of each.

    Nothing is known to the runs but the video, the trajectories and the homography. Unchecked is the tracker by
    itself: examples of the person alone, masks as they come. Runs that are finished are not run again, ones that
    were stopped are gone on with, unless `overwrite` is said.

    Raise what `follow_person` and `evaluate_persons` raise.
    """
    people = trial.chosen()
    list(watch(_runs(trial, people, out, overwrite=overwrite), total=2 * len(people)))
    reports = {}
    for name in (UNCHECKED, CHECKED):
        folders = [out / name / f"pID{person_id}" for person_id in people]
        reports[name] = evaluate_persons(folders, trial.sequence).to_json()
    return reports


def _runs(
    trial: SurveillanceTrial, people: tuple[int, ...], out: Path, *, overwrite: bool
) -> Iterator[dict[str, Any]]:
    network = load_tracker(trial.model, weights=trial.weights, threads=trial.threads)
    for person_id in people:
        for name in (UNCHECKED, CHECKED):
            yield follow_person(
                _job(trial, person_id, checked=name == CHECKED),
                out / name / f"pID{person_id}",
                extras=Extras(overlay=False),
                overwrite=overwrite,
                resume=not overwrite,
                tracker=network,
            )


def _job(trial: SurveillanceTrial, person_id: int, *, checked: bool) -> SurveillanceJob:
    plain = PersonMaskConfig()
    how_many: dict[str, Any] = {"making": plain}
    if trial.examples is not None:
        how_many = {"making": replace(plain, examples=trial.examples), "frames_per_example": None}
    source = MotSequence(trial.sequence).clip().frames
    source.close()
    return SurveillanceJob(
        source=source.info.uri,
        person_id=person_id,
        scene=SceneFiles(trajectories=trial.sequence / TRAJECTORIES, homography=trial.sequence / HOMOGRAPHY),
        **how_many,
        check=CheckConfig() if checked else None,
        follow_others=checked,
        model=trial.model,
        weights=trial.weights,
        threads=trial.threads,
    )
