"""masklet person-masks: masks of one person from annotated positions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import AllowGaps, Json, Overwrite, Quiet, print_json
from masklet.cli.option_groups import ComputeFlags, FindingFlags, takes_groups
from masklet.cli.scene_options import MakingFlags, SceneFlags


@takes_groups
def person_masks(
    *,
    video: Annotated[str, Argument(help="Video file or folder of pictures.")],
    trajectories: Annotated[Path, Option(help="Text of trajectories: frame person x y, or obsmat.txt.")],
    person: Annotated[int, Option(help="Whose masks, an id of the trajectories.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for pictures, masks and the sheet.")],
    scene: SceneFlags,
    making: MakingFlags,
    examples: Annotated[int, Option(min=0, help="Masks to make, spread over the person's time; 0: all.")] = 0,
    every: Annotated[int | None, Option(min=1, help="Look at every so manieth annotated frame.")] = None,
    threshold: Annotated[float, Option(min=0, max=1, help="Least score of a detection.")] = 0.4,
    overlap: Annotated[
        float, Option(min=0, max=1, help="Largest share of the person's box inside another one.")
    ] = 0.5,
    finding: FindingFlags,
    allow_gaps: AllowGaps = False,
    compute: ComputeFlags,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make masks of one person where trajectories say it is: what `masklet track --examples` begins with."""
    from masklet.pipelines.person_masks.job import PersonMaskJob, run

    job = PersonMaskJob(
        source=video,
        scene=scene.files(trajectories),
        person_id=person,
        config=making.config(threshold=threshold, most_overlap=overlap, examples=examples or None, every=every),
        **vars(finding),
        allow_gaps=allow_gaps,
        **vars(compute),
    )
    report = run(job, out, overwrite=overwrite)
    if as_json:
        print_json(report)
    elif not quiet:
        typer.echo(report["about"])
        typer.echo(", ".join(f"{count} {reason}" for reason, count in report["counts"].items()) + f" -> {out}")
