"""masklet track: follow objects through a video."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from typer import Argument, Option

from masklet.cli.console import (
    AllowGaps,
    DetectorName,
    DetectorWeights,
    Json,
    Overwrite,
    Precision,
    Quiet,
    SegmenterName,
    SegmenterWeights,
    Threads,
    TrackerName,
    TrackerWeights,
    print_json,
)
from masklet.cli.display import Display
from masklet.cli.scene_options import (
    AnchorName,
    ByHand,
    ConventionName,
    CoordinatesName,
    FirstFrame,
    HomographyFile,
    Limit,
    MakerFlag,
    Subtraction,
    scene_files,
)
from masklet.cli.track_people import refuse_beside_people, track_people
from masklet.core import defaults


def track(
    video: Annotated[str, Argument(help="Video file, folder of pictures, or address of a camera.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for the run.")],
    detect: Annotated[
        str, Option(help="Classes to find and follow: person,bicycle,car. Of boxes in a file: all.")
    ] = "",
    points: Annotated[list[str] | None, Option(help="FRAME:OBJECT:X,Y,+ (- beside it; more after ;).")] = None,
    box: Annotated[list[str] | None, Option(help="FRAME:OBJECT:X1,Y1,X2,Y2.")] = None,
    mask: Annotated[list[str] | None, Option(help="FRAME:FILE or FRAME:OBJECT:FILE, a label PNG.")] = None,
    prompts: Annotated[Path | None, Option(help="JSON file of prompts.")] = None,
    remove: Annotated[list[str] | None, Option(help="FRAME:OBJECT: follow it no further from there.")] = None,
    trajectories: Annotated[
        Path | None, Option(help="Follow people of this text: frame person x y, or obsmat.txt.")
    ] = None,
    person: Annotated[list[int] | None, Option(help="Whom of the trajectories (may be repeated).")] = None,
    homography: HomographyFile = None,
    convention: ConventionName = "auto",
    coordinates: CoordinatesName = "world",
    first_frame: FirstFrame = 0,
    examples: Annotated[
        Path | None, Option(help="Masks of the person, a folder of `masklet person-masks` or in that layout.")
    ] = None,
    example_count: Annotated[
        int | None,
        Option(min=1, help="Masks of the person to make. [default: 12, for prompts at least one in 6 frames]"),
    ] = None,
    anchor: AnchorName = "foot",
    limit: Limit = 40.0,
    maker: MakerFlag = "segmenter",
    by_hand: ByHand = None,
    subtraction: Subtraction = "mog2",
    no_check: Annotated[
        bool, Option("--no-check", help="Take masks as they are, wherever the person should be.")
    ] = False,
    alone: Annotated[bool, Option("--alone", help="Do not follow the other people beside the person.")] = False,
    model: TrackerName = defaults.TRACKER,
    weights: TrackerWeights = None,
    assignments: Annotated[
        list[str] | None,
        Option("--set", metavar="NAME=VALUE", help="A setting of the tracker: online.seconds=20 (osvos)."),
    ] = None,
    detector: DetectorName = defaults.DETECTOR,
    detector_weights: DetectorWeights = None,
    segmenter: SegmenterName = defaults.SEGMENTER,
    segmenter_weights: SegmenterWeights = None,
    strategy: Annotated[
        Literal["hybrid", "first-frame", "per-frame"], Option(help="How detected objects are followed.")
    ] = "hybrid",
    threshold: Annotated[float, Option(min=0, max=1, help="Detection score that begins a track.")] = 0.5,
    every: Annotated[int, Option(min=1, help="Frames between two looks of the detector (hybrid).")] = 2,
    direction: Annotated[
        Literal["forward", "backward", "both"], Option(help="Where to go from the prompts.")
    ] = "forward",
    output_format: Annotated[list[str] | None, Option("--format", help="Also write this format.")] = None,
    no_overlay: Annotated[bool, Option("--no-overlay", help="Make no overlay.mp4 and sheet.png.")] = False,
    allow_gaps: AllowGaps = False,
    threads: Threads = None,
    precision: Precision = "auto",
    resume: Annotated[bool, Option("--resume", help="Go on with a run that was stopped.")] = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Follow every object that is pointed out or detected, and write masks, tracks and an overlay."""
    from masklet.formats.davis import read_label_png
    from masklet.models import config_class
    from masklet.pipelines import Extras, TrackJob, run
    from masklet.pipelines.detectors import is_boxes, read_boxes
    from masklet.pipelines.person_check import CheckConfig
    from masklet.pipelines.person_masks import PersonMaskConfig
    from masklet.pipelines.surveillance import SurveillanceJob
    from masklet.prompts import prompts_from_flags
    from masklet.training.settings import make

    if resume and overwrite:
        raise typer.BadParameter("Expected --resume or --overwrite, got both.")
    config = make(config_class(model), assignments) if assignments else None
    extras = Extras(overlay=not no_overlay, formats=tuple(output_format or ()))
    if trajectories is not None or examples is not None:
        refuse_beside_people(detect=detect, points=points, box=box, mask=mask, prompts=prompts, remove=remove)
        if direction != "forward":
            raise typer.BadParameter("Expected no --direction with people: their whole time is walked.")
        scene = None
        if trajectories is not None:
            scene = scene_files(trajectories, homography, convention, coordinates, first_frame)
        making = PersonMaskConfig(
            maker=maker,
            by_hand=by_hand,
            subtraction=subtraction,
            anchor=anchor,
            limit=limit,
            examples=example_count or 12,
        )
        follow = SurveillanceJob(
            source=video,
            scene=scene,
            examples=examples,
            making=making,
            frames_per_example=6 if example_count is None else None,
            check=None if no_check else CheckConfig(),
            follow_others=not alone,
            model=model,
            weights=weights,
            config=config,
            detector=detector,
            detector_weights=detector_weights,
            segmenter=segmenter,
            segmenter_weights=segmenter_weights,
            allow_gaps=allow_gaps,
            threads=threads,
            precision=precision,
        )
        output = {"overwrite": overwrite, "resume": resume, "quiet": quiet, "as_json": as_json}
        track_people(follow, person or [], out, extras=extras, **output)
        return
    if person:
        raise typer.BadParameter("Expected --trajectories or --examples with --person.")
    given = prompts_from_flags(
        points=points or (), boxes=box or (), masks=mask or (), file=prompts, read_label_map=read_label_png
    )
    classes = tuple(name.strip() for name in detect.split(",") if name.strip())
    if not classes and is_boxes(detector):
        classes = read_boxes(Path(detector)).classes
    if not given and not classes:
        raise typer.BadParameter(
            "Expected something to follow: --detect, --points, --box, --mask, --prompts or --trajectories."
        )
    job = TrackJob(
        source=video,
        prompts=given,
        removals=removals_of(remove or []),
        detect=classes,
        strategy=strategy,
        model=model,
        weights=weights,
        config=config,
        detector=detector,
        detector_weights=detector_weights,
        segmenter=segmenter,
        segmenter_weights=segmenter_weights,
        threshold=threshold,
        detect_every=every,
        direction=direction,
        allow_gaps=allow_gaps,
        threads=threads,
        precision=precision,
    )
    display = Display(quiet=quiet)
    record = run(
        job,
        out,
        extras=extras,
        overwrite=overwrite,
        resume=resume,
        progress=display.items,
        learning=display.learning,
    )
    for name, reason in record["not_written"].items():
        typer.echo(f"{name} was not written: {reason}", err=True)
    if as_json:
        print_json(record)
    elif not quiet:
        print(summary(record, out))


def removals_of(flags: list[str]) -> dict[int, list[int]]:
    """Return, from FRAME:OBJECT flags, the objects to forget before each frame."""
    removals: dict[int, list[int]] = {}
    for text in flags:
        frame, _, object_id = text.partition(":")
        if not (frame.isdecimal() and object_id.isdecimal()):
            raise typer.BadParameter(f"Expected FRAME:OBJECT as in 120:3, got {text!r}.", param_hint="--remove")
        removals.setdefault(int(frame), []).append(int(object_id))
    return removals


def summary(record: dict[str, object], out: Path) -> str:
    """Return one line about a finished run."""
    objects = f"{record['objects']} object{'' if record['objects'] == 1 else 's'}"
    return (
        f"{objects} in {record['frames']} frames, "
        f"{record['frames_per_second']} frames/s ({record['step_ms']} ms a step) -> {out}"
    )
