"""One person in a surveillance video: trajectories in, the person's masks over its whole time out.

Step 1 makes masks of the person where detections confirm the annotated positions (`person_masks`); step 2 lets a
tracker learn from them, or begin with them, and segments every frame; what cannot be the person is dropped.
Source: Cernigliaro, Montello and Russo, "Human Instance Segmentation" (P2), sections 2 to 4.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from masklet.core import defaults
from masklet.core.boxes import box_of_mask
from masklet.core.errors import PromptError
from masklet.core.values import MaskPrompt, Prompt
from masklet.formats.person_examples import read_person_examples
from masklet.models import Precision, load_tracker
from masklet.models.protocols import Example, LearningProgress, OnlineLearner, Tracker
from masklet.pipelines.appearance import colours_of
from masklet.pipelines.job import Extras
from masklet.pipelines.job import run as run_job
from masklet.pipelines.learned import LearnedWhenAsked, watched
from masklet.pipelines.near_person import NearPerson, Whereabouts
from masklet.pipelines.person_check import CheckConfig
from masklet.pipelines.person_masks import PersonMaskConfig, PersonMasks
from masklet.pipelines.person_masks.job import PersonMaskJob, make, write_made
from masklet.pipelines.person_scene import Scene, SceneFiles, open_scene
from masklet.pipelines.person_size import PersonSize
from masklet.pipelines.run_folder import RunFolder, require_free, writing_to
from masklet.pipelines.settings import TrackJob, own_digests
from masklet.pipelines.track import Progress
from masklet.sources import FrameSource, open_source

Step1 = Callable[[PersonMaskJob, FrameSource, Scene], PersonMasks]


@dataclass(frozen=True, kw_only=True)
class SurveillanceJob:
    """Whom to follow in which video, by what."""

    source: str
    person_id: int | None = None
    """None: the only person that `examples` has."""
    scene: SceneFiles | None = None
    """Where people are; None: only examples are known."""
    examples: Path | None = None
    """A folder as `masklet person-masks` writes it; None: step 1 makes them."""
    making: PersonMaskConfig = field(default_factory=PersonMaskConfig)
    frames_per_example: int | None = 6
    """A tracker that takes prompts gets an example for each so many frames, where that is more than `making` says;
    None: never more."""
    check: CheckConfig | None = field(default_factory=CheckConfig)
    """None: masks are taken as the tracker gives them."""
    follow_others: bool = True
    """Tell the tracker of other people: one that takes prompts gets their masks as objects of their own, one that
    learns counts them as what the person is not."""
    model: str = defaults.TRACKER
    weights: Path | None = None
    config: Any = None
    """Settings of the tracker, see `models.config_class`; none: its defaults."""
    detector: str = defaults.DETECTOR
    detector_weights: Path | None = None
    segmenter: str = defaults.SEGMENTER
    segmenter_weights: Path | None = None
    allow_gaps: bool = False
    threads: int | None = None
    precision: Precision = "auto"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Known:
    """What step 2 begins with."""

    person_id: int
    span: range
    examples: Sequence[Example]
    made: PersonMasks | None
    """None where the examples came from a folder."""
    scene: Scene | None


def follow_person(
    job: SurveillanceJob,
    out: Path,
    *,
    extras: Extras | None = None,
    overwrite: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
    learning: LearningProgress | None = None,
    tracker: Tracker | None = None,
    step_1: Step1 = make,
) -> dict[str, Any]:
    """Do the job into a run's folder and return what run.json holds; OUT/examples has what step 1 made.

    `progress` and `learning` may show frames and the steps of online training. `tracker` is the network of the job
    where it is loaded already, `step_1` makes the masks it begins with. Frames of the run are those of the
    person's span, counted from 0; `settings.span` in the record says which of the video they are.

    Raise a MaskletError, in one sentence, for whatever is wrong with video, trajectories, homography, examples,
    networks or folder.
    """
    require_free(RunFolder(out), overwrite=overwrite, resume=resume)
    source = open_source(job.source, allow_gaps=job.allow_gaps)
    try:
        network = tracker or load_tracker(
            job.model, weights=job.weights, threads=job.threads, precision=job.precision, config=job.config
        )
        network = watched(network, RunFolder(out).learned, learning)
        known = _known(job, source, step_1, learns=isinstance(network, OnlineLearner))
        ready, prompts = _ready(job, known, network)
        record = run_job(
            _track_job(job, known, prompts),
            out,
            extras=extras,
            overwrite=overwrite,
            resume=resume,
            progress=progress,
            tracker=ready,
        )
        examples = RunFolder(out).examples
        if known.made is not None and known.scene is not None and not examples.exists():
            with writing_to(out):
                write_made(examples, source, known.scene, known.made, job.making)
        return record
    finally:
        source.close()


def _known(job: SurveillanceJob, source: FrameSource, step_1: Step1, *, learns: bool) -> _Known:
    scene = None if job.scene is None else open_scene(job.scene, source.info)
    if job.examples is not None:
        person_id, examples = read_person_examples(job.examples, job.person_id)
        made = None
    elif scene is None or job.scene is None or job.person_id is None:
        raise PromptError("Expected trajectories and the id of a person, or a folder of examples, got neither.")
    else:
        person_id = job.person_id
        making = job.making if learns else _more_examples(job, len(scene.span(person_id)))
        made = step_1(_mask_job(job, job.scene, person_id, making), source, scene)
        examples = made.examples
    if person_id < 1:
        raise PromptError(f"Expected a person with an id from 1 on, as objects have, got {person_id}.")
    count = source.info.frame_count
    if count is None:
        raise PromptError(f"Expected a video with an end, got {job.source}, a live source.")
    span = scene.span(person_id) if scene else range(count)
    return _Known(person_id=person_id, span=span, examples=examples, made=made, scene=scene)


def _more_examples(job: SurveillanceJob, frame_count: int) -> PersonMaskConfig:
    """Return how masks are made for a tracker that takes prompts, each a chance to find the person again."""
    if job.making.examples is None or job.frames_per_example is None:
        return job.making
    return replace(job.making, examples=max(job.making.examples, frame_count // job.frames_per_example))


def _mask_job(job: SurveillanceJob, scene: SceneFiles, person_id: int, making: PersonMaskConfig) -> PersonMaskJob:
    """Return step 1 by itself."""
    return PersonMaskJob(
        source=job.source,
        scene=scene,
        person_id=person_id,
        config=making,
        detector=job.detector,
        detector_weights=job.detector_weights,
        segmenter=job.segmenter,
        segmenter_weights=job.segmenter_weights,
        allow_gaps=job.allow_gaps,
        threads=job.threads,
        precision=job.precision,
    )


def _ready(job: SurveillanceJob, known: _Known, network: Tracker) -> tuple[Tracker, dict[str, Prompt]]:
    """Return a tracker of the person, and the prompts it is to be given."""
    if isinstance(network, OnlineLearner):
        examples = known.examples
        if not job.follow_others:
            examples = [replace(example, others_HW=None) for example in examples]
        return _near(job, known, LearnedWhenAsked(network, known.person_id, examples)), {}
    prompts = _prompts(known)
    neighbours = _neighbours(known) if job.follow_others else {}
    return _near(job, known, network, neighbours), prompts


def _near(
    job: SurveillanceJob,
    known: _Known,
    tracker: Tracker,
    neighbours: Mapping[int, Sequence[MaskPrompt]] | None = None,
) -> NearPerson:
    """Return the tracker, held to the person."""
    colours = [colours_of(one.frame.image_HW3, one.mask_HW) for one in known.examples]
    return NearPerson(
        tracker=tracker,
        person_id=known.person_id,
        whereabouts=_whereabouts(job, known),
        check=job.check,
        colours=tuple(np.mean(colours, axis=0).tolist()),
        neighbours=neighbours or {},
    )


def _prompts(known: _Known) -> dict[str, Prompt]:
    """Return the examples as prompts of the run; raise PromptError where none is in the person's time."""
    inside = [example for example in known.examples if example.frame.index in known.span]
    if not inside:
        raise PromptError(
            f"Expected an example of person {known.person_id} in frames {known.span.start} to "
            f"{known.span.stop - 1}, got {len(known.examples)} elsewhere; a tracker that learns takes such."
        )
    return {
        f"example on frame {one.frame.index}": MaskPrompt(
            one.frame.index - known.span.start, known.person_id, one.mask_HW
        )
        for one in inside
    }


def _neighbours(known: _Known) -> dict[int, list[MaskPrompt]]:
    """Return other people's masks by frame of the run."""
    start = known.span.start
    return {
        one.frame_index - start: [
            MaskPrompt(one.frame_index - start, other, mask_HW)
            for other, mask_HW in one.neighbours.items()
            if other > 0
        ]
        for one in (known.made.kept if known.made else ())
    }


def _whereabouts(job: SurveillanceJob, known: _Known) -> Whereabouts | None:
    """Return where people should be, None where no trajectories say so."""
    if known.scene is None:
        return None
    size = known.made.size if known.made else None
    if size is None:
        boxes = [box_of_mask(one.mask_HW) for one in known.examples]
        size = PersonSize.of(np.array(boxes, dtype=float), job.making.anchor)
    return Whereabouts(
        positions=known.scene.positions, size=size, person_id=known.person_id, first_frame=known.span.start
    )


def _track_job(job: SurveillanceJob, known: _Known, prompts: dict[str, Prompt]) -> TrackJob:
    first = min((prompt.frame_index for prompt in prompts.values()), default=0)
    return TrackJob(
        source=job.source,
        span=known.span,
        prompts=prompts,
        direction="both" if first else "forward",
        model=job.model,
        weights=job.weights,
        allow_gaps=job.allow_gaps,
        threads=job.threads,
        precision=job.precision,
        config=job.config,
        more=_facts(job, known),
    )


def _facts(job: SurveillanceJob, known: _Known) -> dict[str, Any]:
    """Return everything else the masks depend on, as JSON values."""
    making = asdict(job.making) | {
        "frames_per_example": job.frames_per_example,
        "by_hand": str(job.making.by_hand or ""),
    }
    facts = {
        "person": known.person_id,
        "scene": known.scene.facts if known.scene else None,
        "about": known.scene.about if known.scene else "no trajectories",
        "making": None
        if known.made is None
        else making
        | {
            "detector": job.detector,
            "detector_weights": own_digests(job.detector, job.detector_weights),
            "segmenter": job.segmenter,
            "segmenter_weights": own_digests(job.segmenter, job.segmenter_weights),
        },
        "kept": [example.frame.index for example in known.examples],
        "examples_sha256": _digest(known.examples),
        "check": None if job.check is None else asdict(job.check),
        "follow_others": job.follow_others,
    }
    as_recorded: dict[str, Any] = json.loads(json.dumps(facts))
    return as_recorded


def _digest(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for one in examples:
        digest.update(str(one.frame.index).encode())
        for mask_HW in (one.mask_HW, one.others_HW):
            digest.update(b"" if mask_HW is None else np.packbits(mask_HW).tobytes())
    return digest.hexdigest()
