"""masklet track: follow objects through a video."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from typer import Argument, Option

from masklet.cli.console import AllowGaps
from masklet.cli.display import Display
from masklet.cli.option_groups import ComputeFlags, FindingFlags, RunFlags, TrackerFlags, takes_groups
from masklet.cli.track_people import PeopleFlags, refuse_beside_people, track_people


@takes_groups
def track(
    *,
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
    people: PeopleFlags,
    tracker: TrackerFlags,
    assignments: Annotated[
        list[str] | None,
        Option("--set", metavar="NAME=VALUE", help="A setting of the tracker: online.seconds=20 (osvos)."),
    ] = None,
    finding: FindingFlags,
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
    compute: ComputeFlags,
    flags: RunFlags,
) -> None:
    """Follow every object that is pointed out or detected, and write masks, tracks and an overlay."""
    from masklet.formats.davis import read_label_png
    from masklet.models import config_class
    from masklet.pipelines import Extras, TrackJob, run
    from masklet.pipelines.detectors import is_boxes, read_boxes
    from masklet.prompts import prompts_from_flags
    from masklet.training.settings import make

    config = make(config_class(tracker.model), assignments) if assignments else None
    settings = {**vars(tracker), "config": config, **vars(finding), "allow_gaps": allow_gaps, **vars(compute)}
    extras = Extras(overlay=not no_overlay, formats=tuple(output_format or ()))
    if people.wanted:
        refuse_beside_people(
            direction=direction, detect=detect, points=points, box=box, mask=mask, prompts=prompts, remove=remove
        )
        track_people(video, people, settings, out, extras=extras, flags=flags)
        return
    given = prompts_from_flags(
        points=points or (), boxes=box or (), masks=mask or (), file=prompts, read_label_map=read_label_png
    )
    classes = tuple(name.strip() for name in detect.split(",") if name.strip())
    if not classes and is_boxes(finding.detector):
        classes = read_boxes(Path(finding.detector)).classes
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
        threshold=threshold,
        detect_every=every,
        direction=direction,
        **settings,
    )
    display = Display(quiet=flags.quiet)
    record = run(
        job,
        out,
        extras=extras,
        **flags.folder,
        progress=display.items,
        learning=display.learning,
    )
    flags.tell(record, lambda: summary(record, out))


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
