"""The data engine: raw footage in, training clips out. Masks that nobody drew, kept where they are sure.

On the first frame of each clip a segmenter is asked for everything (`everything`); a tracker carries what it finds
through the clip, and what does not pass its check is cut (`carrying`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from masklet.core import defaults
from masklet.core.errors import OutputError, PromptError, SourceError
from masklet.core.files import write_whole
from masklet.formats.records import json_bytes
from masklet.masklets import object_masks
from masklet.models import (
    Detector,
    Precision,
    Segmenter,
    Tracker,
    load_segmenter,
    load_tracker,
)
from masklet.pipelines.carrying import Carried, CarryConfig, Way, carry
from masklet.pipelines.clip_plan import (
    ClipLengths,
    PlannedClip,
    clips_of_still,
    clips_of_video,
    is_still,
    require_own_names,
    stills_of,
)
from masklet.pipelines.detectors import is_boxes, load_detector
from masklet.pipelines.everything import EverythingConfig, everything
from masklet.pipelines.labelled_clip import LabelledClip, finished_record, write_clip
from masklet.pipelines.record import versions, weights_rows
from masklet.pipelines.settings import digest_of, network_name, own_digests
from masklet.sources import FrameSource, open_source

REPORT = "report.json"
"""In the folder of the clips: sums over all of them."""

ClipProgress = Callable[[Sequence[PlannedClip]], Iterable[PlannedClip]]
"""Hands on the clips and may show how far they are."""


@dataclass(frozen=True, kw_only=True)
class LabelJob:
    """What is to be labelled and how; equal jobs give equal masks."""

    sources: tuple[str, ...]
    """Videos, folders of frames, pictures."""
    stills: bool = False
    """Whether the pictures of a folder belong to no video."""
    detect: tuple[str, ...] = ()
    """Classes whose objects are found by the detector, and named."""
    threshold: float = 0.5
    """Least score of a detection."""
    everything: EverythingConfig = field(default_factory=EverythingConfig)
    lengths: ClipLengths = field(default_factory=ClipLengths)
    carry: CarryConfig = field(default_factory=CarryConfig)
    export: bool = False
    """Whether a clip's frames are written beside its masks, as JPEGs."""
    allow_gaps: bool = False
    model: str = defaults.TRACKER
    weights: Path | None = None
    """Of the tracker, a file of your own; none: the published ones."""
    segmenter: str = defaults.SEGMENTER
    segmenter_weights: Path | None = None
    detector: str = defaults.DETECTOR
    """A name, or a file of boxes of the one video there is (see `detectors.load_detector`)."""
    detector_weights: Path | None = None
    threads: int | None = None
    precision: Precision = "auto"


def label(
    job: LabelJob,
    out: Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
    progress: ClipProgress | None = None,
) -> dict[str, Any]:
    """Label all clips of the sources, each into a folder of its own, and return the report.

    A source that cannot be read is named in the report and left out, unless there is no other. `resume` leaves
    finished clips as they are; `overwrite` makes them anew. Raise a MaskletError, in one sentence, for whatever
    else is wrong; clips finished before that are kept.
    """
    _check(job)
    clips, unread = _plan(job)
    require_own_names(clips)
    _require_free(out, clips, may_exist=overwrite or resume)
    has_videos = any(len(clip.frames) > 1 for clip in clips)
    engine = _Engine(job, out, has_videos=has_videos, overwrite=overwrite, resume=resume)
    records: dict[str, dict[str, Any]] = {}
    try:
        for clip in (progress or iter)(clips):
            if clip.source in unread:
                continue
            try:
                records[clip.name] = engine.record_of(clip)
            except SourceError as error:
                unread[clip.source] = str(error)
    finally:
        engine.close()
        if records:
            write_whole(out / REPORT, json_bytes(report_of(records, unread)))
    if unread and not records:
        raise SourceError(next(iter(unread.values())))
    return report_of(records, unread)


def report_of(records: Mapping[str, Mapping[str, Any]], unread: Mapping[str, str]) -> dict[str, Any]:
    """Return sums over the clips' records, a row for each clip, and what could not be read and why."""
    dropped: Counter[str] = Counter()
    for record in records.values():
        dropped.update(record["dropped"])
    return {
        "clips": len(records),
        **{name: sum(record[name] for record in records.values()) for name in _SUMMED},
        "seconds": round(sum(record["seconds"] for record in records.values()), 3),
        "dropped": dict(sorted(dropped.items())),
        "not_labelled": dict(unread),
        "by_clip": [
            {"name": name, **{key: record[key] for key in ("frames", "objects", "object_frames", "seconds")}}
            for name, record in records.items()
        ],
    }


_SUMMED = ("frames", "objects", "object_frames", "prompts", "covered", "questions", "masks")


@dataclass(frozen=True, kw_only=True)
class Networks:
    """The networks of a job: a tracker where there are videos, a detector where there are classes to find."""

    weights: list[dict[str, Any]]
    """What run.json tells of their weights."""
    segmenter: Segmenter
    tracker: Tracker | None
    detector: Detector | None


class _Engine:
    """The job's networks, loaded when first needed, and the source in use, which several clips share."""

    def __init__(self, job: LabelJob, out: Path, *, has_videos: bool, overwrite: bool, resume: bool) -> None:
        self._job = job
        self._has_videos = has_videos
        self._out = out
        self._overwrite = overwrite
        self._resume = resume
        self._open: tuple[str, FrameSource, dict[str, Any]] | None = None

    def close(self) -> None:
        """Give the source back."""
        if self._open:
            self._open[1].close()
        self._open = None

    def record_of(self, clip: PlannedClip) -> dict[str, Any]:
        """Label a clip, unless that is done, and return its record."""
        source, settings = self._source_of(clip)
        folder = self._out / clip.name
        finished = finished_record(folder, settings) if self._resume else None
        if finished is not None:
            return finished
        labelled = self._label(clip, source, self._networks)
        return write_clip(
            labelled,
            source,
            folder,
            record={
                "settings": settings,
                "versions": versions(),
                "weights": self._networks.weights,
            },
            export=self._job.export,
            overwrite=self._overwrite,
        )

    def _label(self, clip: PlannedClip, source: FrameSource, networks: Networks) -> LabelledClip:
        started = time.monotonic()
        frames = list(source.read(clip.frames.start, clip.frames.stop))
        found = everything(frames[0], networks.segmenter, self._job.everything, detector=networks.detector)
        if networks.tracker and len(frames) > 1:
            shortest = self._job.lengths.shortest
            carried = carry(
                frames, found.masks, networks.tracker, networks.segmenter, self._job.carry, shortest=shortest
            )
        else:
            carried = Carried({item.object_id: Way((item,), 1.0) for item in object_masks(found.masks)}, {})
        seconds_T = [frame.seconds for frame in frames]
        return LabelledClip(clip, found, carried, seconds_T, time.monotonic() - started)

    def _source_of(self, clip: PlannedClip) -> tuple[FrameSource, dict[str, Any]]:
        """Return the clip's source, open, and the settings of clips from it."""
        if self._open is None or self._open[0] != clip.source:
            self.close()
            source = open_source(clip.source, allow_gaps=self._job.allow_gaps)
            self._open = (clip.source, source, settings_of(self._job, clip.source))
        return self._open[1:]

    @cached_property
    def _networks(self) -> Networks:
        return load_networks(self._job, tracker=self._has_videos)


def load_networks(job: LabelJob, *, tracker: bool) -> Networks:
    """Return the job's networks; raise ModelError for an unknown name, WeightsError where weights are missing."""
    load: dict[str, Any] = {"threads": job.threads, "precision": job.precision}
    return Networks(
        segmenter=load_segmenter(job.segmenter, weights=job.segmenter_weights, **load),
        tracker=load_tracker(job.model, weights=job.weights, **load) if tracker else None,
        detector=(
            load_detector(job.detector, weights=job.detector_weights, **load).restricted(job.detect, job.threshold)
            if job.detect
            else None
        ),
        weights=weights_rows(
            [
                (job.segmenter, job.segmenter_weights),
                *([(job.model, job.weights)] if tracker else []),
                *([(job.detector, job.detector_weights)] if job.detect else []),
            ]
        ),
    )


def settings_of(job: LabelJob, source: str) -> dict[str, Any]:
    """Return everything a clip's masks depend on, as JSON-able values: what resumed clips must have in common."""
    settings = {name: value for name, value in asdict(job).items() if name != "sources"}
    return {
        **settings,
        "detector": network_name(job.detector),
        "weights": own_digests(job.model, job.weights),
        "segmenter_weights": own_digests(job.segmenter, job.segmenter_weights),
        "detector_weights": own_digests(job.detector, job.detector_weights) if job.detect else None,
        "detect": list(job.detect),
        "sha256": digest_of(source),
        "masklet": metadata.version("masklet"),
    }


def _plan(job: LabelJob) -> tuple[list[PlannedClip], dict[str, str]]:
    """Return the clips of all sources, and why there are none of some."""
    clips: list[PlannedClip] = []
    unread: dict[str, str] = {}
    for source in dict.fromkeys(job.sources):
        try:
            of_source = _clips_of(Path(source), job)
            if not of_source:
                raise SourceError(
                    f"Expected a shot of at least {job.lengths.shortest} frames in {source}, found none."
                )
            clips += of_source
        except SourceError as error:
            unread[source] = str(error)
    return clips, unread


def _clips_of(path: Path, job: LabelJob) -> list[PlannedClip]:
    if is_still(path):
        return clips_of_still(path)
    if job.stills and path.is_dir():
        return [clip for picture in stills_of(path) for clip in clips_of_still(picture)]
    return clips_of_video(path, job.lengths, allow_gaps=job.allow_gaps)


def _check(job: LabelJob) -> None:
    if not job.sources:
        raise PromptError("Expected at least one video, folder or picture to label, got none.")
    if not job.everything.grid and not job.detect:
        raise PromptError(
            "Expected something to ask for: a grid of at least 1 point a side, or classes to detect."
        )
    if job.detector_weights is not None and not job.detect:
        raise PromptError("Expected classes to detect with weights of a detector, got none.")
    if is_boxes(job.detector) and (len(set(job.sources)) > 1 or job.stills):
        raise PromptError(f"Expected one video with the boxes of {job.detector}, got several, or pictures alone.")


def _require_free(out: Path, clips: Sequence[PlannedClip], *, may_exist: bool) -> None:
    if out.exists() and not out.is_dir():
        raise OutputError(f"Expected a folder for the clips at {out}, there is a file of that name.")
    taken = next((name for name in (REPORT, *(clip.name for clip in clips)) if (out / name).exists()), None)
    if taken and not may_exist:
        raise OutputError(
            f"Expected a new folder, {out} holds {taken} already; go on with it by --resume or replace it by "
            "--overwrite."
        )
