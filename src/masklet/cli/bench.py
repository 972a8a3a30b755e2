"""masklet bench: how fast a tracker, or a whole run, is on this machine, and how much memory it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from masklet.cli.console import Json, Precision, Threads, print_json
from masklet.core import defaults


def bench(
    model: Annotated[str, Argument(help="Tracker, a name from `masklet models`.")] = defaults.TRACKER,
    weights: Annotated[Path | None, Option(help="Weights of the tracker, a file of your own.")] = None,
    end_to_end: Annotated[
        bool, Option("--end-to-end", help="Measure whole runs: decoding, masks, overlay and all.")
    ] = False,
    size: Annotated[str, Option(help="HEIGHTxWIDTH of the frames.")] = "480x864",
    objects: Annotated[str, Option(help="Numbers of objects.")] = "1,5,10",
    frames: Annotated[str, Option(help="Numbers of frames after which a row is taken.")] = "200",
    video: Annotated[
        Path | None, Option(exists=True, help="With --end-to-end: this video, with --mask of its first frame.")
    ] = None,
    mask: Annotated[Path | None, Option(exists=True, help="Label PNG of the video's first frame.")] = None,
    threads: Threads = None,
    precision: Precision = "auto",
    out: Annotated[Path | None, Option("--out", "-o", help="CSV file for the rows.")] = None,
    as_json: Json = False,
) -> None:
    """Measure step time, frames/s and memory against frames and objects, on a made-up scene.

    With --end-to-end it is the frames/s of a whole `masklet track`.
    """
    from dataclasses import asdict

    height, width = numbers_of(size, "x", "--size", count=2)
    settings: dict[str, Any] = {
        "weights": weights,
        "size_HW": (height, width),
        "objects": numbers_of(objects, ",", "--objects"),
        "frames": numbers_of(frames, ",", "--frames"),
        "threads": threads,
        "precision": precision,
    }
    if (video is None) != (mask is None) or (video is not None and not end_to_end):
        raise typer.BadParameter("Expected --end-to-end, --video and --mask together, or neither of the last two.")
    table: list[dict[str, Any]]
    if end_to_end:
        from masklet.evaluation.end_to_end import Footage, measure_jobs

        footage = Footage(video=video, mask=mask) if video and mask else None
        table = [asdict(row) for row in measure_jobs(model, footage=footage, **settings)]
    else:
        from masklet.evaluation.speed import measure_tracker

        table = [asdict(row) for row in measure_tracker(model, **settings)]
    if out is not None:
        write_csv(out, table)
    if as_json:
        print_json(table)
    else:
        for row in table:
            typer.echo((JOB_LINE if end_to_end else STEP_LINE).format(**row))


STEP_LINE = (
    "{model} {height}x{width}, {objects} objects, frame {frames}: "
    "{step_ms} ms a step ({mean_step_ms} in the mean), {frames_per_second} frames/s, {resident_mb} MB resident"
)
JOB_LINE = (
    "{model} {height}x{width}, {objects} objects, {frames} frames of {video}: {frames_per_second} frames/s in all "
    "({step_ms} ms a step, {finish_seconds} s at the end), after {start_seconds} s to start; {peak_mb} MB at most"
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
