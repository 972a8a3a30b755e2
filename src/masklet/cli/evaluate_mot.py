"""masklet evaluate mot: tracks of boxes by the rules of MOTChallenge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from masklet.cli.console import Json, Quiet, print_json
from masklet.cli.tables import percent, print_table


def mot(
    truth: Annotated[Path, Argument(help="gt.txt, a sequence with gt/gt.txt, or a folder of sequences.")],
    results: Annotated[Path, Argument(help="MOT text, a run's folder, or a folder with one for each sequence.")],
    iou: Annotated[float, Option(min=0.01, max=1, help="IoU from which boxes match.")] = 0.5,
    label: Annotated[list[str] | None, Option(help="Only results of this class (may be repeated).")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare tracks of boxes with the truth: MOTA, IDF1, MOTP, switches, fragmentations and counts."""
    from masklet.evaluation import evaluate_mot

    report = evaluate_mot(truth, results, threshold=iou, labels=label).to_json()
    if as_json:
        print_json(report)
    elif not quiet:
        scores = {**report["sequences"], "all": report["overall"]}
        rows = [[name, *(_said(value) for value in score.values())] for name, score in scores.items()]
        print_table(["shares in %", *report["overall"]], rows, last_apart=True)


def _said(value: float | int | None) -> str:
    return str(value) if isinstance(value, int) else percent(value)
