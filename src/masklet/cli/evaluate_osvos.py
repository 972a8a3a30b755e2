"""masklet evaluate osvos: how good OSVOS is by annotated frames, steps and makers of masks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import Json, OwnWeights, Quiet, print_json, with_progress
from masklet.cli.tables import percent, print_table
from masklet.core import defaults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from masklet.experiments.annotated import Measured


def osvos(
    root: Annotated[Path, Argument(help="Folder of DAVIS-2016: JPEGImages, Annotations, ImageSets.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for masks and figures; what is finished is kept.")],
    annotated: Annotated[str, Option(help="Numbers of annotated frames; 0 is the parent as it is.")] = "0,1",
    steps: Annotated[str, Option(help="Most steps of online training.")] = "400",
    makers: Annotated[str, Option(help="Who made the masks to learn from: hand, segmenter.")] = "hand",
    split: Annotated[str, Option(help="Name of the list in ImageSets.")] = "val",
    sequence: Annotated[list[str] | None, Option(help="Only this sequence (may be repeated).")] = None,
    weights: OwnWeights = None,
    segmenter: Annotated[str, Option(help="Segmenter, a name from `masklet models`.")] = defaults.SEGMENTER,
    assignments: Annotated[
        list[str] | None, Option("--set", metavar="NAME=VALUE", help="A setting of osvos: online.seconds=30.")
    ] = None,
    curves: Annotated[
        Path | None, Option(help="PNG for the losses of the first sequence, a line for each row.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Learn each sequence of DAVIS-2016 from some of its masks, segment it, and compare: a row for each way."""
    from masklet.datasets import Davis2016
    from masklet.experiments.annotated import MAKERS, evaluate_osvos, losses_of, rows_of
    from masklet.models import config_class
    from masklet.render.plots import plot_lines, require_plots
    from masklet.training.settings import make

    if curves:
        require_plots()
    chosen = [maker for maker in MAKERS if maker in makers.split(",")]
    if len(chosen) != len(makers.split(",")):
        raise typer.BadParameter(f"Expected makers among {', '.join(MAKERS)}, got {makers}.")
    rows = rows_of(_numbers(annotated, "--annotated"), _numbers(steps, "--steps"), chosen)
    config = make(config_class("osvos"), assignments or ())
    measured = evaluate_osvos(
        root,
        out,
        rows,
        split=split,
        sequences=sequence,
        weights=weights,
        config=config,
        segmenter=segmenter,
        watch=partial(with_progress, what="sequences", quiet=quiet),
    )
    if curves:
        first = (sequence or Davis2016(root, split).names())[0]
        lines = {row.name: losses_of(out, row, first) for row in rows if row.annotated}
        drawn = {name: line for name, line in lines.items() if line[0]}
        plot_lines(drawn, curves, title=f"Online training on {first}", across="step", measure="loss")
    if as_json:
        print_json([each.to_json() for each in measured])
    elif not quiet:
        _print(measured)


def _numbers(text: str, flag: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise typer.BadParameter(f"Expected whole numbers with commas between, got {text!r}.", param_hint=flag)
    return [int(part) for part in parts]


def _print(measured: Sequence[Measured]) -> None:
    columns = ["row", "J&F %", "J %", "F %", "steps", "seconds", "most", "ms/frame"]
    print_table(
        columns,
        [
            [
                each.row.name,
                percent(each.j_and_f),
                percent(each.j),
                percent(each.f),
                f"{each.steps_taken:.0f}",
                f"{each.learning_seconds:.1f}",
                f"{each.most_seconds:.1f}",
                f"{each.frame_ms:.0f}",
            ]
            for each in measured
        ],
    )
