"""masklet gaze: what the wearer of an eye tracker looks at."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer import Argument, Option

from masklet.cli.console import AllowGaps, OwnWeights, with_progress
from masklet.cli.label_options import Classes, label_space_of
from masklet.cli.option_groups import ComputeFlags, RunFlags, takes_groups


@takes_groups
def gaze(
    *,
    video: Annotated[str, Argument(help="Video of the scene camera, or folder of its pictures.")],
    recording: Annotated[
        Path, Argument(metavar="GAZE", help="Gaze: an export of Pupil Core, Invisible or Neon, or a table.")
    ],
    out: Annotated[Path, Option("--out", "-o", help="Folder for tables and pictures.")],
    masks: Annotated[
        Path | None, Option(help="Masks of the video's objects, in any format, or a run's folder.")
    ] = None,
    name: Annotated[
        list[str] | None, Option(metavar="OBJECT=NAME", help="What an object of the masks is called: 3=cup.")
    ] = None,
    labels: Annotated[Path | None, Option(help="Folder of label PNGs, whose values are classes.")] = None,
    classes: Classes = "",
    model: Annotated[
        str | None, Option(help="Network that labels the frames, a name from `masklet models`.")
    ] = None,
    weights: OwnWeights = None,
    radius: Annotated[
        str, Option(help="How far off the tracker may be: 30 (pixels), 1.5deg, 2% of the width.")
    ] = "2%",
    field_of_view: Annotated[
        float | None, Option(min=1, max=179, help="Degrees across the picture, where degrees are to be pixels.")
    ] = None,
    gaze_size: Annotated[
        str | None, Option(metavar="WxH", help="Size of the pictures that the recording's pixels are of.")
    ] = None,
    offset: Annotated[float, Option(help="Seconds added to the times of samples.")] = 0.0,
    first_frame: Annotated[
        int | None, Option(min=0, help="What the recording calls the first frame of the video.")
    ] = None,
    rule: Annotated[
        Literal["nearest", "interval"], Option("--to", help="Samples go to the nearest frame, or the one shown.")
    ] = "nearest",
    reach: Annotated[int, Option(min=0, help="Frames that a label map also stands for, before and after it.")] = 0,
    confidence: Annotated[float, Option(min=0, max=1, help="Least confidence of a sample.")] = 0.6,
    fixations: Annotated[
        Literal["auto", "given", "detected", "samples"],
        Option(help="Those of the recording, detected ones, or each sample; auto: the first that can be."),
    ] = "auto",
    dispersion: Annotated[str, Option(help="How far a detected fixation spreads at most, as --radius.")] = "2%",
    duration: Annotated[float, Option(min=0, help="Seconds that a detected fixation lasts at least.")] = 0.1,
    decide: Annotated[
        Literal["pixel", "disk"], Option(help="Look at what has the very pixel, or the most of the disk.")
    ] = "pixel",
    no_overlay: Annotated[bool, Option("--no-overlay", help="Make no overlay.mp4 and sheet.png.")] = False,
    allow_gaps: AllowGaps = False,
    compute: ComputeFlags,
    flags: RunFlags,
) -> None:
    """Say what the wearer of an eye tracker looks at: samples and fixations, by masks, classes or both."""
    from masklet.pipelines.gaze.job import run
    from masklet.pipelines.gaze.settings import GazeJob
    from masklet.prompts.length import parse_length

    job = GazeJob(
        source=video,
        gaze=recording,
        masks=masks,
        names=names_of(name or []),
        labels=labels,
        classes=label_space_of(classes),
        model=model,
        weights=weights,
        radius=parse_length(radius),
        field_of_view=field_of_view,
        gaze_size=None if gaze_size is None else size_of(gaze_size),
        offset=offset,
        first_frame=first_frame,
        rule=rule,
        reach=reach,
        least_confidence=confidence,
        fixations=fixations,
        dispersion=parse_length(dispersion),
        duration=duration,
        decide=decide,
        allow_gaps=allow_gaps,
        **vars(compute),
    )

    record = run(
        job, out, overlay=not no_overlay, **flags.folder, progress=partial(with_progress, quiet=flags.quiet)
    )
    flags.tell(record, lambda: summary(record, out))


def names_of(flags: list[str]) -> dict[int, str]:
    """Return names by object id of OBJECT=NAME flags; raise BadParameter for anything else.

    >>> names_of(["3=cup"])
    {3: 'cup'}
    """
    names: dict[int, str] = {}
    for text in flags:
        object_id, _, name = text.partition("=")
        if not object_id.strip().isdecimal() or not name.strip():
            raise typer.BadParameter(f"Expected OBJECT=NAME as 3=cup, got {text!r}.", param_hint="--name")
        names[int(object_id)] = name.strip()
    return names


def size_of(text: str) -> tuple[int, int]:
    """Return height and width of WxH; raise BadParameter for anything else.

    >>> size_of("1088x1080")
    (1080, 1088)
    """
    match = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", text.strip().lower())
    if not match:
        raise typer.BadParameter(f"Expected WIDTHxHEIGHT as 1088x1080, got {text!r}.", param_hint="--gaze-size")
    return int(match[2]), int(match[1])


def summary(record: dict[str, Any], out: Path) -> str:
    """Return lines: samples and why some are left out, fixations, what was looked at longest."""
    left_out = ", ".join(f"{count} {reason}" for reason, count in record["left_out"].items())
    rests = record["fixations"]
    lines = [
        f"{record['used']} of {record['samples']} samples" + (f"; left out: {left_out}" if left_out else ""),
        f"{rests['count']} fixations ({rests['kind']}), {record['visits']} visits, "
        f"{record['to_another_of_its_class']} of them to another of the same class",
    ]
    lines += [
        f"  {row['object']}: {row['seconds']:.2f} s ({100 * row['time_share']:.0f} %), {row['fixations']} "
        f"fixations, {row['visits']} visits"
        for row in record["objects"][:10]
    ]
    return "\n".join([*lines, f"-> {out}"])
