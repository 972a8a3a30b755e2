"""masklet train: let a network learn by a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import Json, Overwrite, Quiet, print_json


def train(
    recipe: Annotated[str, Argument(help="A shipped recipe, or the path of a .py file.")] = "",
    out: Annotated[Path | None, Option("--out", "-o", help="Folder for the run.")] = None,
    assignments: Annotated[
        list[str] | None, Option("--set", metavar="NAME=VALUE", help="A setting, as --show names it.")
    ] = None,
    list_recipes: Annotated[bool, Option("--list", help="Name the shipped recipes.")] = False,
    show: Annotated[bool, Option("--show", help="Print the recipe's settings.")] = False,
    resume: Annotated[bool, Option("--resume", help="Go on with a run that was stopped.")] = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train a network by a recipe: checkpoints, losses and figures go into a folder."""
    from masklet.training.progress import Lines, Silent
    from masklet.training.recipe import describe, load_recipe, report, run_recipe, shipped_recipes, summary

    if list_recipes:
        _print_recipes(shipped_recipes(), as_json=as_json)
        return
    if not recipe:
        raise typer.BadParameter("Expected a recipe; `masklet train --list` names them.")
    if show:
        _print_settings(describe(load_recipe(recipe)), as_json=as_json)
        return
    if out is None:
        raise typer.BadParameter("Expected a folder for the run.", param_hint="--out")
    if resume and overwrite:
        raise typer.BadParameter("Expected --resume or --overwrite, got both.")
    progress = Silent() if quiet else Lines()
    result = run_recipe(recipe, assignments or (), out, resume=resume, overwrite=overwrite, progress=progress)
    if as_json:
        print_json(report(result, out))
    elif not quiet:
        print(summary(result, out))
    if result.ended == "stopped":
        raise typer.Exit(130)


def _print_recipes(recipes: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json(recipes)
        return
    for name, about in recipes.items():
        print(f"{name}: {about}")


def _print_settings(settings: list[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        print_json(settings)
        return
    for setting in settings:
        print(f"{setting['name']}={setting['default']}  ({setting['kind']}) {setting['help']}")
