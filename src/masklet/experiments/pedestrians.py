"""P0's pipelines on clips of videos whose people are known: run, then measured."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from masklet.core.errors import EvaluationError
from masklet.core.files import write_whole
from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.evaluation.pedestrians import ClipLengths, Definitions, PedestrianReport, evaluate_pedestrians
from masklet.evaluation.pedestrians.clips import ClipSpan
from masklet.evaluation.pedestrians.definitions import Comparison
from masklet.evaluation.pedestrians.evaluate import comparison_of, no_clip, spans_of
from masklet.evaluation.pedestrians.truth import TrueSequence, read_truth
from masklet.evaluation.problems import Watch, unwatched
from masklet.experiments.clicking import Clicked, click_people
from masklet.experiments.setups import CLICKS, DEFAULT_SETUPS, PipelineSetup
from masklet.masklets import MaskletWriter
from masklet.models import Precision, load_segmenter, load_tracker
from masklet.models.protocols import Segmenter, Tracker
from masklet.pipelines import Extras, Prompted, RunFolder, run
from masklet.pipelines.detectors import is_boxes
from masklet.pipelines.job import build_tracker
from masklet.sources import FrameSource, open_source


@dataclass(frozen=True, eq=False)
class PipelineRuns:
    """What came of it: the folder of each pipeline, the clicks that were made for it, and the report."""

    folders: Mapping[str, Path]
    clicks: Mapping[str, Sequence[Clicked]]
    """Of the pipelines that people click for."""
    report: PedestrianReport

    def to_json(self) -> dict[str, Any]:
        """Return the report, and how many people were right after which click."""
        return self.report.to_json() | {"clicks": {name: counted(made) for name, made in self.clicks.items()}}


@dataclass(frozen=True, eq=False)
class _Clip:
    """A clip to be run, and the video its frames are in."""

    sequence: TrueSequence
    span: ClipSpan
    source: str

    @property
    def name(self) -> str:
        return f"{self.sequence.name}_{self.span.name}"


@dataclass(frozen=True, eq=False)
class _Pipeline:
    """A setup with its networks loaded, and where its runs go."""

    setup: PipelineSetup
    tracker: Tracker | None
    """None where each clip has its own: boxes of a file are of its frames."""
    segmenter: Segmenter | None
    """For clicks."""
    folder: Path
    threads: int | None
    precision: Precision

    @classmethod
    def load(cls, setup: PipelineSetup, folder: Path, *, threads: int | None, precision: Precision) -> _Pipeline:
        how: dict[str, Any] = {"threads": threads, "precision": precision}
        if setup.strategy != CLICKS and is_boxes(setup.detector):
            return cls(setup, None, None, folder, **how)
        if setup.strategy != CLICKS:
            return cls(setup, build_tracker(setup.job("", range(1), **how)), None, folder, **how)
        segmenter = load_segmenter(setup.segmenter, weights=setup.segmenter_weights, **how)
        tracker = Prompted(load_tracker(setup.model, weights=setup.weights, **how), segmenter)
        return cls(setup, tracker, segmenter, folder, **how)


def compare_pipelines(
    truth: Path,
    out: Path,
    setups: Sequence[PipelineSetup] = DEFAULT_SETUPS,
    *,
    definitions: Definitions | None = None,
    lengths: ClipLengths | None = None,
    frames_per_second: float | None = None,
    video: str | Path | None = None,
    only: Collection[int] | None = None,
    threads: int | None = None,
    precision: Precision = "auto",
    overwrite: bool = False,
    watch: Watch = unwatched,
) -> PipelineRuns:
    """Run every pipeline on every clip, in turns, and compare the runs with the people of a truth.

    Runs go to OUT/NAME/SEQUENCE_0000/ and so on, as `evaluate_pedestrians` finds them. Runs that are finished
    there are not run again, one that was stopped is gone on with, unless `overwrite` is said. `only`: clips of
    these numbers.

    Raise EvaluationError for a truth without pictures or clips, and for two pipelines of one name; OutputError for
    runs of other settings; what `run` and `evaluate_pedestrians` raise.
    """
    definitions, lengths = definitions or Definitions(), lengths or ClipLengths()
    _require_names(setups)
    sequences = read_truth(truth, video=video, frames_per_second=frames_per_second)
    compare = comparison_of(definitions.compare, list(sequences.values()))
    clips = [clip for sequence in sequences.values() for clip in _clips_of(sequence, lengths, only)]
    if not clips:
        raise no_clip(truth, lengths, only)
    pipelines = [_Pipeline.load(setup, out / setup.name, threads=threads, precision=precision) for setup in setups]
    clicks: dict[str, list[Clicked]] = {setup.name: [] for setup in setups if setup.strategy == CLICKS}

    def done() -> Iterator[tuple[_Pipeline, list[Clicked]]]:
        for clip in clips:
            for pipeline in pipelines:
                yield pipeline, _run(pipeline, clip, definitions, compare, overwrite=overwrite)

    for pipeline, made in watch(done(), total=len(clips) * len(pipelines)):
        if pipeline.setup.strategy == CLICKS:
            clicks[pipeline.setup.name] += made
    for name, people in clicks.items():
        write_whole(out / name / "clicks.json", (json.dumps([asdict(one) for one in people], indent=1)).encode())
    folders = {pipeline.setup.name: pipeline.folder for pipeline in pipelines}
    report = evaluate_pedestrians(
        truth,
        folders,
        definitions=definitions,
        lengths=lengths,
        frames_per_second=frames_per_second,
        video=video,
        only=only,
    )
    return PipelineRuns(folders, clicks, report)


def counted(clicked: Sequence[Clicked]) -> dict[str, int]:
    """Return how many people were clicked on, and how many masks were right after how many clicks (B18).

    >>> one = Clicked(person_id=1, clicks=((4.0, 5.0, 1),), overlap=0.8, right=True)
    >>> counted([one])
    {'people': 1, 'right after 1': 1}
    """
    most = max((len(one.clicks) for one in clicked), default=0)
    return {
        "people": len(clicked),
        **{
            f"right after {count}": sum(one.right and len(one.clicks) == count for one in clicked)
            for count in range(1, most + 1)
        },
    }


def _clips_of(sequence: TrueSequence, lengths: ClipLengths, only: Collection[int] | None) -> list[_Clip]:
    """Return the clips whose frames are all there; raise EvaluationError for one without pictures or rate."""
    if sequence.info is None or sequence.info.frame_count is None:
        raise EvaluationError(
            f"Expected the pictures of {sequence.name} beside its truth, found none: name them (--video)."
        )
    if sequence.frames_per_second is None:
        raise EvaluationError(
            f"Expected to know the frames per second of {sequence.name}, its pictures do not say it: "
            "give them (--fps)."
        )
    spans = spans_of(sequence, sequence.frames_per_second, lengths, only)
    there = [span for span in spans if span.frames.stop <= sequence.info.frame_count]
    return [_Clip(sequence, span, sequence.info.uri) for span in there]


def _run(
    pipeline: _Pipeline, clip: _Clip, definitions: Definitions, compare: Comparison, *, overwrite: bool
) -> list[Clicked]:
    """Run a pipeline on a clip; return the clicks that were made for it."""
    clicked: list[Clicked] = []
    prompts: dict[str, Prompt] = {}
    if pipeline.segmenter is not None:
        frame = _first_frame(clip)
        people = clip.sequence.people.frame(clip.span.frames.start, frame.size_HW)
        most = pipeline.setup.clicks
        clicked = click_people(people, frame, pipeline.segmenter, definitions, compare=compare, most=most)
        prompts = {f"person {one.person_id}": one.points(0, number) for number, one in enumerate(clicked, start=1)}
        if not prompts:
            _write_nobody(RunFolder(pipeline.folder / clip.name), frame.size_HW, len(clip.span.frames))
            return []
    job = pipeline.setup.job(
        clip.source, clip.span.frames, threads=pipeline.threads, precision=pipeline.precision, prompts=prompts
    )
    run(
        job,
        pipeline.folder / clip.name,
        extras=Extras(overlay=False),
        overwrite=overwrite,
        resume=not overwrite,
        tracker=pipeline.tracker,
    )
    return clicked


def _first_frame(clip: _Clip) -> Frame:
    source: FrameSource = open_source(clip.source)
    try:
        return next(iter(source.read(clip.span.frames.start, clip.span.frames.start + 1)))
    finally:
        source.close()


def _write_nobody(folder: RunFolder, size_HW: tuple[int, int], frames: int) -> None:
    """Write the run of a clip in whose first frame there was nobody to click on."""
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.clear()
    with MaskletWriter(folder.masklets) as writer:
        for index in range(frames):
            writer.append(FrameMasks.empty(index, size_HW), seconds=None, name=f"{index:05d}")
    folder.write_record({"status": "done", "frames": frames, "seconds": 0.0})


def _require_names(setups: Sequence[PipelineSetup]) -> None:
    names = [setup.name for setup in setups]
    for name in names:
        if names.count(name) > 1:
            raise EvaluationError(f"Expected pipelines of different names, got {name} twice: NAME={name},...")
        if not name or Path(name).name != name:
            raise EvaluationError(f"Expected a pipeline's name that can name a folder, got {name!r}.")
