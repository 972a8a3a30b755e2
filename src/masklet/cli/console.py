"""What commands share: reports as text or JSON, and progress with frames/s and time left."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer

Item = TypeVar("Item")

Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is already there.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads of the networks; default: all cores.")]
TrackerName = Annotated[str, typer.Option(help="Tracker, a name from `masklet models`.")]
SegmenterName = Annotated[str, typer.Option(help="Segmenter, a name from `masklet models`.")]
DetectorName = Annotated[
    str, typer.Option(help="Detector, a name from `masklet models`, or boxes: a CSV, MOT's det.txt.")
]
TrackerWeights = Annotated[
    Path | None, typer.Option("--weights", help="Weights of the tracker, a file of your own.")
]
SegmenterWeights = Annotated[Path | None, typer.Option(help="Weights of the segmenter, a file of your own.")]
DetectorWeights = Annotated[
    Path | None, typer.Option(help="Weights of the detector: file, folder or official name.")
]
OwnWeights = Annotated[Path | None, typer.Option("--weights", help="Weights of the model, a file of your own.")]
AllowGaps = Annotated[bool, typer.Option(help="Take numbered pictures even where numbers are missing.")]
Precision = Annotated[Literal["auto", "f32", "bf16"], typer.Option(help="What the networks compute in.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


def print_json(report: Any) -> None:
    """Print a report for programs; the only thing a command with --json writes to stdout."""
    print(json.dumps(report, indent=1, ensure_ascii=False))


def with_progress(
    items: Iterable[Item], *, total: int | None, what: str = "frames", quiet: bool = False
) -> Iterator[Item]:
    """Yield the items, showing rate and time left: a live line on a terminal, else a plain line now and then."""
    if quiet:
        yield from items
    elif sys.stderr.isatty():
        yield from _live(items, total=total, what=what)
    else:
        yield from _plain(items, total=total, what=what)


def _live(items: Iterable[Item], *, total: int | None, what: str) -> Iterator[Item]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        MofNCompleteColumn(),
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total, rate="")
        started = time.monotonic()
        for done, item in enumerate(items, start=1):
            yield item
            rate = done / max(time.monotonic() - started, 1e-9)
            progress.update(task, completed=done, rate=_rate(rate, what))


def _plain(items: Iterable[Item], *, total: int | None, what: str, every_seconds: float = 10) -> Iterator[Item]:
    started = said = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if now - said >= every_seconds:
            said, rate = now, done / (now - started)
            left = f", {(total - done) / rate:.0f} s left" if total else ""
            print(f"{done}/{total or '?'} {what}, {_rate(rate, what)}{left}", file=sys.stderr)


def _rate(rate: float, what: str) -> str:
    """Return how fast it goes.

    >>> _rate(12.34, "frames"), _rate(0.05, "runs")
    ('12.3 frames/s', '20 s each')
    """
    return f"{rate:.1f} {what}/s" if rate >= 0.5 else f"{1 / rate:.0f} s each"
