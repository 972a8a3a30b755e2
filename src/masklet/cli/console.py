"""What commands share: reports as text or JSON, and progress with frames/s and time left."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer

from masklet.cli.display import Display

Item = TypeVar("Item")

Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is already there.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")]
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
    return Display(quiet=quiet).items(items, total=total, what=what)
