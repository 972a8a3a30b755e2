"""masklet evaluate person, masklet evaluate surveillance: is the mask on the person, and on nobody else?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from masklet.cli.console import (
    Json,
    Overwrite,
    Quiet,
    Threads,
    TrackerName,
    TrackerWeights,
    print_json,
    with_progress,
)
from masklet.cli.tables import percent, print_table
from masklet.core import defaults


def person(
    runs: Annotated[list[Path], Argument(help="Runs of one person each, or folders of such runs.")],
    truth: Annotated[Path, Option(help="gt.txt, or a sequence with gt/gt.txt.")],
    person: Annotated[int | None, Option(help="Whom of the truth; default: whom the run followed.")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare runs of one person with the boxes of everybody: box IoU, and area on other people."""
    from masklet.evaluation.one_person import evaluate_persons

    report = evaluate_persons(runs, truth, person_id=person).to_json()
    if as_json:
        print_json(report)
    elif not quiet:
        print_report(report)


def surveillance(
    sequence: Annotated[
        Path, Argument(help="Video, gt/gt.txt, trajectories_world.txt and H_image_to_world.txt in a folder.")
    ],
    out: Annotated[Path, Option("--out", "-o", help="Folder for the runs.")],
    model: TrackerName = defaults.TRACKER,
    weights: TrackerWeights = None,
    several: Annotated[
        Path | None, Option(help="Weights of a parent of several persons (osvos), for two more ways.")
    ] = None,
    assignments: Annotated[
        list[str] | None, Option("--set", metavar="NAME=VALUE", help="A setting of the tracker.")
    ] = None,
    person: Annotated[list[int] | None, Option(help="Whom (may be repeated); default: see --people.")] = None,
    people: Annotated[int, Option(min=1, help="So many of the lowest ids with enough frames.")] = 5,
    least: Annotated[int, Option(min=1, help="Annotated frames that are enough.")] = 100,
    example_count: Annotated[
        int | None, Option(min=1, help="Masks of each person to make; default: as `masklet track` does.")
    ] = None,
    way: Annotated[
        list[str] | None,
        Option(
            help="plain, others, several, checked, all (may be repeated); default: all that there are weights for."
        ),
    ] = None,
    threads: Threads = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Follow people by their trajectories, in ways that know more and more of the others, and measure each."""
    from masklet.experiments.surveillance import SurveillanceTrial, compare_ways
    from masklet.models import config_class
    from masklet.training.settings import make

    trial = SurveillanceTrial(
        sequence=sequence,
        model=model,
        weights=weights,
        several=several,
        config=make(config_class(model), assignments) if assignments else None,
        people=tuple(person or ()),
        count=people,
        least_frames=least,
        examples=example_count,
        ways=tuple(way or ()),
        threads=threads,
    )

    watch = partial(with_progress, what="runs", quiet=quiet)
    reports = compare_ways(trial, out, overwrite=overwrite, watch=watch)
    if as_json:
        print_json(reports)
    elif not quiet:
        for name, report in reports.items():
            print(name)
            print_report(report)


def print_report(report: Mapping[str, Any]) -> None:
    """Print the runs of a report as a table, their mean below."""
    rows = [[name, str(run["frames"]), str(run["visible"]), *_shares(run)] for name, run in report["runs"].items()]
    columns = ["shares in %", "frames", "visible", "found", "box IoU", "area on others"]
    print_table(columns, [*rows, ["mean", "", "", *_shares(report["mean"])]], last_apart=True)


def _shares(figures: Mapping[str, Any]) -> list[str]:
    return [percent(figures[name]) for name in ("found", "box_iou", "area_on_others")]
