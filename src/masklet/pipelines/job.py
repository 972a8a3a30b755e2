"""A tracking job from its settings to its run folder: networks by name, every setting in run.json."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from masklet.core.errors import FormatError, MaskletError, OutputError, PromptError
from masklet.formats import FORMATS, write_masklets
from masklet.masklets import open_masklets
from masklet.models import Tracker, load_segmenter, load_tracker
from masklet.models.protocols import LearningProgress
from masklet.models.recorded_boxes import RecordedBoxes
from masklet.pipelines.detectors import load_detector
from masklet.pipelines.learned import watched
from masklet.pipelines.pictures import Pictures
from masklet.pipelines.prompted import Prompted
from masklet.pipelines.record import figures, versions, weights_of
from masklet.pipelines.run_folder import RunFolder, begin, writing_to
from masklet.pipelines.settings import TrackJob, settings_of
from masklet.pipelines.strategies import STRATEGIES, Finding, Parts
from masklet.pipelines.track import LARGEST_PNG_ID, Progress, Walk, Walked, walk, with_earlier
from masklet.prompts import check_prompts
from masklet.propagation import Step, first_frames, first_prompts, only_before
from masklet.sources import FrameSource, Part, open_source

SUPPORT_FROM = 0.3
"""Detection score that can support a track which a better one began."""


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What is made of the masks; it changes none of them."""

    overlay: bool = True
    tracks: bool = True
    """tracks.txt, the masks as MOTS text."""
    formats: tuple[str, ...] = ()


def run(
    job: TrackJob,
    out: Path,
    *,
    extras: Extras | None = None,
    overwrite: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
    learning: LearningProgress | None = None,
    tracker: Tracker | None = None,
) -> dict[str, Any]:
    """Do the job and return what run.json holds.

    `progress` and `learning` may show frames and the steps of online training. `tracker` is what `build_tracker`
    gave for a job of the same networks, so that they are not loaded again; what that learns is neither shown nor
    kept.

    Raise a MaskletError, in one sentence, for whatever is wrong with the video, the prompts, the weights or
    the folder; frames finished before that are kept and `resume` goes on after them.
    """
    extras = extras or Extras()
    _check(job, extras)
    source = _open(job)
    try:
        check_prompts(job.prompts.values(), source.info, origins=job.prompts.keys())
        watch = partial(watched, folder=RunFolder(out).learned, learning=learning)
        tracker = tracker or build_tracker(job, frame_count=source.info.frame_count, watch=watch)
        settings = settings_of(job, source)
        folder, record = begin(out, settings=settings, overwrite=overwrite, resume=resume)
        if record["status"] == "done":
            return record
        record |= {
            "input": {"uri": job.source, **settings["input"]},
            "versions": versions(),
            "weights": weights_of(job),
        }
        pictures = _pictures(source, folder, job, extras)
        walked = _walk(job, source, tracker, folder, record, pictures, progress or _silent)
        if walked.step_seconds or "frames" not in record:  # else all that was left was what is made of the masks
            record |= figures(walked, folder, job)
        with writing_to(folder.root):
            folder.write_record(record)
            started = time.monotonic()
            record["not_written"] = _finish(folder, extras, pictures)
            record["finish_seconds"] = round(time.monotonic() - started, 3)
            record["status"] = "done"
            folder.write_record(record)
        return record
    finally:
        source.close()


def build_tracker(
    job: TrackJob, *, frame_count: int | None = None, watch: Callable[[Tracker], Tracker] | None = None
) -> Tracker:
    """Return the job's networks put together, for a video of so many frames where that is known.

    What `watch` makes of the network that follows takes its place.
    """
    load: dict[str, Any] = {"threads": job.threads, "precision": job.precision}
    segmenter = partial(load_segmenter, job.segmenter, weights=job.segmenter_weights, **load)

    def load_followed() -> Tracker:
        loaded = load_tracker(job.model, weights=job.weights, config=job.config, **load)
        return watch(loaded) if watch else loaded

    if not job.detect:
        tracker = load_followed()
        return Prompted(tracker, segmenter()) if job.needs_segmenter else tracker
    detector = load_detector(job.detector, weights=job.detector_weights, **load)
    if isinstance(detector, RecordedBoxes) and job.span is not None:
        detector = detector.between(job.span)
    elif isinstance(detector, RecordedBoxes):
        detector.require_frames(frame_count)
    parts = Parts(
        detector=detector.restricted(job.detect, min(SUPPORT_FROM, job.threshold)),
        segmenter=segmenter(),
        tracker=load_followed,
    )
    highest = max((prompt.object_id for prompt in job.prompts.values()), default=0)
    finding = Finding(
        classes=job.detect,
        new_from=job.threshold,
        detect_every=job.detect_every,
        first_object_id=highest + 1,
    )
    return STRATEGIES[job.strategy](parts, finding)


def _open(job: TrackJob) -> FrameSource:
    source = open_source(job.source, allow_gaps=job.allow_gaps)
    return source if job.span is None else Part(source, job.span)


def _check(job: TrackJob, extras: Extras) -> None:
    if not job.detect and not job.prompts and not job.more:
        raise PromptError(
            "Expected something to follow: point an object out (points, box, mask) or name classes to detect."
        )
    if job.strategy not in STRATEGIES:
        raise PromptError(f"Expected a strategy ({', '.join(STRATEGIES)}), got {job.strategy!r}.")
    if job.detect and job.direction != "forward":
        raise PromptError(f"Expected direction forward with detected classes, got {job.direction}.")
    if job.detect and job.prompts and job.strategy == "per-frame":
        raise PromptError("Expected strategy hybrid or first-frame with prompts, got per-frame, which takes none.")
    if job.weights is not None and not job.needs_tracker:
        raise PromptError(
            f"Expected strategy hybrid or first-frame with weights of a tracker, got {job.strategy}, without one."
        )
    if job.detector_weights is not None and not job.detect:
        raise PromptError("Expected classes to detect with weights of a detector, got none.")
    if job.segmenter_weights is not None and not job.needs_segmenter:
        raise PromptError(
            "Expected points, boxes or classes to detect with weights of a segmenter, got masks alone."
        )
    if job.step > 1:
        _check_step(job)
    if not job.detect:
        _check_removals(job)
    unknown = [name for name in extras.formats if name not in FORMATS]
    if unknown:
        raise PromptError(f"Expected formats among {', '.join(FORMATS)}, got {', '.join(unknown)}.")


def _check_step(job: TrackJob) -> None:
    if job.direction != "forward":
        raise PromptError(f"Expected direction forward where frames are left out, got {job.direction}.")
    named = {**dict.fromkeys(prompt.frame_index for prompt in job.prompts.values()), **dict.fromkeys(job.removals)}
    left_out = next((index for index in named if index % job.step), None)
    if left_out is not None:
        raise PromptError(
            f"Expected prompts and removals on frames that are walked, 0, {job.step}, {2 * job.step} and so on, "
            f"got frame {left_out}."
        )


def _check_removals(job: TrackJob) -> None:
    first_at = first_frames(job.prompts.values())
    for frame_index, object_ids in job.removals.items():
        for object_id in object_ids:
            if object_id not in first_at or (first_at[object_id] >= frame_index and job.direction == "forward"):
                raise PromptError(
                    f"Expected to remove an object that is followed by frame {frame_index}, "
                    f"got object {object_id}, which no prompt before it shows."
                )


def _walk(
    job: TrackJob,
    source: FrameSource,
    tracker: Tracker,
    folder: RunFolder,
    record: dict[str, Any],
    pictures: Pictures | None,
    progress: Progress,
) -> Walked:
    """Walk backward and forward as the job says; note in the record why it ended early, if it does.

    The overlay is drawn on the way where that is all of it: every frame, forward, from masks that are final.
    """
    prompts = tuple(job.prompts.values())
    try:
        if job.direction == "backward":
            last = max(prompt.frame_index for prompt in prompts)
            backward = Walk(prompts=prompts, removals=job.removals, first=last, backward=True)
            return walk(backward, source, tracker, folder, folder.masklets, progress=progress)
        first_at = first_frames(prompts)
        if job.direction == "both" and any(first_at.values()):
            before = Walk(prompts=first_prompts(prompts), first=max(first_at.values()), backward=True)
            walk(
                before,
                source,
                tracker,
                folder,
                folder.earlier,
                progress=progress,
                finish=only_before(first_at),
                write_pngs=False,
            )
        finish = with_earlier(open_masklets(folder.earlier)) if folder.earlier.exists() else None
        forward = Walk(prompts=prompts, removals=job.removals, step=job.step)
        go = partial(walk, forward, source, tracker, folder, folder.masklets, progress=progress, finish=finish)
        if pictures is None or finish is not None or folder.masklets.exists():
            return go()
        with pictures.drawing() as draw:
            return go(watch=draw)
    except MaskletError as error:
        with suppress(OutputError):  # where the disk is full, that is the error
            folder.write_record(record | {"status": "stopped", "reason": str(error)})
        raise


def _pictures(source: FrameSource, folder: RunFolder, job: TrackJob, extras: Extras) -> Pictures | None:
    """Return the pictures to make; none of a camera, whose frames are gone when the sheet is made."""
    return Pictures(source, folder, job.step) if extras.overlay and source.info.frame_count is not None else None


def _finish(folder: RunFolder, extras: Extras, pictures: Pictures | None) -> dict[str, str]:
    """Make what is made of all masks; return what could not be written, and why."""
    masklets = open_masklets(folder.masklets)
    wanted = {folder.tracks: "mots-txt"} if extras.tracks else {}
    for name in extras.formats:
        folder.exports.mkdir(exist_ok=True)
        wanted[folder.exports / f"{name}{FORMATS[name].suffix}"] = name
    not_written: dict[str, str] = {}
    if max(masklets.object_ids, default=0) > LARGEST_PNG_ID:
        not_written["masks/"] = (
            f"Expected ids up to {LARGEST_PNG_ID} in indexed PNGs, some frames have larger ones; "
            "`masklet convert --to mots-png` writes them all."
        )
    for path, name in wanted.items():
        try:
            write_masklets(masklets, path, name)
        except FormatError as error:  # more objects than the format can count, say: the masks are there
            not_written[path.name] = str(error)
    if pictures is not None:
        pictures.finish(masklets)
    return not_written


def _silent(steps: Iterable[Step], *, total: int | None) -> Iterator[Step]:  # noqa: ARG001
    yield from steps
