"""What run.json tells of a run beside its settings: weights, versions, figures."""

from __future__ import annotations

import platform
import statistics
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from masklet.masklets import open_masklets
from masklet.models import MODELS
from masklet.pipelines.detectors import is_boxes
from masklet.pipelines.run_folder import RunFolder
from masklet.pipelines.settings import TrackJob, digests_of
from masklet.pipelines.track import Walked
from masklet.weights import find_weight


def weights_of(job: TrackJob) -> list[dict[str, Any]]:
    """Return the weights of every network that takes part: name, SHA-256 of each file, path where they are own."""
    return weights_rows(
        [
            *([(job.model, job.weights)] if job.needs_tracker else []),
            *([(job.detector, job.detector_weights)] if job.detect else []),
            *([(job.segmenter, job.segmenter_weights)] if job.needs_segmenter else []),
        ]
    )


def weights_rows(models: Iterable[tuple[str, Path | None]]) -> list[dict[str, Any]]:
    """Return the weights of models, each with an own file or none: name, SHA-256 of files, path of own ones."""
    return [_published(model) if weights is None else _own(model, weights) for model, weights in models]


def _published(model: str) -> dict[str, Any]:
    if is_boxes(model):
        return {"name": Path(model).name, "path": model, "sha256": digests_of(model, None)}
    weight = find_weight(MODELS[model].weights)
    return {"name": weight.name, "sha256": {file.name: file.sha256 for file in weight.files}}


def _own(model: str, weights: Path) -> dict[str, Any]:
    return {"name": weights.name, "path": str(weights), "sha256": digests_of(model, weights)}


def versions() -> dict[str, str]:
    """Return the versions of what the masks are computed with."""
    packages = ("masklet", "numpy", "openvino", "opencv-python-headless", "av")
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in packages},
    }


def figures(walked: Walked, folder: RunFolder, job: TrackJob) -> dict[str, Any]:
    """Return counts of the whole run, and times of the frames that this process stepped."""
    masklets = open_masklets(folder.masklets)
    new_frames = len(walked.step_seconds)
    return {
        "model": job.model if job.needs_tracker else job.segmenter,
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
