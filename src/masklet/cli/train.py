"""masklet train: let a network learn by a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import print_json
from masklet.cli.option_groups import RunFlags, takes_groups


@takes_groups
def train(
    *,
    recipe: Annotated[str, Argument(help="A shipped recipe, or the path of a .py file.")] = "",
    out: Annotated[Path | None, Option("--out", "-o", help="Folder for the run.")] = None,
    assignments: Annotated[
        list[str] | None, Option("--set", metavar="NAME=VALUE", help="A setting, as --show names it.")
    ] = None,
    list_recipes: Annotated[bool, Option("--list", help="Name the shipped recipes.")] = False,
    show: Annotated[bool, Option("--show", help="Print the recipe's settings.")] = False,
    flags: RunFlags,
) -> None:
    """Train a network by a recipe: checkpoints, losses and figures go into a folder."""
    from masklet.training.progress import Lines, Silent
    from masklet.training.recipe import describe, load_recipe, report, run_recipe, shipped_recipes, summary

    if list_recipes:
        _print_recipes(shipped_recipes(), as_json=flags.as_json)
        return
    if not recipe:
        raise typer.BadParameter("Expected a recipe; `masklet train --list` names them.")
    if show:
        _print_settings(describe(load_recipe(recipe)), as_json=flags.as_json)
        return
    if out is None:
        raise typer.BadParameter("Expected a folder for the run.", param_hint="--out")
    progress = Silent() if flags.quiet else Lines()
    result = run_recipe(recipe, assignments or (), out, **flags.folder, progress=progress)
    if flags.as_json:
        print_json(report(result, out))
    elif not flags.quiet:
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
