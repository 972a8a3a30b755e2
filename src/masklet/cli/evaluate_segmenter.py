"""masklet evaluate segmenter: boxes or clicks to masks, on Penn-Fudan's pedestrians."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from typer import Argument, Option

from masklet.cli.console import Json, OwnWeights, Precision, Quiet, Threads, print_json, with_progress
from masklet.core import defaults


def segmenter(
    root: Annotated[Path, Argument(help="Folder PennFudanPed with PNGImages, PedMasks and Annotation.")],
    prompt: Annotated[Literal["box", "point"], Option(help="What each person is prompted by.")] = "box",
    model: Annotated[str, Option(help="Segmenter, a name from `masklet models`.")] = defaults.SEGMENTER,
    weights: OwnWeights = None,
    threads: Threads = None,
    precision: Precision = "auto",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Turn the box of every person, or one click on it, into a mask and compare with the truth: mean IoU."""
    from masklet.datasets.penn_fudan import PennFudan
    from masklet.evaluation.segmenter import evaluate_segmenter
    from masklet.models import load_segmenter

    pictures = PennFudan(root)
    network = load_segmenter(model, weights=weights, threads=threads, precision=precision)
    shown = with_progress(pictures, total=len(pictures), what="pictures", quiet=quiet)
    report = evaluate_segmenter(shown, network, prompt=prompt).to_json()
    if as_json:
        print_json(report)
    elif not quiet:
        typer.echo(
            f"{report['objects']} people in {report['images']} pictures, {prompt} to mask: "
            f"mean IoU {report['IoU-Mean']:.4f}, median {report['IoU-Median']:.4f}, "
            f"{report['ms_per_object']:.0f} ms each"
        )
