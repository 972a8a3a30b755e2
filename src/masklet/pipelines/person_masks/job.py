"""Step 1 by itself: a video and trajectories in, a folder of pictures and masks out."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from masklet.core import defaults
from masklet.core.errors import OutputError
from masklet.core.files import write_whole
from masklet.formats.person_examples import MASKS, OTHERS, PICTURES, write_person_examples
from masklet.models import Precision, load_segmenter
from masklet.pipelines.detectors import load_detector
from masklet.pipelines.person_masks.make import Networks, make_person_masks
from masklet.pipelines.person_masks.outcome import PersonMasks
from masklet.pipelines.person_masks.settings import PersonMaskConfig
from masklet.pipelines.person_masks.sheet import person_sheet
from masklet.pipelines.person_scene import Scene, SceneFiles, open_scene
from masklet.render import write_picture
from masklet.sources import FrameSource, open_source

REPORT, SHEET = "person_masks.json", "steps.png"


@dataclass(frozen=True, kw_only=True)
class PersonMaskJob:
    """Whose masks are to be made, of which video, by what."""

    source: str
    scene: SceneFiles
    person_id: int
    config: PersonMaskConfig = field(default_factory=PersonMaskConfig)
    detector: str = defaults.DETECTOR
    detector_weights: Path | None = None
    segmenter: str = defaults.SEGMENTER
    segmenter_weights: Path | None = None
    allow_gaps: bool = False
    threads: int | None = None
    precision: Precision = "auto"


def run(job: PersonMaskJob, out: Path, *, overwrite: bool = False) -> dict[str, Any]:
    """Do the job and return what person_masks.json holds; steps.png shows the steps.

    Raise a MaskletError, in one sentence, for whatever is wrong with video, trajectories, homography or folder.
    """
    _require_free(out, overwrite=overwrite)
    source = open_source(job.source, allow_gaps=job.allow_gaps)
    try:
        scene = open_scene(job.scene, source.info)
        made = make(job, source, scene)
        return write_made(out, source, scene, made, job.config)
    finally:
        source.close()


def make(job: PersonMaskJob, source: FrameSource, scene: Scene) -> PersonMasks:
    """Return the masks of a job whose video and scene are open; raise PromptError where there are none."""
    scene.span(job.person_id)  # before networks are loaded
    return make_person_masks(source, scene, job.person_id, load_networks(job), job.config)


class MadeOnce:
    """`make` for jobs that come one after the other: those that are alike share what the first of them made."""

    def __init__(self) -> None:
        self._last: tuple[PersonMaskJob, PersonMasks] | None = None

    def __call__(self, job: PersonMaskJob, source: FrameSource, scene: Scene) -> PersonMasks:
        """Return the masks of a job, those of the job before where it was the same."""
        if self._last is None or self._last[0] != job:
            self._last = (job, make(job, source, scene))
        return self._last[1]


def load_networks(job: PersonMaskJob) -> Networks:
    """Return the networks that the maker needs."""
    maker, load = job.config.maker, {"threads": job.threads, "precision": job.precision}
    return Networks(
        detector=None if maker == "hand" else load_detector(job.detector, weights=job.detector_weights, **load),
        segmenter=load_segmenter(job.segmenter, weights=job.segmenter_weights, **load)
        if maker == "segmenter"
        else None,
    )


def write_made(
    root: Path, source: FrameSource, scene: Scene, made: PersonMasks, config: PersonMaskConfig
) -> dict[str, Any]:
    """Write pictures, masks, sheet and report, in place of what was there, and return the report."""
    clear(root)
    write_person_examples(root, made.person_id, made.examples)
    write_picture(root / SHEET, person_sheet(source, made, subtraction=config.subtraction))
    report = {
        "person": made.person_id,
        "about": scene.about,
        "maker": config.maker,
        "counts": made.counts(),
        "frames": [frame.to_json() for frame in made.frames],
    }
    write_whole(root / REPORT, (json.dumps(report, indent=1) + "\n").encode())
    return report


def clear(root: Path) -> None:
    """Remove what step 1 leaves, and nothing else."""
    for name in (PICTURES, MASKS, OTHERS):
        shutil.rmtree(root / name, ignore_errors=True)
    for name in (REPORT, SHEET):
        (root / name).unlink(missing_ok=True)


def _require_free(root: Path, *, overwrite: bool) -> None:
    if root.exists() and not root.is_dir():
        raise OutputError(f"Expected a folder for the masks at {root}, there is a file of that name.")
    if not root.is_dir() or not any(root.iterdir()):
        return
    if not (root / REPORT).is_file():
        raise OutputError(
            f"Expected a new or empty folder, {root} holds files that are no masks of a person; choose another."
        )
    if not overwrite:
        raise OutputError(f"Expected a new folder, {root} holds masks already; --overwrite replaces them.")
