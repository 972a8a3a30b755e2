"""A class for every pixel of a video, a folder of frames or single pictures: a model's labels in a run's folder.

    OUT/run.json           input, model, weights, settings, label space, shares of the classes
    OUT/labels/00000.png   an indexed PNG for each frame, in the colours of the classes
    OUT/overlay.mp4        of single pictures: OUT/overlays/NAME.jpg
    OUT/sheet.png

A frame is finished when its PNG is written; a run that was stopped goes on with the frames that have none. Shapes:
H W pixels.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from masklet.core.arrays import IntArray, UInt8Array
from masklet.core.errors import ShapeError
from masklet.core.label_space import VOID, LabelSpace
from masklet.core.label_spaces import values_between
from masklet.core.values import Frame
from masklet.formats.class_png import read_class_png, write_class_png
from masklet.models import Precision, SemanticModel, load_semantic
from masklet.models.layers.looks import PLAIN, LooksConfig, with_looks
from masklet.pipelines.pixel_labels.folder import LabelRunFolder
from masklet.pipelines.pixel_labels.frames import Frames, open_frames
from masklet.pipelines.pixel_labels.pictures import draw_labels
from masklet.pipelines.record import versions, weights_rows
from masklet.pipelines.run_folder import make_ready, require_free, writing_to
from masklet.pipelines.settings import digest_of, own_digests


@dataclass(frozen=True, kw_only=True)
class SemanticJob:
    """What is to be labelled and how; equal jobs give equal labels."""

    source: str
    """A video, a folder of frames, a picture; with `stills` a folder of pictures that belong to no video."""
    model: str
    weights: Path | None = None
    """A file of your own; none: the published ones."""
    stills: bool = False
    every: int = 1
    """Every n-th frame is labelled."""
    looks: LooksConfig = PLAIN
    label_space: LabelSpace | None = None
    """The space that labels are brought to; none: that of the model."""
    allow_gaps: bool = False
    threads: int | None = None
    precision: Precision = "auto"


class FrameProgress(Protocol):
    """Hands on the frames and may show how far they are."""

    def __call__(self, frames: Iterable[Frame], *, total: int | None) -> Iterable[Frame]:
        """Yield every frame."""
        ...


def label_pixels(
    job: SemanticJob,
    out: Path,
    *,
    model: SemanticModel | None = None,
    overwrite: bool = False,
    resume: bool = False,
    progress: FrameProgress | None = None,
) -> dict[str, Any]:
    """Label every pixel and return what run.json holds; `model` is one that is loaded already.

    Raise a MaskletError, in one sentence, for whatever is wrong with the pictures, the weights or the folder;
    frames finished before that are kept and `resume` goes on after them.
    """
    require_free(LabelRunFolder(out), overwrite=overwrite, resume=resume)
    frames = open_frames(job.source, stills=job.stills, every=job.every, allow_gaps=job.allow_gaps)
    try:
        model = model or load_semantic(
            job.model, weights=job.weights, threads=job.threads, precision=job.precision
        )
        space = job.label_space or model.label_space
        value_256 = values_between(model.label_space, space)
        folder = LabelRunFolder(out)
        record = make_ready(folder, settings=_settings(job, space), overwrite=overwrite, resume=resume)
        if record["status"] == "done":
            return record
        record |= {
            "input": frames.about(),
            "label_space": space.to_json(),
            "versions": versions(),
            "weights": weights_rows([(job.model, job.weights)]),
        }
        folder.write_record(record)
        looking = with_looks(model, job.looks)
        walked = progress(frames.read(), total=frames.total) if progress else frames.read()
        with writing_to(out):
            record |= _label(walked, frames, looking, value_256, folder, space)
            if frames.total is not None:
                seen = [space.value(name) for name in record["shares"] if name in space.names]
                draw_labels(frames, folder, space, seen)
            record["status"] = "done"
            folder.write_record(record)
        return record
    finally:
        frames.close()


def _settings(job: SemanticJob, space: LabelSpace) -> dict[str, Any]:
    """Return everything the labels depend on, as JSON has it."""
    window = job.looks.window_HW
    return {
        "model": job.model,
        "weights": own_digests(job.model, job.weights) if job.weights else None,
        "stills": job.stills,
        "every": job.every,
        "looks": {
            **asdict(job.looks),
            "scales": list(job.looks.scales),
            "window_HW": None if window is None else list(window),
        },
        "label_space": space.to_json(),
        "threads": job.threads,
        "precision": job.precision,
        "sha256": digest_of(job.source),
        "masklet": metadata.version("masklet"),
    }


def _label(
    walked: Iterable[Frame],
    frames: Frames,
    model: SemanticModel,
    value_256: UInt8Array,
    folder: LabelRunFolder,
    space: LabelSpace,
) -> dict[str, Any]:
    """Write the labels of every frame that has none yet; return counts and times."""
    count_256 = np.zeros(256, dtype=np.int64)
    labelled, new, seconds = 0, 0, 0.0
    for frame in walked:
        path = folder.png(frames.name(frame))
        if path.is_file():
            label_map_HW = read_class_png(path, space)
        else:
            began = time.monotonic()
            label_map_HW = value_256[model.label(frame)]
            seconds += time.monotonic() - began
            if label_map_HW.shape != frame.size_HW:
                raise ShapeError(f"Expected labels of {frame.size_HW} of the model, got {label_map_HW.shape}.")
            write_class_png(path, label_map_HW, space)
            new += 1
        labelled += 1
        count_256 += np.bincount(label_map_HW.ravel(), minlength=256)
    return {
        "frames": labelled,
        "frames_before_resume": labelled - new,
        "seconds": round(seconds, 3),
        "frames_per_second": round(new / seconds, 3) if seconds else None,
        "shares": _shares(count_256, space),
    }


def _shares(count_256: IntArray, space: LabelSpace) -> dict[str, float]:
    """Return the share of all pixels of each class that occurs, the largest first, and of void."""
    total = max(int(count_256.sum()), 1)
    shares = {name: float(count_256[value]) / total for value, name in enumerate(space.names) if count_256[value]}
    shares |= {"void": float(count_256[VOID]) / total} if count_256[VOID] else {}
    return {name: round(share, 6) for name, share in sorted(shares.items(), key=lambda item: -item[1])}
