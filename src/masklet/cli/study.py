"""masklet study: train a recipe again and again, one setting at a time changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import Json, Quiet, print_json


def study(
    recipe: Annotated[str, Argument(help="A shipped recipe, or the path of a .py file.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for the runs; what is finished there is kept.")],
    vary: Annotated[
        list[str],
        Option(metavar="NAME=A,B,C", help="A setting and its values in turn; sums-of:A,B are A, B and A+B."),
    ],
    figure: Annotated[str, Option(help="Figure of the recipe's validation to compare.")],
    assignments: Annotated[
        list[str] | None, Option("--set", metavar="NAME=VALUE", help="A setting of all runs.")
    ] = None,
    seeds: Annotated[
        str, Option(metavar="N,N,...", help="Train every value once with each seed; mean and spread are told.")
    ] = "",
    plot: Annotated[bool, Option(help="Draw the curves (needs matplotlib).")] = True,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare values of a recipe's settings: a run each, a table, a plot for each setting."""
    from masklet.render.plots import require_plots
    from masklet.training.progress import Lines, Silent
    from masklet.training.study import Family, plot_study, run_study, summarised

    families = [Family.parse(text) for text in vary]
    chosen = _numbers(seeds)
    if plot:
        require_plots()
    progress = Silent() if quiet else Lines()
    curves = run_study(recipe, families, assignments or (), out, figure=figure, seeds=chosen, progress=progress)
    wanted = sum(len(family.values) for family in families) * max(len(chosen), 1)
    if plot and curves:
        plot_study(curves, out, figure=figure)
    last = [
        {
            "setting": curve.setting,
            "value": curve.value,
            **({} if curve.seed is None else {"seed": curve.seed}),
            "step": curve.validations.steps_V[-1],
            **{name: numbers[-1] for name, numbers in curve.validations.figures.items()},
        }
        for curve in curves
    ]
    if as_json:
        print_json(last)
    elif not quiet and chosen:
        for each in summarised(curves):
            told = f"{figure} {each.mean[figure]:.4f} +- {each.spread[figure]:.4f} ({each.runs} runs)"
            print(f"{each.setting}={each.value}: {told}")
    elif not quiet:
        for row in last:
            print(f"{row['setting']}={row['value']}: {figure} {row[figure]:.4f} after step {row['step']}")
    if len(curves) < wanted:
        raise typer.Exit(130)


def _numbers(text: str) -> list[int]:
    """Return whole numbers with commas between; raise BadParameter for anything else."""
    try:
        numbers = [int(part) for part in text.split(",")] if text.strip() else []
    except ValueError:
        raise typer.BadParameter(f"Expected seeds such as 0,1,2, got {text!r}.", param_hint="--seeds") from None
    if len(set(numbers)) < len(numbers) or any(number < 0 for number in numbers):
        raise typer.BadParameter(f"Expected different seeds from 0 on, got {text!r}.", param_hint="--seeds")
    return numbers
