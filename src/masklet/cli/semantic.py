"""masklet semantic: a class for every pixel."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from masklet.cli.console import AllowGaps, OwnWeights, with_progress
from masklet.cli.label_options import LooksFlags, SemanticName, label_space_of
from masklet.cli.option_groups import ComputeFlags, RunFlags, takes_groups


@takes_groups
def semantic(
    *,
    source: Annotated[str, Argument(help="Video file, folder of frames, picture, or address of a camera.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for the run.")],
    model: SemanticName,
    weights: OwnWeights = None,
    stills: Annotated[bool, Option("--stills", help="The pictures of a folder belong to no video.")] = False,
    every: Annotated[int, Option(min=1, help="Label every n-th frame.")] = 1,
    to: Annotated[
        str, Option(help="Label space to bring labels to: a name or a JSON. [default: the model's]")
    ] = "",
    look: LooksFlags,
    allow_gaps: AllowGaps = False,
    compute: ComputeFlags,
    flags: RunFlags,
) -> None:
    """Give every pixel a class: label PNGs, an overlay and a sheet."""
    from masklet.pipelines.pixel_labels import SemanticJob, label_pixels

    job = SemanticJob(
        source=source,
        model=model,
        weights=weights,
        stills=stills,
        every=every,
        looks=look.config(),
        label_space=label_space_of(to),
        allow_gaps=allow_gaps,
        **vars(compute),
    )

    record = label_pixels(job, out, **flags.folder, progress=partial(with_progress, quiet=flags.quiet))
    flags.tell(record, lambda: summary(record, out))


def summary(record: dict[str, Any], out: Path) -> str:
    """Return one line about a finished run."""
    largest = ", ".join(f"{name} {100 * share:.1f} %" for name, share in list(record["shares"].items())[:3])
    rate = record["frames_per_second"]
    speed = f", {rate} frames/s" if rate else ""
    return f"{record['frames']} frames{speed}: {largest} -> {out}"
