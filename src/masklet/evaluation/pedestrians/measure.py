"""One pipeline on one clip: everything that is measured, from the truth's frames and the run's masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from masklet.evaluation.pedestrians.causes import Cause, causes_of
from masklet.evaluation.pedestrians.clips import ClipSpan
from masklet.evaluation.pedestrians.definitions import Comparison, Definitions
from masklet.evaluation.pedestrians.failures import Finding, Sighting, find_failures, sightings_in
from masklet.evaluation.pedestrians.histories import History, histories
from masklet.evaluation.pedestrians.matching import Pairs, overlaps, pair
from masklet.evaluation.pedestrians.people import People, PeopleFrame
from masklet.evaluation.pedestrians.results import Run
from masklet.evaluation.pedestrians.scores import Scores, judged_overlap, scores
from masklet.evaluation.pedestrians.tables import Tables, people_of, tables
from masklet.metrics.overlap import FrameOverlap


@dataclass(frozen=True, eq=False)
class ClipResult:
    """What came out of one clip."""

    sequence: str
    span: ClipSpan
    indices: Sequence[int]
    """The frames of the clip that the truth speaks of."""
    run: Run
    everyone: Mapping[int, History]
    """All who are in the clip's truth, by id."""
    people: Mapping[int, History]
    """Those who are there for long enough to count."""
    causes: Mapping[int, Cause]
    """Of the people who are not tracked."""
    tables: Tables
    scores: Scores
    findings: Sequence[Finding]

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return {
            "sequence": self.sequence,
            "clip": self.span.number,
            "frames": [self.span.frames.start, self.span.frames.stop],
            **self.tables.to_json(),
            "scores": self.scores.to_json(),
            "lost": {str(person): cause.value for person, cause in self.causes.items()},
            "findings": [finding.to_json() for finding in self.findings],
        }


def measure_clip(
    sequence: str,
    people: People,
    span: ClipSpan,
    run: Run,
    *,
    compare: Comparison,
    definitions: Definitions,
    frames_per_second: float,
) -> ClipResult:
    """Return what a pipeline achieves on a clip, of which the truth must have a frame.

    Of a truth that is annotated every n-th frame, these frames count, at their own rate. Raise EvaluationError
    where the masks are of another size than those of the truth.
    """
    indices = frames_of_truth(people, span)
    rate = frames_per_second * len(indices) / len(span.frames)
    frames: list[PeopleFrame] = []
    pairs: list[Pairs] = []
    judged: list[FrameOverlap] = []
    sightings: list[Sighting] = []
    before: Mapping[int, int] = {}
    for t, index in enumerate(indices):
        shown, masks = people.frame(index, run.masklets.size_HW), run.objects(index)
        overlap_NM = overlaps(shown, masks, compare)
        found = pair(overlap_NM, shown.person_ids, masks, before, definitions)
        before = found.right
        frames.append(shown)
        pairs.append(found)
        judged.append(judged_overlap(shown, masks, overlap_NM, found, definitions))
        sightings.extend(sightings_in(t, shown, masks, definitions))
    everyone = histories(frames, pairs, definitions)
    chosen = people_of(everyone, definitions, rate)
    causes = causes_of(chosen, everyone, definitions, rate)
    return ClipResult(
        sequence=sequence,
        span=span,
        indices=indices,
        run=run,
        everyone=everyone,
        people=chosen,
        causes=causes,
        tables=tables(chosen, causes, rate),
        scores=scores(judged, threshold=definitions.right_from, of_masks=compare == "mask"),
        findings=find_failures(indices, frames, chosen, sightings, definitions, rate),
    )


def frames_of_truth(people: People, span: ClipSpan) -> list[int]:
    """Return the frames of a clip that the truth speaks of."""
    known = people.frame_indices
    if isinstance(known, range):
        return list(range(max(span.frames.start, known.start), min(span.frames.stop, known.stop)))
    return [index for index in known if index in span.frames]
