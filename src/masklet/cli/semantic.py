"""masklet semantic: a class for every pixel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from masklet.cli.console import (
    AllowGaps,
    Json,
    Overwrite,
    OwnWeights,
    Precision,
    Quiet,
    Threads,
    print_json,
    with_progress,
)
from masklet.cli.label_options import (
    USUAL_OVERLAP,
    USUAL_SCALES,
    Mirror,
    Overlap,
    Scales,
    SemanticName,
    Window,
    label_space_of,
    looks_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from masklet.core.values import Frame


def semantic(
    source: Annotated[str, Argument(help="Video file, folder of frames, picture, or address of a camera.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for the run.")],
    model: SemanticName,
    weights: OwnWeights = None,
    stills: Annotated[bool, Option("--stills", help="The pictures of a folder belong to no video.")] = False,
    every: Annotated[int, Option(min=1, help="Label every n-th frame.")] = 1,
    to: Annotated[
        str, Option(help="Label space to bring labels to: a name or a JSON. [default: the model's]")
    ] = "",
    scales: Scales = USUAL_SCALES,
    mirror: Mirror = False,
    window: Window = "",
    overlap: Overlap = USUAL_OVERLAP,
    allow_gaps: AllowGaps = False,
    threads: Threads = None,
    precision: Precision = "auto",
    resume: Annotated[bool, Option("--resume", help="Go on with a run that was stopped.")] = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Give every pixel a class: label PNGs, an overlay and a sheet."""
    from masklet.pipelines.pixel_labels import SemanticJob, label_pixels

    if resume and overwrite:
        raise typer.BadParameter("Expected --resume or --overwrite, got both.")
    job = SemanticJob(
        source=source,
        model=model,
        weights=weights,
        stills=stills,
        every=every,
        looks=looks_of(scales, mirror, window, overlap),
        label_space=label_space_of(to),
        allow_gaps=allow_gaps,
        threads=threads,
        precision=precision,
    )

    def progress(frames: Iterable[Frame], *, total: int | None) -> Iterable[Frame]:
        return with_progress(frames, total=total, quiet=quiet)

    record = label_pixels(job, out, overwrite=overwrite, resume=resume, progress=progress)
    if as_json:
        print_json(record)
    elif not quiet:
        print(summary(record, out))


def summary(record: dict[str, Any], out: Path) -> str:
    """Return one line about a finished run."""
    largest = ", ".join(f"{name} {100 * share:.1f} %" for name, share in list(record["shares"].items())[:3])
    rate = record["frames_per_second"]
    speed = f", {rate} frames/s" if rate else ""
    return f"{record['frames']} frames{speed}: {largest} -> {out}"
