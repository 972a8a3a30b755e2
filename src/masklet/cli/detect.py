"""masklet detect: boxes of known classes in a video or a picture."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from masklet.cli.console import (
    DetectorWeights,
    Json,
    Overwrite,
    Precision,
    Quiet,
    Threads,
    print_json,
    with_progress,
)
from masklet.core import defaults

if TYPE_CHECKING:
    from masklet.core.values import Detections


def detect(
    source: Annotated[str, Argument(help="Video file, folder of pictures, picture, or address of a camera.")],
    classes: Annotated[str, Option(help="Names, separated by commas. [default: all the model knows]")] = "",
    threshold: Annotated[float, Option(min=0, max=1, help="Least score of a box.")] = 0.5,
    out: Annotated[Path | None, Option("--out", "-o", help="CSV to write. [default: print]")] = None,
    model: Annotated[str, Option(help="Detector, a name from `masklet models`.")] = defaults.DETECTOR,
    weights: DetectorWeights = None,
    threads: Threads = None,
    precision: Precision = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find people, bicycles, cars or whatever the model knows, in every frame."""
    from contextlib import ExitStack

    from masklet.formats.box_csv import write_csv_detections
    from masklet.formats.output import whole
    from masklet.models import load_detector
    from masklet.sources import open_source

    names = tuple(name.strip() for name in classes.split(",") if name.strip())
    with ExitStack() as stack:
        target = stack.enter_context(whole(out, overwrite=overwrite, suffixes=(".csv",))) if out else None
        frames = open_source(source)
        stack.callback(frames.close)
        network = load_detector(model, weights=weights, threads=threads, precision=precision)
        detector = network.restricted(names or None, threshold)
        started = time.monotonic()
        shown = with_progress(frames.read(), total=frames.info.frame_count, quiet=quiet)
        found = {frame.index: detector.detect(frame) for frame in shown}
        seconds = time.monotonic() - started
        if target:
            write_csv_detections(found, target)
    _say(found, seconds, source, out, as_json=as_json, quiet=quiet)


def _say(
    found: dict[int, Detections], seconds: float, source: str, out: Path | None, *, as_json: bool, quiet: bool
) -> None:
    counts = Counter(label for detections in found.values() for label in detections.labels_N)
    if as_json:
        print_json(
            {
                "source": source,
                "frames": len(found),
                "boxes": dict(counts.most_common()),
                "seconds": round(seconds, 3),
                "out": out and str(out),
                "detections": [row for index, item in found.items() for row in _rows(index, item)],
            }
        )
    elif out is None:
        for index, item in found.items():
            for row in _rows(index, item):
                edges = " ".join(f"{edge:7.1f}" for edge in row["box"])
                typer.echo(f"{index:6} {row['label']:14} {row['score']:.3f} {edges}")
    elif not quiet:
        said = ", ".join(f"{count} {label}" for label, count in counts.most_common()) or "nothing"
        typer.echo(f"{len(found)} frames, {said} -> {out}")


def _rows(index: int, detections: Detections) -> list[dict[str, Any]]:
    return [
        {"frame": index, "label": label, "score": round(float(score), 4), "box": box_4.round(2).tolist()}
        for label, score, box_4 in zip(detections.labels_N, detections.scores_N, detections.boxes_N4, strict=True)
    ]
