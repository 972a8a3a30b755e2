"""masklet evaluate segmenter: people in pictures to masks, by boxes, by clicks or by looking for everything."""

from __future__ import annotations

from collections.abc import Sized
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import Argument, Option

from masklet.cli.console import Json, OwnWeights, Precision, Quiet, Threads, print_json, with_progress
from masklet.core import defaults

if TYPE_CHECKING:
    from collections.abc import Iterable

    from masklet.datasets import PicturedPeople
    from masklet.evaluation.segmenter import Difference, SegmenterReport, Way
    from masklet.models import Segmenter

Prompted = Literal["box", "point", "everything"]


def segmenter(
    root: Annotated[Path, Argument(help="Folder of Penn-Fudan, OCHuman, Cityscapes, COCO or YOLO polygons.")],
    prompt: Annotated[
        Prompted, Option(help="What each person is prompted by; everything: by nothing, the mask that fits best.")
    ] = "box",
    model: Annotated[str, Option(help="Segmenter, a name from `masklet models`.")] = defaults.SEGMENTER,
    weights: OwnWeights = None,
    against: Annotated[
        str,
        Option(metavar="NAME[=FILE]", help="Another segmenter, or the same with other weights, to compare with."),
    ] = "",
    held_out_of: Annotated[
        list[Path] | None,
        Option(metavar="RUN", help="Only pictures that this training run left out; may be repeated."),
    ] = None,
    layout: Annotated[
        str | None,
        Option(help="penn-fudan, ochuman, cityscapes, coco or yolo-persons; recognised where none is named."),
    ] = None,
    threads: Threads = None,
    precision: Precision = "auto",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Turn people's boxes or clicks into masks and compare with the truth: mean IoU, and how much better it is."""
    from masklet.datasets.layouts import open_people
    from masklet.evaluation.segmenter import difference, evaluate_ways
    from masklet.models import load_segmenter

    pictures = open_people(root, layout)
    networks = {"model": load_segmenter(model, weights=weights, threads=threads, precision=precision)}
    if against:
        name, _, file = against.partition("=")
        own = Path(file) if file else None
        networks["against"] = load_segmenter(name, weights=own, threads=threads, precision=precision)
    total = len(pictures) if isinstance(pictures, Sized) and not held_out_of else None
    chosen = _left_out_of(held_out_of or (), pictures)
    shown = with_progress(chosen, total=total, what="pictures", quiet=quiet)
    reports = evaluate_ways(shown, {name: _way(network, prompt) for name, network in networks.items()})
    better = difference(reports["model"], reports["against"]) if against else None
    if as_json:
        compared = {} if better is None else {"against": reports["against"].to_json(), **better.to_json()}
        print_json({**reports["model"].to_json(), **compared})
    elif not quiet:
        typer.echo(_in_words(reports["model"], prompt))
        if better is not None:
            typer.echo(_compared_in_words(reports["against"], better, against))


def _left_out_of(runs: Iterable[Path], pictures: Iterable[PicturedPeople]) -> Iterable[PicturedPeople]:
    from masklet.training.held_out import left_out

    runs = tuple(runs)
    return (picture for picture in pictures if all(left_out(run, picture.name) for run in runs))


def _way(network: Segmenter, prompt: Prompted) -> Way:
    from masklet.evaluation.segmenter import by_prompts, unprompted
    from masklet.pipelines.everything import everything

    if prompt == "everything":
        return unprompted(lambda frame: everything(frame, network).masks.masks_NHW)
    return by_prompts(network, prompt)


def _in_words(report: SegmenterReport, prompt: Prompted) -> str:
    said = report.to_json()
    return (
        f"{said['objects']} people in {said['images']} pictures, {prompt} to mask: "
        f"mean IoU {said['IoU-Mean']:.4f}, median {said['IoU-Median']:.4f}, {said['ms_per_object']:.0f} ms each"
    )


def _compared_in_words(baseline: SegmenterReport, better: Difference, against: str) -> str:
    said = baseline.to_json()
    return (
        f"{against}: mean IoU {said['IoU-Mean']:.4f}, median {said['IoU-Median']:.4f}, "
        f"{said['ms_per_object']:.0f} ms each; difference {better.mean:+.4f} "
        f"(95 % from {better.low:+.4f} to {better.high:+.4f})"
    )
