"""masklet evaluate: compare results with the truth, one command for each benchmark."""

import typer

from masklet.cli.evaluate_davis import davis
from masklet.cli.evaluate_mot import mot
from masklet.cli.evaluate_osvos import osvos
from masklet.cli.evaluate_pedestrians import pedestrians
from masklet.cli.evaluate_person import person, surveillance
from masklet.cli.evaluate_segmenter import segmenter
from masklet.cli.evaluate_semantic import consistency, semantic
from masklet.cli.evaluate_trackers import trackers
from masklet.cli.evaluate_youtube_vos import youtube_vos

app = typer.Typer(no_args_is_help=True)

app.command()(consistency)
app.command()(davis)
app.command()(mot)
app.command()(osvos)
app.command()(pedestrians)
app.command()(person)
app.command()(segmenter)
app.command()(semantic)
app.command()(surveillance)
app.command()(trackers)
app.command()(youtube_vos)
