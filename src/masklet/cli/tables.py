"""Reports as tables of text."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from math import isnan


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, last_apart: bool = False) -> None:
    """Print a table to stdout: a column of names, the others numbers; `last_apart` sets off a total."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for position, column in enumerate(columns):
        table.add_column(column, justify="right" if position else "left", no_wrap=True)
    listed = list(rows)
    for position, row in enumerate(listed):
        table.add_row(*row, end_section=last_apart and position == len(listed) - 2)
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200).print(table)


def percent(share: float | None) -> str:
    """Return a share as percent with one digit, a dash for what is not known."""
    return "-" if share is None or isnan(share) else f"{100 * share:z.1f}"
