"""A tracking job from its settings to its run folder: networks by name, every setting in run.json."""

from __future__ import annotations

import hashlib
import platform
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from masklet.core.errors import FormatError, MaskletError, PromptError
from masklet.core.values import MaskPrompt, Prompt
from masklet.formats import FORMATS, write_masklets
from masklet.masklets import open_masklets
from masklet.models import MODELS, Precision, Tracker, load_detector, load_segmenter, load_tracker
from masklet.pipelines.prompted import Prompted
from masklet.pipelines.run_folder import RunFolder, begin, writing_to
from masklet.pipelines.strategies import STRATEGIES, Finding, Parts
from masklet.pipelines.track import LARGEST_PNG_ID, Progress, Walk, Walked, walk, with_earlier
from masklet.prompts import check_prompts, prompts_to_json
from masklet.propagation import Step, first_frames, only_before
from masklet.render import render_sheet, render_video
from masklet.sources import FrameSource, open_source, prefetch
from masklet.weights import find_weight

Direction = Literal["forward", "backward", "both"]
SUPPORT_FROM = 0.3
"""Detection score that can support a track which a better one began."""


@dataclass(frozen=True, kw_only=True)
class TrackJob:
    """What is to be tracked, by what, in what way. Two runs of equal jobs give equal bytes on one machine."""

    source: str
    """Path of a video or a folder of pictures, or the address of a camera."""
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    """Points, boxes and masks by the name that errors call them by."""
    removals: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """From a frame's index to objects that are followed no further from there."""
    detect: tuple[str, ...] = ()
    """Classes whose objects are found without being pointed out."""
    strategy: str = "hybrid"
    """How those are followed; without `detect` there is nothing to choose."""
    model: str = "label-propagation"
    detector: str = "picodet-s"
    segmenter: str = "eiseg"
    threshold: float = 0.5
    """Detection score that begins a track."""
    detect_every: int = 2
    """Frames between two looks of the detector (hybrid)."""
    direction: Direction = "forward"
    """Of following prompts; both: also the frames before an object's first prompt."""
    allow_gaps: bool = False
    threads: int | None = None
    precision: Precision = "auto"


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What is made of the masks at the end; it changes none of them."""

    overlay: bool = True
    formats: tuple[str, ...] = ()


def run(
    job: TrackJob,
    out: Path,
    *,
    extras: Extras | None = None,
    overwrite: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Do the job and return what run.json holds.

    Raise a MaskletError, in one sentence, for whatever is wrong with the video, the prompts, the weights or
    the folder; frames finished before that are kept and `resume` goes on after them.
    """
    extras = extras or Extras()
    _check(job, extras)
    source = open_source(job.source, allow_gaps=job.allow_gaps)
    try:
        check_prompts(job.prompts.values(), source.info, origins=job.prompts.keys())
        settings = _settings(job, source)
        tracker = build_tracker(job)
        folder, record = begin(out, settings=settings, overwrite=overwrite, resume=resume)
        if record["status"] == "done":
            return record
        record |= {
            "input": {"uri": job.source, **settings["input"]},
            "versions": _versions(),
            "weights": _weights(job),
        }
        walked = _walk(job, source, tracker, folder, record, progress or _silent)
        record |= _figures(walked, folder, job)
        with writing_to(folder.root):
            record["not_written"] = _finish(folder, source, extras)
            record["status"] = "done"
            folder.write_record(record)
        return record
    finally:
        source.close()


def build_tracker(job: TrackJob) -> Tracker:
    """Return the job's networks put together."""
    load: dict[str, Any] = {"threads": job.threads, "precision": job.precision}
    if not job.detect:
        tracker = load_tracker(job.model, **load)
        return Prompted(tracker, load_segmenter(job.segmenter, **load)) if _needs_segmenter(job) else tracker
    parts = Parts(
        detector=load_detector(job.detector, **load).restricted(job.detect, min(SUPPORT_FROM, job.threshold)),
        segmenter=load_segmenter(job.segmenter, **load),
        tracker=partial(load_tracker, job.model, **load),
    )
    highest = max((prompt.object_id for prompt in job.prompts.values()), default=0)
    finding = Finding(
        classes=job.detect,
        new_from=job.threshold,
        detect_every=job.detect_every,
        first_object_id=highest + 1,
    )
    return STRATEGIES[job.strategy](parts, finding)


def _check(job: TrackJob, extras: Extras) -> None:
    if not job.detect and not job.prompts:
        raise PromptError(
            "Expected something to follow: point an object out (points, box, mask) or name classes to detect."
        )
    if job.strategy not in STRATEGIES:
        raise PromptError(f"Expected a strategy ({', '.join(STRATEGIES)}), got {job.strategy!r}.")
    if job.detect and job.direction != "forward":
        raise PromptError(f"Expected direction forward with detected classes, got {job.direction}.")
    if job.detect and job.prompts and job.strategy == "per-frame":
        raise PromptError("Expected strategy hybrid or first-frame with prompts, got per-frame, which takes none.")
    unknown = [name for name in extras.formats if name not in FORMATS]
    if unknown:
        raise PromptError(f"Expected formats among {', '.join(FORMATS)}, got {', '.join(unknown)}.")


def _needs_segmenter(job: TrackJob) -> bool:
    return any(not isinstance(prompt, MaskPrompt) for prompt in job.prompts.values())


def _walk(
    job: TrackJob,
    source: FrameSource,
    tracker: Tracker,
    folder: RunFolder,
    record: dict[str, Any],
    progress: Progress,
) -> Walked:
    """Walk backward and forward as the job says; note in the record why it ended early, if it does."""
    prompts = tuple(job.prompts.values())
    try:
        if job.direction == "backward":
            last = max(prompt.frame_index for prompt in prompts)
            backward = Walk(prompts=prompts, removals=job.removals, first=last, backward=True)
            return walk(backward, source, tracker, folder, folder.masklets, progress=progress)
        first_at = first_frames(prompts)
        if job.direction == "both" and any(first_at.values()):
            first_prompts = tuple(prompt for prompt in prompts if prompt.frame_index == first_at[prompt.object_id])
            before = Walk(prompts=first_prompts, first=max(first_at.values()), backward=True)
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
        forward = Walk(prompts=prompts, removals=job.removals)
        return walk(forward, source, tracker, folder, folder.masklets, progress=progress, finish=finish)
    except MaskletError as error:
        folder.write_record(record | {"status": "stopped", "reason": str(error)})
        raise


def _finish(folder: RunFolder, source: FrameSource, extras: Extras) -> dict[str, str]:
    """Make what is made of the masks; return what could not be written, and why."""
    masklets = open_masklets(folder.masklets)
    wanted = {folder.tracks: "mots-txt"}
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
    if extras.overlay and source.info.frame_count is not None:  # a camera's frames are gone
        render_video(source, masklets, folder.overlay, progress=prefetch)
        render_sheet(source, masklets, folder.sheet)
    return not_written


def _settings(job: TrackJob, source: FrameSource) -> dict[str, Any]:
    """Return everything the masks depend on, as JSON-able values: what a resumed run must have in common."""
    info = source.info
    return {
        **{name: getattr(job, name) for name in _PLAIN_SETTINGS},
        "detect": list(job.detect),
        "prompts": prompts_to_json(job.prompts.values()),
        "removals": {str(frame_index): list(ids) for frame_index, ids in sorted(job.removals.items())},
        "input": {
            "sha256": digest_of(job.source),
            "size_HW": list(info.size_HW),
            "frames": info.frame_count,
            "frames_per_second": info.frames_per_second,
        },
        "masklet": metadata.version("masklet"),
    }


_PLAIN_SETTINGS = (
    "strategy",
    "model",
    "detector",
    "segmenter",
    "threshold",
    "detect_every",
    "direction",
    "threads",
    "precision",
)


def digest_of(source: str) -> str | None:
    """Return the SHA-256 of a file, or of the names and sizes of a folder's files; None of anything else."""
    path = Path(source)
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    if path.is_dir():
        listing = "\n".join(f"{item.name} {item.stat().st_size}" for item in sorted(path.iterdir()))
        return hashlib.sha256(listing.encode()).hexdigest()
    return None


def _weights(job: TrackJob) -> list[dict[str, str]]:
    per_frame = job.detect and job.strategy == "per-frame"
    names = [
        *([] if per_frame else [job.model]),
        *([job.detector] if job.detect else []),
        *([job.segmenter] if job.detect or _needs_segmenter(job) else []),
    ]
    weights = [find_weight(MODELS[name].weights) for name in names]
    return [{"name": weight.name, "sha256": weight.files[0].sha256} for weight in weights]


def _versions() -> dict[str, str]:
    packages = ("masklet", "numpy", "openvino", "opencv-python-headless", "av")
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in packages},
    }


def _figures(walked: Walked, folder: RunFolder, job: TrackJob) -> dict[str, Any]:
    masklets = open_masklets(folder.masklets)
    new_frames = len(walked.step_seconds)
    return {
        "model": job.segmenter if job.detect and job.strategy == "per-frame" else job.model,
        "strategy": job.strategy if job.detect else "prompts",
        "frames": len(masklets),
        "objects": len(masklets.object_ids),
        "seconds": round(walked.seconds, 3),
        "frames_per_second": round(new_frames / walked.seconds, 3) if walked.seconds else None,
        "step_ms": round(1000 * statistics.median(walked.step_seconds), 3) if new_frames else None,
        "frames_before_resume": walked.frames - new_frames,
        "peak_rss_mb": peak_rss_mb(),
    }


def peak_rss_mb() -> float | None:
    """Return the most memory this process has had resident, in MB; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def _silent(steps: Iterable[Step], *, total: int | None) -> Iterator[Step]:  # noqa: ARG001
    yield from steps
