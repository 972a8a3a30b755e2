"""What `masklet track --trajectories` and `--examples` do: a run for each person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from masklet.cli.console import print_json
from masklet.cli.display import Display

if TYPE_CHECKING:
    from masklet.pipelines import Extras
    from masklet.pipelines.surveillance import SurveillanceJob


def refuse_beside_people(**flags: Any) -> None:
    """Raise BadParameter for flags that say otherwise what to follow."""
    given = [f"--{name.replace('_', '-')}" for name, value in flags.items() if value]
    if given:
        raise typer.BadParameter(
            f"Expected --trajectories or --examples alone to say whom to follow, got {given[0]}."
        )


def track_people(
    job: SurveillanceJob,
    people: Sequence[int],
    out: Path,
    *,
    extras: Extras,
    overwrite: bool,
    resume: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Follow one person into OUT, several into OUT/pID1 and so on, and say what came of it."""
    from masklet.cli.track import summary
    from masklet.pipelines.surveillance import follow_person

    if job.scene is not None and not people and job.examples is None:
        raise typer.BadParameter("Expected --person with --trajectories: whom to follow.")
    folders: dict[int | None, Path] = {None: out}
    if people:
        folders = {number: out if len(people) == 1 else out / f"pID{number}" for number in people}
    display = Display(quiet=quiet)
    go = partial(
        follow_person,
        extras=extras,
        overwrite=overwrite,
        resume=resume,
        progress=display.items,
        learning=display.learning,
    )
    records = {folder: go(replace(job, person_id=number), folder) for number, folder in folders.items()}
    if as_json:
        listed = list(records.values())
        print_json(listed[0] if len(listed) == 1 else listed)
    elif not quiet:
        for folder, record in records.items():
            more = record["settings"]["more"]
            typer.echo(f"{more['about']}; {len(more['kept'])} examples")
            typer.echo(summary(record, folder))
