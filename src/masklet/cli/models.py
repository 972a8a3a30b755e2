"""masklet models: the networks there are."""

from __future__ import annotations

from typing import Any

import typer

from masklet.cli.console import Json, print_json


def models(as_json: Json = False) -> None:
    """List all networks: what they can do, their weights, licence and size, and whether those are here."""
    from masklet.models import MODELS
    from masklet.weights import find_weight, state_of

    rows: list[dict[str, Any]] = []
    for name, entry in MODELS.items():
        weight = find_weight(entry.weights)
        states = {state_of(weight, file) for file in weight.files}
        rows.append(
            {
                "name": name,
                "capability": entry.capability,
                "about": entry.about,
                "weights": weight.name,
                "licence": weight.licence,
                "bytes": weight.size,
                "shipped": weight.shipped,
                "cached": states == {"ok"},
            }
        )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        here = ("shipped" if row["shipped"] else "cached") if row["cached"] else "-"
        typer.echo(
            f"{row['name']:18} {row['capability']:10} {row['weights']:20} {row['bytes'] / 1e6:6.1f} MB  "
            f"{row['licence']:11} {here:7} {row['about']}"
        )
