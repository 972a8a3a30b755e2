"""What a tracking job is: everything its masks depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from masklet.core import defaults
from masklet.core.values import MaskPrompt, Prompt
from masklet.models import MODELS, Precision, own_weights
from masklet.pipelines.detectors import is_boxes
from masklet.prompts import prompts_to_json
from masklet.sources import FrameSource
from masklet.weights import file_sha256, find_weight, own_files

Direction = Literal["forward", "backward", "both"]


@dataclass(frozen=True, kw_only=True)
class TrackJob:
    """What is to be tracked, by what, in what way. Two runs of equal jobs give equal bytes on one machine."""

    source: str
    """Path of a video or a folder of pictures, or the address of a camera."""
    span: range | None = None
    """Only these frames of it; in all else they are counted from 0."""
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    """Points, boxes and masks by the name that errors call them by."""
    removals: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """From a frame's index to objects that are followed no further from there."""
    detect: tuple[str, ...] = ()
    """Classes whose objects are found without being pointed out."""
    strategy: str = "hybrid"
    """How those are followed; without `detect` there is nothing to choose."""
    model: str = defaults.TRACKER
    weights: Path | None = None
    """Of the tracker, a file of your own; none: the published ones."""
    config: Any = None
    """Settings of the tracker, see `models.config_class`; none: its defaults."""
    detector: str = defaults.DETECTOR
    """A name, or a file of boxes (see `detectors.load_detector`)."""
    detector_weights: Path | None = None
    segmenter: str = defaults.SEGMENTER
    segmenter_weights: Path | None = None
    threshold: float = 0.5
    """Detection score that begins a track."""
    detect_every: int = 2
    """Frames between two looks of the detector (hybrid)."""
    direction: Direction = "forward"
    """Of following prompts; both: also the frames before an object's first prompt."""
    step: int = 1
    """Only every so manieth frame is walked, from the first one on; masks keep the indices of the video."""
    allow_gaps: bool = False
    threads: int | None = None
    precision: Precision = "auto"
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else the masks depend on where a tracker is given ready made, as JSON-able values; such a tracker may
    know by itself what to follow."""

    @property
    def needs_segmenter(self) -> bool:
        """Whether anything but masks says where objects are."""
        return bool(self.detect) or any(not isinstance(prompt, MaskPrompt) for prompt in self.prompts.values())

    @property
    def needs_tracker(self) -> bool:
        """Whether masks are propagated at all."""
        return not (self.detect and self.strategy == "per-frame")


def settings_of(job: TrackJob, source: FrameSource) -> dict[str, Any]:
    """Return everything the masks depend on, as JSON-able values: what a resumed run must have in common."""
    info = source.info
    return {
        **{name: getattr(job, name) for name in _PLAIN_SETTINGS},
        "detect": list(job.detect),
        "prompts": prompts_to_json(job.prompts.values()),
        "span": None if job.span is None else [job.span.start, job.span.stop],
        "detector": network_name(job.detector),
        "weights": own_digests(job.model, job.weights),
        "detector_weights": own_digests(job.detector, job.detector_weights) if job.detect else None,
        "segmenter_weights": own_digests(job.segmenter, job.segmenter_weights),
        "removals": {str(frame_index): list(ids) for frame_index, ids in sorted(job.removals.items())},
        "input": {
            "sha256": digest_of(job.source),
            "size_HW": list(info.size_HW),
            "frames": info.frame_count,
            "frames_per_second": info.frames_per_second,
        },
        "more": dict(job.more) or None,
        **({} if job.config is None else {"config": _plain(job.config)}),
        **({} if job.step == 1 else {"step": job.step}),
        "masklet": metadata.version("masklet"),
    }


def _plain(config: Any) -> Any:
    """Return settings as JSON has them."""
    return json.loads(json.dumps(asdict(config)))


_PLAIN_SETTINGS = (
    "strategy",
    "model",
    "segmenter",
    "threshold",
    "detect_every",
    "direction",
    "threads",
    "precision",
)


def network_name(detector: str) -> str:
    """Return what a detector goes by wherever its file lies: its name, or that of its file of boxes."""
    return Path(detector).name if is_boxes(detector) else detector


def own_digests(model: str, weights: Path | None) -> list[str] | None:
    """Return the SHA-256 of the files that stand for a network, None where it has its published weights."""
    return [*digests_of(model, weights).values()] if weights is not None or is_boxes(model) else None


def digests_of(model: str, weights: Path | None) -> dict[str, str]:
    """Return the SHA-256 of each file of own weights, or of a file of boxes, by its name.

    Raise WeightsError where one is missing.
    """
    if weights is None:
        return {Path(model).name: file_sha256(Path(model))}
    files = own_files(find_weight(MODELS[model].weights), own_weights(model, weights))
    return {file.name: file_sha256(file) for file in files}


def digest_of(source: str) -> str | None:
    """Return the SHA-256 of a file, or of the names and sizes of a folder's files; None of anything else."""
    path = Path(source)
    if path.is_file():
        return file_sha256(path)
    if path.is_dir():
        listing = "\n".join(f"{item.name} {item.stat().st_size}" for item in sorted(path.iterdir()))
        return hashlib.sha256(listing.encode()).hexdigest()
    return None
