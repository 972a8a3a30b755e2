"""masklet search: train a recipe with settings drawn at random."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from typer import Argument, Option

from masklet.cli.console import Json, Quiet, print_json


def search(
    recipe: Annotated[str, Argument(help="A shipped recipe, or the path of a .py file.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for the runs; what is finished there is kept.")],
    draw: Annotated[
        list[str],
        Option(
            metavar="NAME=RANGE", help="A setting drawn from A..B, log:A..B or A|B|C; commas divide its parts."
        ),
    ],
    figure: Annotated[str, Option(help="Figure of the recipe's last validation to compare by.")],
    runs: Annotated[int, Option(min=1, help="Runs in all.")] = 16,
    best_is: Annotated[Literal["highest", "lowest"], Option(help="Which value of it is the best.")] = "highest",
    seed: Annotated[int, Option(min=0, help="Where the draws come from.")] = 0,
    assignments: Annotated[
        list[str] | None, Option("--set", metavar="NAME=VALUE", help="A setting of all runs.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Look for good settings of a recipe: a run for each draw, and a table, the best first."""
    from masklet.training.progress import Lines, Silent
    from masklet.training.search import Drawn, run_search

    found = run_search(
        recipe,
        [Drawn.parse(text) for text in draw],
        assignments or (),
        out,
        runs=runs,
        figure=figure,
        best_is=best_is,
        seed=seed,
        progress=Silent() if quiet else Lines(),
    )
    if as_json:
        print_json([{"run": run.number, **run.values, figure: run.last(figure)} for run in found])
    elif not quiet:
        for run in found:
            told = " ".join(f"{setting}={value}" for setting, value in run.values.items())
            print(f"{run.number:03d}: {figure} {run.last(figure):.4f}, {told}")
    if len(found) < runs:
        raise typer.Exit(130)
