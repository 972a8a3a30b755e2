"""masklet bench: how fast a tracker is on this machine, and how much memory it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import Json, Precision, Threads, print_json


def bench(
    model: Annotated[str, Argument(help="Tracker, a name from `masklet models`.")] = "label-propagation",
    size: Annotated[str, Option(help="HEIGHTxWIDTH of the frames.")] = "480x864",
    objects: Annotated[str, Option(help="Numbers of objects.")] = "1,5,10",
    frames: Annotated[str, Option(help="Numbers of frames after which a row is taken.")] = "200",
    threads: Threads = None,
    precision: Precision = "auto",
    out: Annotated[Path | None, Option("--out", "-o", help="CSV file for the rows.")] = None,
    as_json: Json = False,
) -> None:
    """Measure step time, frames/s and resident memory against frames and objects, on a made-up scene."""
    from dataclasses import asdict

    from masklet.evaluation.speed import measure_tracker

    height, width = numbers_of(size, "x", "--size", count=2)
    rows = measure_tracker(
        model,
        size_HW=(height, width),
        objects=numbers_of(objects, ",", "--objects"),
        frames=numbers_of(frames, ",", "--frames"),
        threads=threads,
        precision=precision,
    )
    table = [asdict(row) for row in rows]
    if out is not None:
        write_csv(out, table)
    if as_json:
        print_json(table)
    else:
        for row in rows:
            typer.echo(
                f"{row.model} {row.height}x{row.width}, {row.objects} objects, frame {row.frames}: "
                f"{row.step_ms} ms a step, {row.frames_per_second} frames/s, {row.resident_mb} MB resident"
            )


def numbers_of(text: str, separator: str, flag: str, *, count: int | None = None) -> list[int]:
    """Return the positive whole numbers of a flag."""
    words = text.split(separator)
    if not all(word.strip().isdecimal() and int(word) > 0 for word in words) or count not in (None, len(words)):
        raise typer.BadParameter(
            f"Expected whole numbers with {separator!r} between them, got {text!r}.", param_hint=flag
        )
    return [int(word) for word in words]


def write_csv(path: Path, table: list[dict[str, object]]) -> None:
    """Write rows with a header, whole or not at all."""
    import csv
    import io

    from masklet.core.files import write_whole

    text = io.StringIO()
    writer = csv.DictWriter(text, list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    write_whole(path, text.getvalue().encode())
