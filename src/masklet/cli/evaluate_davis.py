"""masklet evaluate davis: J and F of masks by the rules of DAVIS."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Option

from masklet.cli.console import Json, Overwrite, Quiet, print_json, with_progress
from masklet.cli.tables import percent, print_table

if TYPE_CHECKING:
    from masklet.evaluation import DavisReport

Jobs = Annotated[int | None, Option("--jobs", "-j", min=1, help="Videos compared at a time; default: all cores.")]


def davis(
    root: Annotated[Path, Argument(help="Folder of DAVIS: ImageSets, Annotations.")],
    results: Annotated[Path, Argument(help="Folder with SEQUENCE/00000.png for every sequence.")],
    split: Annotated[str, Option(help="Name of the list in ImageSets.")] = "val",
    year: Annotated[
        Literal["2016", "2017"], Option(help="2016: one object, 255; 2017: objects 1, 2, ...")
    ] = "2017",
    resolution: Annotated[
        str | None, Option(help="Folder in Annotations; default: 480p, or the only one.")
    ] = None,
    sequence: Annotated[list[str] | None, Option(help="Only this sequence (may be repeated).")] = None,
    official_decay: Annotated[
        bool, Option("--official-decay", help="Decay with the overflow of the benchmark's code above 256 frames.")
    ] = False,
    plots: Annotated[Path | None, Option(help="Folder for a plot of J over time of every sequence.")] = None,
    jobs: Jobs = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare masks with DAVIS: J and F of every object, mean, recall and decay."""
    from masklet.evaluation import evaluate_davis
    from masklet.render.plots import require_plots

    if plots:
        require_plots()
    with _new_folder(plots, overwrite=overwrite) as folder:
        report = evaluate_davis(
            root,
            results,
            year=2016 if year == "2016" else 2017,
            split=split,
            resolution=resolution,
            sequences=sequence,
            official_decay=official_decay,
            jobs=jobs or os.cpu_count() or 1,
            watch=partial(with_progress, what="sequences", quiet=quiet),
        )
        if folder:
            _plot(report, folder)
    if as_json:
        print_json(report.to_json())
    elif not quiet:
        _print(report)


def _new_folder(path: Path | None, *, overwrite: bool) -> AbstractContextManager[Path | None]:
    from masklet.formats.output import whole

    return nullcontext() if path is None else whole(path, overwrite=overwrite, suffixes=[".png"])


def _plot(report: DavisReport, folder: Path) -> None:
    from masklet.render.plots import plot_curves

    folder.mkdir()
    for sequence in report.sequences:
        plot_curves(
            {item.object_id: item.j_T for item in sequence.objects},
            folder / f"{sequence.name}.png",
            title=sequence.name,
            frame_names=sequence.frame_names,
        )


def _print(report: DavisReport) -> None:
    rows = []
    for sequence in report.sequences:
        for item in sequence.objects:
            name = sequence.name if report.year == 2016 else f"{sequence.name}_{item.object_id}"
            figures = [(item.j.mean + item.f.mean) / 2]
            figures += [value for part in (item.j, item.f) for value in (part.mean, part.recall, part.decay)]
            rows.append([name, *map(percent, figures)])
    overall = report.overall
    rows.append(["all", *map(percent, overall.values())])
    print_table(["%", *overall], rows, last_apart=True)
