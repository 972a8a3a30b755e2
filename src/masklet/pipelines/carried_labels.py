"""Labels of a first frame carried through a video: its classes as objects for any tracker, without a background.

Source: P1, section 3.3: the label map of a first frame, made by any semantic network, is tracked at one frame a
second; each class is an object, every pixel goes to one of them. A crude box may be one object more, or the only
one: its rectangle is its first mask, and what is reported is when it leaves and when it returns.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from masklet.core import defaults
from masklet.core.arrays import UInt8Array
from masklet.core.boxes import mask_of_box
from masklet.core.errors import PromptError
from masklet.core.label_space import VOID, LabelClass, LabelSpace
from masklet.core.values import Box, Frame, FrameMasks, MaskPrompt, Prompt
from masklet.formats.class_png import write_class_png
from masklet.formats.davis import read_label_png
from masklet.formats.label_maps import require_size
from masklet.formats.label_space import (
    FILE_NAME,
    label_space_beside,
    made_up_colour,
    unnamed_space,
    write_label_space,
)
from masklet.masklets import Masklets, open_masklets
from masklet.masklets.presence import stays_of
from masklet.models import Precision, load_semantic
from masklet.models.layers.view import resized
from masklet.models.protocols import Session, Tracker
from masklet.pipelines.every_pixel import every_pixel
from masklet.pipelines.finishing import Finishing
from masklet.pipelines.job import Extras, build_tracker
from masklet.pipelines.job import run as run_track
from masklet.pipelines.primed import Primed
from masklet.pipelines.record import weights_rows
from masklet.pipelines.run_folder import RunFolder, require_free, writing_to
from masklet.pipelines.settings import TrackJob, own_digests
from masklet.pipelines.track import Progress
from masklet.prompts import check_prompts
from masklet.sources import FrameSource, open_source
from masklet.sources.images import read_image
from masklet.sources.times import times_of
from masklet.weights import file_sha256

_STEP = re.compile(r"(\d+)|(\d+\.?\d*|\.\d+)s")


@dataclass(frozen=True, kw_only=True)
class CarryJob:
    """What is to be carried, through which video, by what."""

    source: str
    labels: Path | None = None
    """Label map of the first frame, a PNG whose values are classes."""
    classes: LabelSpace | None = None
    """What its values mean, where nothing beside it says so, or something else."""
    picture: Path | None = None
    """The picture that is labelled, where that is not the first frame: one of another video, say."""
    semantic: str | None = None
    """A network that labels it instead."""
    semantic_weights: Path | None = None
    boxes: Mapping[str, Box] = field(default_factory=dict)
    """Crude boxes by the name of their object; their object ids count for nothing."""
    step: str = "1"
    """From one frame that is walked to the next: a number of frames, or seconds as 1s."""
    model: str = defaults.TRACKER
    weights: Path | None = None
    config: Any = None
    allow_gaps: bool = False
    threads: int | None = None
    precision: Precision = "auto"

    def check(self) -> None:
        """Raise PromptError for a job that cannot be done."""
        if self.labels is None and self.semantic is None and not self.boxes:
            raise PromptError("Expected labels of the first frame, a model that makes them, or a box, got none.")
        if self.labels is not None and self.semantic is not None:
            raise PromptError("Expected labels of the first frame or a model that makes them, got both.")
        if self.classes is not None and self.labels is None:
            raise PromptError("Expected labels of the first frame with names of their classes, got none.")
        if self.picture is not None and self.labels is None and self.semantic is None:
            raise PromptError("Expected labels of the picture, or a model that makes them, got none.")
        if self.semantic_weights is not None and self.semantic is None:
            raise PromptError("Expected a model that labels the first frame with weights of it, got none.")


@dataclass(frozen=True, eq=False)
class FirstLabels:
    """A labelled frame and what its labels mean; crude boxes are classes of their own."""

    space: LabelSpace
    frame: Frame
    label_map_HW: UInt8Array | None
    """None where nothing but boxes is carried."""
    is_of_video: bool
    """Whether the frame is the first one of the video."""

    def of_boxes(self, boxes: Mapping[str, Box]) -> dict[str, Prompt]:
        """Return a mask for each box, all of it; an object's id is the value of its class and 1."""
        return {
            f"the box of {name}": MaskPrompt(
                box.frame_index, self.space.value(name) + 1, mask_of_box(box.xyxy, self.frame.size_HW)
            )
            for name, box in boxes.items()
        }

    def of_classes(self, boxes: Mapping[str, Box]) -> dict[str, Prompt]:
        """Return a mask for each class that is present, without what boxes on the same frame take."""
        if self.label_map_HW is None:
            return {}
        free_HW = np.ones(self.frame.size_HW, dtype=bool)
        for box in boxes.values():
            if self.is_of_video and box.frame_index == 0:
                free_HW &= ~mask_of_box(box.xyxy, self.frame.size_HW)
        prompts: dict[str, Prompt] = {}
        for value in np.unique(self.label_map_HW).tolist():
            mask_HW = (self.label_map_HW == value) & free_HW
            if value != VOID and mask_HW.any():
                prompts[f"the class {self.space.names[value]}"] = MaskPrompt(0, value + 1, mask_HW)
        return prompts


def run(
    job: CarryJob,
    out: Path,
    *,
    overlay: bool = True,
    overwrite: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Do the job and return what run.json holds, and `carried`: when each object is seen and when not.

    The folder is a run's, with label maps in labels/ where labels are carried. Raise a MaskletError, in one
    sentence, for whatever is wrong with video, labels, boxes, weights or folder.
    """
    job.check()
    require_free(RunFolder(out), overwrite=overwrite, resume=resume)
    source = open_source(job.source, allow_gaps=job.allow_gaps)
    try:
        check_prompts(job.boxes.values(), source.info, origins=[f"the box of {name}" for name in job.boxes])
        step = frames_of_step(job.step, source)
        first = first_labels(job, source)
        of_boxes, of_classes = first.of_boxes(job.boxes), first.of_classes(job.boxes)
        told = [*of_boxes.values(), *of_classes.values()]
        names = {prompt.object_id: first.space.names[prompt.object_id - 1] for prompt in told}
        track = TrackJob(
            source=job.source,
            prompts={**of_boxes, **(of_classes if first.is_of_video else {})},
            step=step,
            model=job.model,
            weights=job.weights,
            config=job.config,
            allow_gaps=job.allow_gaps,
            threads=job.threads,
            precision=job.precision,
            more={"carried": _more(job, first, names)},
        )
        finish = partial(_finished, names=names, is_whole=first.label_map_HW is not None)
        record = run_track(
            track,
            out,
            extras=Extras(overlay=overlay, tracks=False),
            overwrite=overwrite,
            resume=resume,
            progress=progress,
            tracker=Finishing(_tracker(track, first, list(of_classes.values())), finish),
        )
        folder = RunFolder(out)
        masklets = open_masklets(folder.masklets)
        with writing_to(out):
            if first.label_map_HW is not None:
                write_carried(masklets, first.space, folder.labels)
            record |= {"carried": [_row(masklets, object_id, name, source) for object_id, name in names.items()]}
            if job.semantic is not None:
                record["label_weights"] = weights_rows([(job.semantic, job.semantic_weights)])
            folder.write_record(record)
        return record
    finally:
        source.close()


def first_labels(job: CarryJob, source: FrameSource) -> FirstLabels:
    """Return the labels of the first frame, or of the job's picture, from its file or by its network.

    A picture is brought to the size of the video. Raise FormatError for a label map of another size, or with
    values that mean nothing.
    """
    label_map_HW: UInt8Array | None = None
    space: LabelSpace | None = None
    (frame,) = source.read(0, 1)
    video_HW = frame.size_HW
    if job.picture is not None:
        frame = Frame(0, 0.0, read_image(job.picture))
    if job.semantic is not None:
        network = load_semantic(
            job.semantic, weights=job.semantic_weights, threads=job.threads, precision=job.precision
        )
        label_map_HW, space = network.label(frame), network.label_space
        require_size(label_map_HW, frame.size_HW, f"by {job.semantic}")
    elif job.labels is not None:
        label_map_HW, space = _labels_of_file(job, frame)
    if label_map_HW is not None and (label_map_HW == VOID).all():
        raise PromptError("Expected at least one class in the labels of the first frame, got void alone.")
    if label_map_HW is not None and frame.size_HW != video_HW:
        label_map_HW = np.asarray(cv2.resize(label_map_HW, video_HW[::-1], interpolation=cv2.INTER_NEAREST_EXACT))
        frame = Frame(0, 0.0, np.asarray(resized(frame.image_HW3, video_HW), dtype=np.uint8))
    return FirstLabels(_with_boxes(space, list(job.boxes)), frame, label_map_HW, job.picture is None)


def frames_of_step(step: str, source: FrameSource) -> int:
    """Return how many frames a step is, at least one; raise PromptError for what is neither frames nor seconds."""
    match = _STEP.fullmatch(step.strip())
    if not match or (match[1] and int(match[1]) < 1):
        raise PromptError(f"Expected a step as 30 (frames) or 1s (seconds), got {step!r}.")
    if match[1]:
        return int(match[1])
    rate = source.info.frames_per_second
    if rate is None:
        raise PromptError(
            f"Expected a step in frames with {source.info.uri}, of whose rate nothing is known, got {step}."
        )
    return max(round(float(match[2]) * rate), 1)


def write_carried(masklets: Masklets, space: LabelSpace, folder: Path) -> None:
    """Write the label map of every frame, and what the values mean, as far as they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    write_label_space(space, folder / FILE_NAME)
    for index in masklets.frame_indices:
        path = folder / f"{masklets.frame_name(index)}.png"
        if not path.is_file():
            ids_HW = masklets.frame(index).label_map()
            write_class_png(path, np.where(ids_HW > 0, ids_HW - 1, VOID).astype(np.uint8), space)


def _tracker(track: TrackJob, first: FirstLabels, of_classes: Sequence[Prompt]) -> Tracker:
    tracker = build_tracker(track)
    return tracker if first.is_of_video else Primed(tracker, first.frame, of_classes)


def _finished(
    masks: FrameMasks, prompts: Sequence[Prompt], session: Session, *, names: Mapping[int, str], is_whole: bool
) -> FrameMasks:
    whole = every_pixel(masks, prompts, session) if is_whole else masks
    return replace(whole, labels_N=tuple(names[object_id] for object_id in whole.object_ids))


def _labels_of_file(job: CarryJob, frame: Frame) -> tuple[UInt8Array, LabelSpace]:
    assert job.labels is not None
    space = job.classes or label_space_beside(job.labels.parent) or unnamed_space()
    values_HW = read_label_png(job.labels, binary=False)
    space.require(values_HW, str(job.labels))
    label_map_HW = values_HW.astype(np.uint8)
    require_size(label_map_HW, frame.size_HW, f"in {job.labels}")
    return label_map_HW, space


def _with_boxes(space: LabelSpace | None, names: list[str]) -> LabelSpace:
    """Return the space with the boxes' objects as classes of their own at its end."""
    known = () if space is None else space.classes
    added = tuple(
        LabelClass(name, made_up_colour(len(known) + place), is_thing=True) for place, name in enumerate(names)
    )
    return LabelSpace("boxes" if space is None else space.name, (*known, *added))


def _more(job: CarryJob, first: FirstLabels, names: Mapping[int, str]) -> dict[str, Any]:
    """Return what the masks depend on beside the prompts and the tracker; where prompts came from is no matter."""
    labels_HW = first.label_map_HW
    return {
        "every_pixel": labels_HW is not None,
        "picture": None if job.picture is None else file_sha256(job.picture),
        "labels": None if labels_HW is None else hashlib.sha256(labels_HW.tobytes()).hexdigest(),
        "names": {str(object_id): name for object_id, name in names.items()},
        "labelled_by": job.semantic,
        "label_weights": None if job.semantic is None else own_digests(job.semantic, job.semantic_weights),
    }


def _row(masklets: Masklets, object_id: int, name: str, source: FrameSource) -> dict[str, Any]:
    """Return an object's name, and from when to when it is seen and is not; neither of one that is never seen."""
    seconds_T = times_of(source)
    is_known = object_id in masklets.object_ids
    stays = stays_of(masklets.masklet(object_id), masklets.frame_indices) if is_known else []
    spans: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for stay in stays:
        spans[stay.is_seen].append(
            {
                "frames": [stay.first_frame, stay.last_frame],
                "seconds": [round(float(seconds_T[index]), 3) for index in (stay.first_frame, stay.last_frame)],
            }
        )
    return {"id": object_id, "name": name, "seen": spans[True], "gone": spans[False]}
