"""python -m masklet.training RECIPE -o OUT --set NAME=VALUE: `masklet train` for a machine with torch alone."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from masklet.core.errors import MaskletError
from masklet.training.progress import Lines, Silent
from masklet.training.recipe import describe, load_recipe, report, run_recipe, shipped_recipes, summary


def main(arguments: list[str] | None = None) -> int:
    """Run; return 0 done, 1 failed with one line on stderr, 130 stopped with a checkpoint."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        if given.list:
            for name, about in shipped_recipes().items():
                print(f"{name}: {about}")
            return 0
        if given.recipe is None:
            parser.error("expected a recipe (--list names them)")
        if given.show:
            for setting in describe(load_recipe(given.recipe)):
                print("{name}={default}  ({kind}) {help}".format(**setting))
            return 0
        if given.out is None:
            parser.error("expected a folder for the run, -o OUT")
        if given.resume and given.overwrite:
            parser.error("expected --resume or --overwrite, got both")
        return _train(given)
    except MaskletError as error:
        print(f"masklet: {error}", file=sys.stderr)
        return 1


def _train(given: argparse.Namespace) -> int:
    result = run_recipe(
        given.recipe,
        given.set,
        given.out,
        resume=given.resume,
        overwrite=given.overwrite,
        progress=Silent() if given.quiet else Lines(),
    )
    if given.json:
        print(json.dumps(report(result, given.out), indent=1))
    elif not given.quiet:
        print(summary(result, given.out))
    return 130 if result.ended == "stopped" else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m masklet.training", description="Train a network by a recipe.")
    parser.add_argument("recipe", nargs="?", help="a shipped recipe, or the path of a .py file")
    parser.add_argument("-o", "--out", type=Path, help="folder for the run")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting, as --show names"
    )
    parser.add_argument("--list", action="store_true", help="name the shipped recipes")
    parser.add_argument("--show", action="store_true", help="print the recipe's settings")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    parser.add_argument("--overwrite", action="store_true", help="replace the run that is there")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")
    parser.add_argument("--json", action="store_true", help="print how it ended as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
