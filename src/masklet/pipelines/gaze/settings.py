"""What a gaze job is: everything its results depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from masklet.core.errors import PromptError
from masklet.core.label_space import LabelSpace
from masklet.models import Precision
from masklet.pipelines.gaze.looks import Decision
from masklet.pipelines.settings import digest_of, own_digests
from masklet.prompts.gaze_clock import Rule
from masklet.prompts.length import Length, focal_length
from masklet.weights import file_sha256

TWO_PERCENT = Length(2, "%")
"""About 1.5 to 2 degrees of most scene cameras."""

Rests = Literal["auto", "given", "detected", "samples"]


@dataclass(frozen=True, kw_only=True)
class GazeJob:
    """A video, a recording of gaze, and what is known of the video's frames: masks, label maps, or both."""

    source: str
    gaze: Path
    """A file, or the folder of an export."""
    masks: Path | None = None
    """Masks of objects in any format that masklet reads, or a run's folder."""
    names: Mapping[int, str] = field(default_factory=dict)
    """Names of objects by their ids, where the masks have none or others."""
    labels: Path | None = None
    """A folder of label PNGs."""
    classes: LabelSpace | None = None
    """What their values mean, where nothing beside them says so, or something else."""
    model: str | None = None
    """A network that labels the frames that are looked at."""
    weights: Path | None = None
    radius: Length = TWO_PERCENT
    """How far off the tracker may be."""
    field_of_view: float | None = None
    """Of the scene camera, in degrees across the width of its picture."""
    gaze_size: tuple[int, int] | None = None
    """Height and width of the pictures that the recording's pixels are of, where it is not known or wrong."""
    offset: float = 0.0
    """Seconds that are added to the times of samples."""
    first_frame: int | None = None
    """What the recording calls the first frame of the video."""
    rule: Rule = "nearest"
    reach: int = 0
    """Frames up to which a label map stands for its neighbours that have none."""
    least_confidence: float = 0.6
    fixations: Rests = "auto"
    dispersion: Length = TWO_PERCENT
    duration: float = 0.1
    """Seconds a detected fixation lasts at least."""
    decide: Decision = "pixel"
    allow_gaps: bool = False
    threads: int | None = None
    precision: Precision = "auto"

    def check(self) -> None:
        """Raise PromptError for a job that cannot be done."""
        if self.masks is None and self.labels is None and self.model is None:
            raise PromptError("Expected masks, label maps or a model that makes them, got none of these.")
        if self.names and self.masks is None:
            raise PromptError("Expected masks with names of their objects, got none.")
        if self.labels is not None and self.model is not None:
            raise PromptError("Expected label maps or a model that makes them, got both.")
        if self.classes is not None and self.labels is None:
            raise PromptError("Expected a folder of label maps with names of classes, got none.")
        if self.weights is not None and self.model is None:
            raise PromptError("Expected a model with weights, got none.")

    def focal_pixels(self, width: int, recorded: float | None) -> float | None:
        """Return the scene camera's focal length in pixels of a video so wide: as asked for, else as recorded."""
        return recorded if self.field_of_view is None else focal_length(width, self.field_of_view)


def settings_of(job: GazeJob) -> dict[str, Any]:
    """Return everything the results depend on, as JSON-able values: what a resumed job must have in common."""
    plain = (
        "model",
        "offset",
        "first_frame",
        "rule",
        "reach",
        "least_confidence",
        "fixations",
        "duration",
        "decide",
        "threads",
        "precision",
    )
    return {
        **{name: getattr(job, name) for name in plain},
        "names": {str(object_id): name for object_id, name in sorted(job.names.items())},
        "radius": str(job.radius),
        "dispersion": str(job.dispersion),
        "field_of_view": job.field_of_view,
        "gaze_size": None if job.gaze_size is None else list(job.gaze_size),
        "source": digest_of(job.source),
        "gaze": digest_of(str(job.gaze)),
        "masks": None if job.masks is None else masks_digest(job.masks),
        "labels": None if job.labels is None else digest_of(str(job.labels)),
        "classes": None if job.classes is None else job.classes.to_json(),
        "weights": None if job.model is None else own_digests(job.model, job.weights),
        "masklet": metadata.version("masklet"),
    }


def masks_digest(path: Path) -> str | None:
    """Return the SHA-256 of masks: of a run's folder that of its masks alone, which its pictures do not change."""
    run = path / "masklets.jsonl"
    if run.is_file():
        return file_sha256(run)
    return digest_of(str(path)) if path.exists() else hashlib.sha256(b"").hexdigest()
