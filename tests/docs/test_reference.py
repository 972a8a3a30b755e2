"""The reference pages name what is there, and all of it."""

import re
from importlib import import_module
from pathlib import Path

import typer

from masklet.cli.app import app

DOCS = Path(__file__).resolve().parents[2] / "docs"


def rows(page: str) -> list[list[str]]:
    """The cells of every table row of a page that begins with code."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `masklet")
    ]


def test_every_name_of_the_python_page_is_there():
    for module, names in [row for row in rows("api.md") if "(" not in row[0]]:
        found = import_module(module.strip("`"))
        missing = [name for name in re.findall(r"`(\w+)`", names) if not hasattr(found, name)]
        assert not missing, f"{module} has no {', '.join(missing)}"


def test_the_doors_are_there():
    doors = [re.fullmatch(r"`masklet\.(\w+)\(.*\)`", row[0]) for row in rows("api.md") if "(" in row[0]]
    assert doors
    for door in doors:
        assert callable(getattr(import_module("masklet"), door[1]))


def test_the_command_page_lists_all_commands():
    listed = {row[0].strip("`").split()[1] for row in rows("cli.md")}
    assert listed == set(typer.main.get_command(app).commands)
