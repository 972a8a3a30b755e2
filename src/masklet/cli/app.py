"""All commands, one line each."""

import typer

app = typer.Typer(
    name="masklet",
    help="Follow every object of a video with masks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
