"""From folders to the report: which clips are measured, and what keeps them from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from masklet.core.errors import EvaluationError
from masklet.evaluation.pedestrians.clips import ClipLengths, ClipSpan, clip_spans
from masklet.evaluation.pedestrians.definitions import Comparison, Definitions
from masklet.evaluation.pedestrians.measure import ClipResult, frames_of_truth, measure_clip
from masklet.evaluation.pedestrians.people import PEOPLE
from masklet.evaluation.pedestrians.report import PedestrianReport, PipelineReport
from masklet.evaluation.pedestrians.results import (
    Pipeline,
    Run,
    find_pipeline,
    open_run,
    rate_of_runs,
    video_rate,
)
from masklet.evaluation.pedestrians.truth import TrueSequence, read_truth
from masklet.evaluation.problems import ProblemsError, Watch, unwatched


@dataclass(frozen=True, eq=False)
class Job:
    """One clip of one pipeline, to be measured."""

    pipeline: str
    sequence: TrueSequence
    span: ClipSpan
    run: Run


def evaluate_pedestrians(
    truth: Path,
    results: Mapping[str, Path],
    *,
    definitions: Definitions | None = None,
    lengths: ClipLengths | None = None,
    frames_per_second: float | None = None,
    video: str | Path | None = None,
    labels: Collection[str] | None = None,
    only: Collection[int] | None = None,
    watch: Watch = unwatched,
) -> PedestrianReport:
    """Compare the runs of pipelines with the people of a truth, clip by clip.

    `truth` is read by `truth.read_truth`, `results` has the folder of each pipeline by its name, laid out as the
    module `results` says. `frames_per_second` of the video stands above what its files say. `labels`: only masks
    of these classes. `only`: clips of these numbers. Where a pipeline has a run for each clip, the clips that it
    has are measured.

    Raise EvaluationError for a rate that is not known, and naming every clip that a pipeline lacks; FormatError
    for a file that is not what it should be.
    """
    definitions, lengths = definitions or Definitions(), lengths or ClipLengths()
    sequences = read_truth(truth, video=video, frames_per_second=frames_per_second)
    if not results:
        raise EvaluationError("Expected the results of at least one pipeline, got none.")
    pipelines = [find_pipeline(name, root, list(sequences)) for name, root in results.items()]
    rates = {name: sequence.frames_per_second or _rate(name, pipelines) for name, sequence in sequences.items()}
    compare = comparison_of(definitions.compare, list(sequences.values()))
    spans = {name: _measured(item, rates[name], lengths, pipelines, only) for name, item in sequences.items()}
    if not any(spans.values()):
        raise no_clip(truth, lengths, only)
    jobs = _jobs(truth, sequences, spans, pipelines, labels)
    found: dict[str, list[ClipResult]] = {pipeline.name: [] for pipeline in pipelines}
    for name, result in watch(_measure(jobs, definitions, compare, rates), total=len(jobs)):
        found[name].append(result)
    _require_people(truth, [result for results in found.values() for result in results], sequences)
    return PedestrianReport(
        truth=truth,
        pipelines={
            pipeline.name: PipelineReport(pipeline.name, found[pipeline.name], rate_of_runs(pipeline.folders))
            for pipeline in pipelines
        },
        sequences=sequences,
        definitions=definitions,
        compare=compare,
        lengths=lengths,
        frames_per_second=rates,
    )


def _measure(
    jobs: Sequence[Job], definitions: Definitions, compare: Comparison, rates: Mapping[str, float]
) -> Iterator[tuple[str, ClipResult]]:
    """Yield the pipeline and the result of each job."""
    for job in jobs:
        result = measure_clip(
            job.sequence.name,
            job.sequence.people,
            job.span,
            job.run,
            compare=compare,
            definitions=definitions,
            frames_per_second=rates[job.sequence.name],
        )
        yield job.pipeline, result


def _rate(sequence: str, pipelines: Sequence[Pipeline]) -> float:
    rate = video_rate([folder for pipeline in pipelines for folder in pipeline.folders])
    if rate is None:
        raise EvaluationError(
            f"Expected to know the frames per second of {sequence}, neither its video nor a run.json says it: "
            "give them (--fps)."
        )
    return rate


def comparison_of(asked: Comparison, sequences: Sequence[TrueSequence]) -> Comparison:
    """Return how masks are compared: what is asked, for auto by masks where the truth has some.

    Raise EvaluationError where masks are asked for and the truth has boxes alone.
    """
    have_masks = all(sequence.people.has_masks for sequence in sequences)
    if asked == "mask" and not have_masks:
        raise EvaluationError(
            "Expected a truth with masks to compare masks, got boxes: compare by box or covered."
        )
    if asked == "auto":
        return "mask" if have_masks else "box"
    return asked


def spans_of(
    sequence: TrueSequence, rate: float, lengths: ClipLengths, only: Collection[int] | None = None
) -> list[ClipSpan]:
    """Return the clips of a sequence of which the truth speaks; `only` those of these numbers."""
    count = max(sequence.people.frame_indices, default=-1) + 1
    return [
        span
        for span in clip_spans(count, rate, lengths)
        if frames_of_truth(sequence.people, span) and (only is None or span.number in only)
    ]


def _measured(
    sequence: TrueSequence,
    rate: float,
    lengths: ClipLengths,
    pipelines: Sequence[Pipeline],
    only: Collection[int] | None,
) -> list[ClipSpan]:
    """Return the clips of a sequence that are asked for, and of which there is a run where runs are of clips."""
    numbers = {number for pipeline in pipelines for number in pipeline.clips.get(sequence.name, {})}
    return [span for span in spans_of(sequence, rate, lengths, only) if not numbers or span.number in numbers]


def _jobs(
    truth: Path,
    sequences: Mapping[str, TrueSequence],
    spans: Mapping[str, Sequence[ClipSpan]],
    pipelines: Sequence[Pipeline],
    labels: Collection[str] | None,
) -> list[Job]:
    """Return all that is to be measured; raise ProblemsError naming every clip that a pipeline lacks."""
    jobs: list[Job] = []
    problems: list[str] = []
    for pipeline in pipelines:
        for name, sequence in sequences.items():
            whole = open_run(pipeline.whole[name], 0, labels) if name in pipeline.whole else None
            for span in spans[name]:
                folder = pipeline.clips.get(name, {}).get(span.number)
                run = whole or (open_run(folder, span.frames.start, labels) if folder else None)
                problem = _problem(sequence, span, run, is_whole=whole is not None)
                if problem:
                    problems.append(f"{pipeline.name} {problem} clip {span.number} of {name}")
                elif run:
                    jobs.append(Job(pipeline.name, sequence, span, run))
    if problems:
        raise ProblemsError(truth, problems)
    return jobs


def _problem(sequence: TrueSequence, span: ClipSpan, run: Run | None, *, is_whole: bool) -> str | None:
    """Return what keeps a run from being compared with a clip, None where nothing does."""
    if run is None:
        return "has no run of"
    last = max(run.masklets.frame_indices)
    if not is_whole and last >= len(span.frames):
        return f"has {last + 1} frames, not {len(span.frames)} as its rate and length say, in"
    unseen = [index for index in frames_of_truth(sequence.people, span) if not run.has(index)]
    return f"lacks {len(unseen)} frames, the first is {unseen[0]}, of" if unseen else None


def _require_people(truth: Path, results: Sequence[ClipResult], sequences: Mapping[str, TrueSequence]) -> None:
    """Raise EvaluationError where nobody is in any clip because the truth calls its people something else."""
    if any(result.everyone for result in results):
        return
    others = {label for sequence in sequences.values() for label in sequence.people.labels} - set(PEOPLE)
    if others:
        raise EvaluationError(
            f"Expected people in {truth}, labelled person, pedestrian or not at all, "
            f"got {', '.join(sorted(others))}."
        )


def no_clip(truth: Path, lengths: ClipLengths, only: Collection[int] | None) -> EvaluationError:
    """Return the error of a truth without a clip."""
    if only is not None:
        return EvaluationError(
            f"Expected clips among {', '.join(map(str, sorted(only)))} in {truth}, got none of these."
        )
    return EvaluationError(
        f"Expected a clip of {lengths.seconds} s in {truth}, got none: --keep-rest takes shorter ones."
    )
