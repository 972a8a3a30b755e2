"""All commands, one line each."""

import typer

from masklet.cli.bench import bench
from masklet.cli.carry import carry
from masklet.cli.clip import clip
from masklet.cli.compare import compare
from masklet.cli.convert import convert
from masklet.cli.demo import demo
from masklet.cli.detect import detect
from masklet.cli.doctor import doctor
from masklet.cli.evaluate import app as evaluate
from masklet.cli.gaze import gaze
from masklet.cli.label import label
from masklet.cli.models import models
from masklet.cli.person_masks import person_masks
from masklet.cli.probe import probe
from masklet.cli.render import render
from masklet.cli.render_labels import render_labels
from masklet.cli.search import search
from masklet.cli.segment import segment
from masklet.cli.semantic import semantic
from masklet.cli.study import study
from masklet.cli.track import track
from masklet.cli.train import train
from masklet.cli.weights import weights

app = typer.Typer(
    name="masklet",
    help="Follow every object of a video with masks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(bench)
app.command()(carry)
app.command()(clip)
app.command()(compare)
app.command()(convert)
app.command()(demo)
app.command()(detect)
app.command()(doctor)
app.add_typer(evaluate, name="evaluate", help="Compare results with the truth.")
app.command()(gaze)
app.command()(label)
app.command()(models)
app.command("person-masks")(person_masks)
app.command()(probe)
app.command()(render)
app.command("render-labels")(render_labels)
app.command()(search)
app.command()(segment)
app.command()(semantic)
app.command()(track)
app.command()(study)
app.command()(train)
app.add_typer(weights, name="weights")
