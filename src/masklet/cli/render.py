"""masklet render: draw masks on their video."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import Json, Overwrite, Quiet, print_json, with_progress

if TYPE_CHECKING:
    from masklet.masklets import Masklets
    from masklet.render import Draw
    from masklet.sources import FrameSource

STYLES = ("overlay", "mask", "cutout")


def render(
    video: Annotated[
        str, Argument(help="Video or folder of pictures; or a run's folder alone, which knows both.")
    ],
    masks: Annotated[
        Path | None, Argument(help="Its masks, in any format masklet reads, or a run's folder.")
    ] = None,
    out: Annotated[Path | None, Option("--out", "-o", help="Video to write (.mp4).")] = None,
    sheet: Annotated[Path | None, Option(help="Contact sheet to write (.png or .jpg).")] = None,
    style: Annotated[
        str, Option(help=f"{', '.join(STYLES)}: over the video, masks alone, objects alone.")
    ] = "overlay",
    alpha: Annotated[float, Option(min=0, max=1, help="Strength of the tint.")] = 0.5,
    no_ids: Annotated[bool, Option("--no-ids", help="Leave ids and class names out.")] = False,
    scores: Annotated[bool, Option("--scores", help="Write scores, too.")] = False,
    boxes: Annotated[bool, Option("--boxes", help="Draw boxes, too.")] = False,
    objects: Annotated[str, Option(help="Only these ids: 1,3.")] = "",
    beside: Annotated[Path | None, Option(help="Other masks of the video, drawn right of these.")] = None,
    tiles: Annotated[int, Option(min=1, help="Frames on the contact sheet.")] = 12,
    columns: Annotated[int, Option(min=1, help="Columns of the contact sheet.")] = 4,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Draw masks on their video: as a video, a contact sheet, or both."""
    from masklet import render as drawing
    from masklet.sources import open_source

    if out is None and sheet is None:
        raise typer.BadParameter("Expected --out, --sheet or both.")
    if style not in STYLES:
        raise typer.BadParameter(f"Expected one of {', '.join(STYLES)}, got {style!r}.", param_hint="--style")
    require_new(out, sheet, overwrite=overwrite)
    if sheet:
        drawing.require_picture_name(sheet)
    source = open_source(video if masks else input_of_run(Path(video)))
    masklets = read_masks(masks or Path(video), source)
    over = partial(drawing.overlay, alpha=alpha, boxes=boxes, ids=not no_ids, labels=not no_ids, scores=scores)
    styles: dict[str, Draw] = {"overlay": over, "mask": drawing.masks_only, "cutout": drawing.cut_out}
    draw = styles[style]
    if objects:
        draw = drawing.only(draw, chosen_ids(objects, masklets))
    if beside:
        draw = drawing.beside(draw, read_masks(beside, source))
    frames = None
    if out:
        progress = partial(with_progress, total=source.info.frame_count, quiet=quiet)
        frames = drawing.render_video(source, masklets, out, draw=draw, progress=progress)
    if sheet:
        drawing.render_sheet(source, masklets, sheet, draw=draw, tiles=tiles, columns=columns)
    report(frames, out, sheet, as_json=as_json, quiet=quiet)


def require_new(*paths: Path | None, overwrite: bool) -> None:
    """Raise OutputError for the first file that is there already."""
    from masklet.core.errors import OutputError

    for path in paths:
        if path and path.exists() and not overwrite:
            raise OutputError(f"Expected a new file, got {path}, which exists. --overwrite replaces it.")


def input_of_run(folder: Path) -> str:
    """Return the address of the video that a run's folder was made from."""
    from masklet.core.errors import SourceError
    from masklet.pipelines.run_folder import RunFolder

    record = RunFolder(folder).read_record() if (folder / "run.json").is_file() else {}
    uri = record.get("input", {}).get("uri")
    if not uri:
        raise SourceError(
            f"Expected VIDEO and MASKS, or a run's folder whose run.json names its input, got {folder}."
        )
    return str(uri)


def read_masks(path: Path, source: FrameSource) -> Masklets:
    """Return the masks in a file or folder.

    A folder with fewer files than the video has frames is matched by the frames' names, else by order.
    """
    from masklet.formats import Reading, read_masklets

    count = source.info.frame_count or 0
    is_sparse = path.is_dir() and sum(1 for item in path.iterdir() if item.is_file()) < count
    names = [source.frame_name(index) for index in range(count)] if is_sparse else None
    return read_masklets(path, about=Reading(names=names))


def chosen_ids(text: str, masklets: Masklets) -> tuple[int, ...]:
    """Return the ids of 1,3; raise BadParameter for what is no list of ids or for an id that does not occur."""
    known = masklets.object_ids
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and int(word) in known for word in words):
        listed = ", ".join(map(str, known[:20])) + (", ..." if len(known) > 20 else "")
        raise typer.BadParameter(f"Expected ids among {listed}, got {text!r}.", param_hint="--objects")
    return tuple(int(word) for word in words)


def report(frames: int | None, out: Path | None, sheet: Path | None, *, as_json: bool, quiet: bool) -> None:
    """Say what was written."""
    if as_json:
        print_json({"frames": frames, "video": out and str(out), "sheet": sheet and str(sheet)})
    elif not quiet:
        print(" and ".join(str(path) for path in (out, sheet) if path))
