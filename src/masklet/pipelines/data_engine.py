"""The data engine: raw footage in, training clips out. Masks that nobody drew, kept where they are sure.

On the first frame of each clip a segmenter is asked for everything (`everything`); a tracker carries what it finds
through the clip, and what does not pass its check is cut (`carrying`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from masklet.core.errors import OutputError, SourceError
from masklet.core.files import write_whole
from masklet.formats.records import json_bytes
from masklet.masklets import object_masks
from masklet.pipelines.carrying import Carried, Way, carry
from masklet.pipelines.clip_plan import (
    PlannedClip,
    clips_of_still,
    clips_of_video,
    is_still,
    require_own_names,
    stills_of,
)
from masklet.pipelines.everything import everything
from masklet.pipelines.label_job import LabelJob, Networks, load_networks, require_whole, settings_of
from masklet.pipelines.labelled_clip import LabelledClip, finished_record, write_clip
from masklet.pipelines.record import versions
from masklet.sources import FrameSource, open_source

REPORT = "report.json"
"""In the folder of the clips: sums over all of them."""

ClipProgress = Callable[[Sequence[PlannedClip]], Iterable[PlannedClip]]
"""Hands on the clips and may show how far they are."""


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
    require_whole(job)
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


def _require_free(out: Path, clips: Sequence[PlannedClip], *, may_exist: bool) -> None:
    if out.exists() and not out.is_dir():
        raise OutputError(f"Expected a folder for the clips at {out}, there is a file of that name.")
    taken = next((name for name in (REPORT, *(clip.name for clip in clips)) if (out / name).exists()), None)
    if taken and not may_exist:
        raise OutputError(
            f"Expected a new folder, {out} holds {taken} already; go on with it by --resume or replace it by "
            "--overwrite."
        )
