"""masklet render-labels: label maps over their video, several models side by side, at times you name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import AllowGaps, Json, Overwrite, Quiet, print_json, with_progress
from masklet.cli.label_options import folders_by_name, label_space_of
from masklet.cli.render import require_new


def render_labels(
    video: Annotated[str, Argument(help="Video file or folder of frames.")],
    labels: Annotated[
        list[str],
        Argument(metavar="[NAME=]LABELS...", help="Runs of `masklet semantic`, or folders of class PNGs."),
    ],
    out: Annotated[Path | None, Option("--out", "-o", help="Video to write (.mp4).")] = None,
    sheet: Annotated[
        Path | None, Option(help="Sheet to write (.png or .jpg): a row a time, a column a model.")
    ] = None,
    at: Annotated[str, Option(metavar="S,S", help="Times on the sheet, in seconds.")] = "",
    tiles: Annotated[int, Option(min=1, help="Rows of the sheet, evenly spread, where no times are named.")] = 4,
    tile_width: Annotated[int, Option(min=40, help="Pixels of a picture on the sheet.")] = 360,
    alpha: Annotated[float, Option(min=0, max=1, help="Strength of the tint.")] = 0.55,
    space: Annotated[str, Option(help="Label space of the PNGs, where they do not say: a name or a JSON.")] = "",
    to: Annotated[str, Option(help="Label space to show. [default: that of the first]")] = "",
    fps: Annotated[float | None, Option(min=0.001, help="Rate of a folder of frames. [default: 25]")] = None,
    allow_gaps: AllowGaps = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Draw label maps over their video: side by side as a video, or at times you name as a sheet with a legend."""
    from masklet.render import evenly, require_picture_name
    from masklet.render.labelled_video import LabelledVideo
    from masklet.sources import open_source

    if out is None and sheet is None:
        raise typer.BadParameter("Expected --out, --sheet or both.")
    require_new(out, sheet, overwrite=overwrite)
    if sheet:
        require_picture_name(sheet)
    source = open_source(video, allow_gaps=allow_gaps, frames_per_second=fps)
    labelled = LabelledVideo(source, folders_by_name(labels, label_space_of(space)), label_space_of(to))
    frames = None
    if out:
        progress = with_progress(labelled.frames(), total=len(labelled.indices), quiet=quiet)
        frames = labelled.write_video(out, progress, alpha=alpha)
    if sheet:
        chosen = labelled.nearest(seconds_of(at)) if at else evenly(labelled.indices, tiles)
        labelled.write_sheet(sheet, chosen, tile_width=tile_width, alpha=alpha)
    if as_json:
        print_json({"frames": frames, "video": out and str(out), "sheet": sheet and str(sheet)})
    elif not quiet:
        print(" and ".join(str(path) for path in (out, sheet) if path))


def seconds_of(text: str) -> list[float]:
    """Return the times of 2,63,85; raise BadParameter for anything else."""
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise typer.BadParameter(f"Expected seconds as in 2,63,85, got {text!r}.", param_hint="--at") from None
