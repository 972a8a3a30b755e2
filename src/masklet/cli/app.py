"""All commands, one line each."""

import typer

from masklet.cli.clip import clip
from masklet.cli.convert import convert
from masklet.cli.demo import demo
from masklet.cli.doctor import doctor
from masklet.cli.probe import probe
from masklet.cli.render import render
from masklet.cli.track import track

app = typer.Typer(
    name="masklet",
    help="Follow every object of a video with masks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(clip)
app.command()(convert)
app.command()(demo)
app.command()(doctor)
app.command()(probe)
app.command()(render)
app.command()(track)
