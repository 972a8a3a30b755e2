"""People of a sequence followed by their trajectories, in ways that know more and more of the others (D9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from masklet.pipelines.person_masks.job import MadeOnce
from masklet.pipelines.person_scene import SceneFiles
from masklet.pipelines.surveillance import SurveillanceJob, follow_person
from masklet.prompts import read_trajectories

TRAJECTORIES, HOMOGRAPHY = "trajectories_world.txt", "H_image_to_world.txt"


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to follow a person, in how much is known of everybody else."""

    follow_others: bool
    """Tell the tracker of other people."""
    checked: bool
    """Hold masks against the trajectories."""
    several: bool = False
    """Learn from a parent of several persons."""


WAYS = {
    "plain": Way(follow_others=False, checked=False),
    "others": Way(follow_others=True, checked=False),
    "several": Way(follow_others=True, checked=False, several=True),
    "checked": Way(follow_others=True, checked=True),
    "all": Way(follow_others=True, checked=True, several=True),
}
"""By name; those with `several` take part where there are such weights."""


@dataclass(frozen=True, kw_only=True)
class SurveillanceTrial:
    """Who is followed in which sequence, by what."""

    sequence: Path
    model: str = defaults.TRACKER
    weights: Path | None = None
    several: Path | None = None
    """Weights of a parent of several persons (`masklet train osvos --set instances=...`)."""
    config: Any = None
    """Settings of the tracker."""
    people: tuple[int, ...] = ()
    """Ids; none: the `count` lowest ones that have `least_frames` annotated frames."""
    count: int = 5
    least_frames: int = 100
    examples: int | None = None
    """Masks of each person to make; None: as many as a run makes by itself."""
    ways: tuple[str, ...] = ()
    """Names from `WAYS`; none: all that there are weights for."""
    threads: int | None = None

    def chosen_ways(self) -> dict[str, Way]:
        """Return the ways that are compared; raise EvaluationError for an unknown one, or one without weights."""
        able = {name: way for name, way in WAYS.items() if self.several is not None or not way.several}
        for name in self.ways:
            if name not in WAYS:
                raise EvaluationError(f"Expected ways of {', '.join(WAYS)}, got {name!r}.")
            if name not in able:
                raise EvaluationError(
                    f"Expected weights of a parent of several persons for the way {name!r}, got none."
                )
        return {name: able[name] for name in self.ways or able}

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


def compare_ways(
    trial: SurveillanceTrial, out: Path, *, overwrite: bool = False, watch: Watch = unwatched
) -> dict[str, dict[str, Any]]:
    """Run everybody into OUT/WAY/pID1 and so on, and return the report of each way.

    Nothing is known to the runs but the video, the trajectories and the homography. Runs that are finished are not
    run again, ones that were stopped are gone on with, unless `overwrite` is said.

    Raise what `follow_person` and `evaluate_persons` raise.
    """
    people = trial.chosen()
    ways = trial.chosen_ways()
    list(watch(_runs(trial, people, ways, out, overwrite=overwrite), total=len(ways) * len(people)))
    return {
        name: evaluate_persons([out / name / f"pID{number}" for number in people], trial.sequence).to_json()
        for name in ways
    }


def _runs(
    trial: SurveillanceTrial, people: tuple[int, ...], ways: Mapping[str, Way], out: Path, *, overwrite: bool
) -> Iterator[dict[str, Any]]:
    networks = {
        several: load_tracker(
            trial.model,
            weights=trial.several if several else trial.weights,
            threads=trial.threads,
            config=trial.config,
        )
        for several in {way.several for way in ways.values()}
    }
    step_1 = MadeOnce()  # no way changes the masks that a person's runs begin with
    for person_id in people:
        for name, way in ways.items():
            yield follow_person(
                _job(trial, person_id, way),
                out / name / f"pID{person_id}",
                extras=Extras(overlay=False),
                overwrite=overwrite,
                resume=not overwrite,
                tracker=networks[way.several],
                step_1=step_1,
            )


def _job(trial: SurveillanceTrial, person_id: int, way: Way) -> SurveillanceJob:
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
        check=CheckConfig() if way.checked else None,
        follow_others=way.follow_others,
        model=trial.model,
        weights=trial.several if way.several else trial.weights,
        config=trial.config,
        threads=trial.threads,
    )
