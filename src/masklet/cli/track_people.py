"""What `masklet track --trajectories` and `--examples` do: a run for each person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from masklet.cli.console import print_json
from masklet.cli.display import Display
from masklet.cli.option_groups import RunFlags
from masklet.cli.scene_options import MakingFlags, SceneFlags

if TYPE_CHECKING:
    from masklet.pipelines import Extras
    from masklet.pipelines.surveillance import SurveillanceJob


@dataclass(frozen=True, kw_only=True)
class PeopleFlags:
    """Whom of trajectories to follow, and how."""

    trajectories: Annotated[
        Path | None, Option(help="Follow people of this text: frame person x y, or obsmat.txt.")
    ] = None
    person: Annotated[list[int] | None, Option(help="Whom of the trajectories (may be repeated).")] = None
    scene: SceneFlags
    examples: Annotated[
        Path | None, Option(help="Masks of the person, a folder of `masklet person-masks` or in that layout.")
    ] = None
    example_count: Annotated[
        int | None,
        Option(min=1, help="Masks of the person to make. [default: 12, for prompts at least one in 6 frames]"),
    ] = None
    making: MakingFlags
    no_check: Annotated[
        bool, Option("--no-check", help="Take masks as they are, wherever the person should be.")
    ] = False
    alone: Annotated[bool, Option("--alone", help="Do not follow the other people beside the person.")] = False

    @property
    def wanted(self) -> bool:
        """Whether people are to be followed at all; raise BadParameter for somebody of no trajectories."""
        wanted = self.trajectories is not None or self.examples is not None
        if self.person and not wanted:
            raise typer.BadParameter("Expected --trajectories or --examples with --person.")
        return wanted

    def job(self, video: str, settings: Mapping[str, Any]) -> SurveillanceJob:
        """Return what is to be done for each person; `settings` are of the networks."""
        from masklet.pipelines.person_check import CheckConfig
        from masklet.pipelines.surveillance import SurveillanceJob

        return SurveillanceJob(
            source=video,
            scene=None if self.trajectories is None else self.scene.files(self.trajectories),
            examples=self.examples,
            making=self.making.config(examples=self.example_count or 12),
            frames_per_example=6 if self.example_count is None else None,
            check=None if self.no_check else CheckConfig(),
            follow_others=not self.alone,
            **settings,
        )


def refuse_beside_people(*, direction: str, **flags: Any) -> None:
    """Raise BadParameter for flags that say otherwise what to follow, or where to go."""
    given = [f"--{name.replace('_', '-')}" for name, value in flags.items() if value]
    if given:
        raise typer.BadParameter(
            f"Expected --trajectories or --examples alone to say whom to follow, got {given[0]}."
        )
    if direction != "forward":
        raise typer.BadParameter("Expected no --direction with people: their whole time is walked.")


def track_people(
    video: str,
    people: PeopleFlags,
    settings: Mapping[str, Any],
    out: Path,
    *,
    extras: Extras,
    flags: RunFlags,
) -> None:
    """Follow one person into OUT, several into OUT/pID1 and so on, and say what came of it."""
    from masklet.cli.track import summary
    from masklet.pipelines.surveillance import follow_person

    job, persons = people.job(video, settings), people.person or []
    if job.scene is not None and not persons and job.examples is None:
        raise typer.BadParameter("Expected --person with --trajectories: whom to follow.")
    folders: dict[int | None, Path] = {None: out}
    if persons:
        folders = {number: out if len(persons) == 1 else out / f"pID{number}" for number in persons}
    display = Display(quiet=flags.quiet)
    records = {
        folder: follow_person(
            replace(job, person_id=number),
            folder,
            extras=extras,
            **flags.folder,
            progress=display.items,
            learning=display.learning,
        )
        for number, folder in folders.items()
    }
    if flags.as_json:
        listed = list(records.values())
        print_json(listed[0] if len(listed) == 1 else listed)
    elif not flags.quiet:
        for folder, record in records.items():
            more = record["settings"]["more"]
            typer.echo(f"{more['about']}; {len(more['kept'])} examples")
            typer.echo(summary(record, folder))
