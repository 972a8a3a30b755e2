"""Gaze joined with a video's masks, from settings to a folder of tables and pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import MaskletError, MissingExtraError, PromptError
from masklet.core.values import Frame
from masklet.formats import Reading, read_masklets
from masklet.formats.class_png import write_class_png
from masklet.formats.gaze import gaze_format_of, read_gaze
from masklet.formats.label_maps import LabelMaps, require_size
from masklet.formats.label_space import FILE_NAME, write_label_space
from masklet.masklets import Masklets
from masklet.models import load_semantic
from masklet.pipelines.gaze.folder import GazeFolder
from masklet.pipelines.gaze.in_labels import find_in_labels
from masklet.pipelines.gaze.in_masks import find_in_masks
from masklet.pipelines.gaze.joined import JoinedGaze
from masklet.pipelines.gaze.looks import looks_of
from masklet.pipelines.gaze.pictures import LooksDrawn, write_overlay, write_timeline
from masklet.pipelines.gaze.rests import UNKNOWN, looks_of_rests, rests_of
from masklet.pipelines.gaze.scene import Scene
from masklet.pipelines.gaze.settings import GazeJob, settings_of
from masklet.pipelines.gaze.tables import write_tables
from masklet.pipelines.gaze.use import Use, use_of
from masklet.pipelines.record import versions, weights_rows
from masklet.pipelines.run_folder import make_ready, require_free, writing_to
from masklet.prompts.gaze import SHARES, Gaze
from masklet.prompts.gaze_clock import OUTSIDE, Placed, place
from masklet.render.video import require_same_video
from masklet.sources import FrameSource, frames_at, open_source
from masklet.sources.times import times_of

Progress = Callable[..., Iterable[Frame]]
"""Takes frames, and `total` and `what` as keywords; hands them on and may show how far they are."""


def run(
    job: GazeJob,
    out: Path,
    *,
    overlay: bool = True,
    overwrite: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Do the job and return what gaze.json holds.

    Raise a MaskletError, in one sentence, for whatever is wrong with video, gaze, masks or folder. With a model,
    frames that are labelled are kept, and `resume` goes on after them.
    """
    job.check()
    folder = GazeFolder(out)
    require_free(folder, overwrite=overwrite, resume=resume)
    progress = progress or _silent
    source = open_source(job.source, allow_gaps=job.allow_gaps)
    try:
        video_T = times_of(source)
        gaze, placed = placed_gaze(job, source, video_T)
        scene = _scene(job, source)
        radius = job.radius.pixels(
            source.info.size_HW[1], job.focal_pixels(source.info.size_HW[1], gaze.focal_pixels)
        )
        use = _use(job, gaze, placed, source, scene)
        record = make_ready(folder, settings=settings_of(job), overwrite=overwrite, resume=resume)
        if record["status"] == "done":
            return record
        with writing_to(out):
            if job.model is not None:
                frames = np.unique(placed.frames_S[use.is_used_S]).tolist()
                scene = replace(scene, maps=_labelled(job, source, frames, folder, progress))
            joined = join(job, gaze, placed, use, scene, video_T, radius=radius)
            record |= _report(job, source, joined)
            write_tables(joined, folder.root)
            record["not_written"] = _pictures(source, joined, scene, video_T, folder, overlay, progress)
            record["status"] = "done"
            folder.write_record(record)
        return record
    finally:
        source.close()


def placed_gaze(job: GazeJob, source: FrameSource, video_T: FloatArray) -> tuple[Gaze, Placed]:
    """Return the job's gaze in pixels of the video, and its samples placed in the frames."""
    gaze = read_gaze(job.gaze)
    if job.gaze_size is not None and gaze.size_HW == SHARES:
        raise PromptError(f"Expected pixels of pictures of some size in {gaze.origin}, got shares of their sides.")
    if job.gaze_size is not None:
        gaze = replace(gaze, size_HW=job.gaze_size)
    gaze = gaze.in_pixels_of(source.info.size_HW)
    return gaze, place(gaze, video_T, offset=job.offset, first_frame=job.first_frame, rule=job.rule)


def join(
    job: GazeJob, gaze: Gaze, placed: Placed, use: Use, scene: Scene, video_T: FloatArray, *, radius: float
) -> JoinedGaze:
    """Return gaze in pixels joined with what is known of the frames."""
    used_K = np.flatnonzero(use.is_used_S)
    frames_K, pixel_K2 = placed.frames_S[used_K], np.floor(gaze.xy_S2[used_K]).astype(np.int64)
    masklets, maps = scene.masklets, scene.maps
    assert gaze.size_HW is not None
    objects = None if masklets is None else find_in_masks(frames_K, pixel_K2, masklets, radius)
    if objects is not None:
        objects = replace(objects, labels={**objects.labels, **job.names})
    classes = None
    if maps is not None:
        maps_K = scene.map_frames(frames_K)
        classes = find_in_labels(frames_K, maps_K, pixel_K2, maps, gaze.size_HW, radius, masklets)
    looks = looks_of(len(used_K), objects, classes, space=scene.space, decide=job.decide)
    width = gaze.size_HW[1]
    dispersion = job.dispersion.pixels(width, job.focal_pixels(width, gaze.focal_pixels))
    rests = rests_of(gaze, placed, use, video_T, kind=job.fixations, dispersion=dispersion, duration=job.duration)
    at_rest = looks_of_rests(rests, placed.seconds_S[used_K], looks, job.decide)
    return JoinedGaze(gaze, placed, use, radius, looks, rests, at_rest)


def _scene(job: GazeJob, source: FrameSource) -> Scene:
    names = [source.frame_name(index) for index in range(source.info.frame_count or 0)]
    masklets = None if job.masks is None else _masklets(job.masks, names)
    if masklets is not None:
        require_same_video(source, masklets)
    maps = None
    if job.labels is not None:
        maps = LabelMaps(job.labels, names, job.classes)
    return Scene(masklets, maps, job.reach)


def _masklets(path: Path, names: list[str]) -> Masklets:
    """Return masks; those of a folder with fewer files than frames are matched by names, else by order."""
    is_sparse = path.is_dir() and sum(1 for item in path.iterdir() if item.is_file()) < len(names)
    return read_masklets(path, about=Reading(names=names if is_sparse else None))


def _use(job: GazeJob, gaze: Gaze, placed: Placed, source: FrameSource, scene: Scene) -> Use:
    frames = np.unique(placed.frames_S[placed.frames_S != OUTSIDE]).tolist()
    known = frames if job.model is not None else scene.known_frames(frames)
    return use_of(gaze, placed.frames_S, source.info.size_HW, known, job.least_confidence)


def _labelled(
    job: GazeJob, source: FrameSource, frames: list[int], folder: GazeFolder, progress: Progress
) -> LabelMaps:
    """Return label maps of these frames by the job's model; those that are there already are not made again."""
    assert job.model is not None
    network = load_semantic(job.model, weights=job.weights, threads=job.threads, precision=job.precision)
    folder.labels.mkdir(exist_ok=True)
    write_label_space(network.label_space, folder.labels / FILE_NAME)
    path_of = {index: folder.labels / f"{source.frame_name(index)}.png" for index in frames}
    missing = [index for index in frames if not path_of[index].is_file()]
    for frame in progress(frames_at(source, missing), total=len(missing), what="frames labelled"):
        labels_HW = network.label(frame)
        require_size(labels_HW, frame.size_HW, f"by {job.model}")
        write_class_png(path_of[frame.index], labels_HW, network.label_space)
    names = [source.frame_name(index) for index in range(source.info.frame_count or 0)]
    return LabelMaps(folder.labels, names, network.label_space)


def _report(job: GazeJob, source: FrameSource, joined: JoinedGaze) -> dict[str, Any]:
    name, table = gaze_format_of(job.gaze)
    rests, use = joined.rests, joined.use
    return {
        "input": {
            "video": job.source,
            "gaze": str(table),
            "gaze_format": name,
            "masks": None if job.masks is None else str(job.masks),
            "labels": None if job.labels is None else str(job.labels),
            "frames": source.info.frame_count,
            "size_HW": list(source.info.size_HW),
        },
        "versions": versions(),
        "weights": weights_rows([(job.model, job.weights)]) if job.model else [],
        "placed_by": joined.placed.by,
        "radius_pixels": round(joined.radius, 3),
        "samples": len(joined.gaze),
        "used": int(use.is_used_S.sum()),
        "left_out": use.counts(),
        "fixations": {
            "kind": rests.kind,
            "count": len(rests),
            "without_samples": int((joined.at_rest.target_F == UNKNOWN).sum()),
            "seconds": round(float((rests.end_F - rests.start_F).sum()), 4),
        },
        "visits": len(joined.visits),
        "to_another_of_its_class": joined.other_of_its_kind(),
        "objects": joined.dwell(),
        "transitions": {"names": joined.names, "counts": joined.transitions().tolist()},
    }


def _pictures(
    source: FrameSource,
    joined: JoinedGaze,
    scene: Scene,
    video_T: FloatArray,
    folder: GazeFolder,
    overlay: bool,
    progress: Progress,
) -> dict[str, str]:
    """Write what there is to look at; return what could not be written, and why."""
    not_written: dict[str, str] = {}
    try:
        write_timeline(joined, scene.space, video_T, folder)
    except MissingExtraError as error:
        not_written[folder.timeline.name] = str(error)
    if overlay:

        def shown(frames: Iterable[Frame]) -> Iterable[Frame]:
            return progress(frames, total=source.info.frame_count, what="frames drawn")

        try:
            write_overlay(source, LooksDrawn(joined, scene), folder, shown)
        except MaskletError as error:
            not_written[folder.overlay.name] = str(error)
    return not_written


def _silent(frames: Iterable[Frame], **_about: Any) -> Iterable[Frame]:
    return frames
