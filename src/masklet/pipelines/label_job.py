"""What a labelling job is: everything its masks depend on, and its networks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from masklet.core import defaults
from masklet.core.errors import PromptError
from masklet.models import Detector, Precision, Segmenter, Tracker, load_segmenter, load_tracker
from masklet.pipelines.carrying import CarryConfig
from masklet.pipelines.clip_plan import ClipLengths
from masklet.pipelines.detectors import is_boxes, load_detector
from masklet.pipelines.everything import EverythingConfig
from masklet.pipelines.record import weights_rows
from masklet.pipelines.settings import digest_of, network_name, own_digests


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


@dataclass(frozen=True, kw_only=True)
class Networks:
    """The networks of a job: a tracker where there are videos, a detector where there are classes to find."""

    weights: list[dict[str, Any]]
    """What run.json tells of their weights."""
    segmenter: Segmenter
    tracker: Tracker | None
    detector: Detector | None


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


def require_whole(job: LabelJob) -> None:
    """Raise PromptError for a job that cannot be done."""
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
