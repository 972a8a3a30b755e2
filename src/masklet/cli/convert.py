"""masklet convert: masks and boxes from one file format to another."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.cli.console import Json, Overwrite, print_json, with_progress

if TYPE_CHECKING:
    from masklet.formats.convert import Report


def convert(
    source: Annotated[
        Path | None, typer.Argument(metavar="INPUT", help="File, folder, or a run's folder.")
    ] = None,
    target: Annotated[Path | None, typer.Argument(metavar="OUTPUT", help="File or folder to write.")] = None,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="Format to write; --list names them.")] = "",
    read_as: Annotated[
        str | None, typer.Option("--from", metavar="FORMAT", help="Format of the input. [default: recognised]")
    ] = None,
    video: Annotated[str | None, typer.Option(help="Which video of a data set; what to call it.")] = None,
    frames: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Folder of the video's pictures: their order numbers frames."
        ),
    ] = None,
    label: Annotated[str | None, typer.Option(help="Class of objects that have none.")] = None,
    renumber: Annotated[bool, typer.Option("--renumber", help="Number objects anew, from 1.")] = False,
    single_objects: Annotated[
        bool,
        typer.Option(
            "--single-objects",
            help="INPUT as in MOSE or YouTube-VOS: every object becomes a binary sequence, as in DAVIS 2016.",
        ),
    ] = False,
    split: Annotated[str, typer.Option(help="With --single-objects: which part of the data set.")] = "train",
    list_formats: Annotated[bool, typer.Option("--list", help="List the formats and stop.")] = False,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Convert masks and boxes from one file format to another."""
    if list_formats:
        _list(as_json=as_json)
        return
    if source is None or target is None or bool(to) == single_objects:
        raise typer.BadParameter(
            "Expected INPUT, OUTPUT and --to FORMAT (`masklet convert --list` names them) or --single-objects."
        )
    if single_objects:
        _single_objects(source, target, split, as_json=as_json)
        return
    from masklet.formats.convert import Changes
    from masklet.formats.convert import convert as convert_files
    from masklet.formats.names import frame_names_in
    from masklet.formats.registry import Reading

    report = convert_files(
        source,
        target,
        to,
        read_as=read_as,
        about=Reading(video=video, names=frame_names_in(frames) if frames else None),
        changes=Changes(label=label, renumber=renumber),
        overwrite=overwrite,
    )
    _say(report, source, target, as_json=as_json)


def _single_objects(source: Path, target: Path, split: str, *, as_json: bool) -> None:
    from masklet.datasets import Mose, write_single_objects

    videos = Mose(source, split)
    made = list(
        with_progress(
            write_single_objects(videos, target), total=len(videos.names()), what="videos", quiet=as_json
        )
    )
    sequences = sum(len(video.sequences) for video in made)
    if as_json:
        print_json({"input": str(source), "output": str(target), "videos": len(made), "sequences": sequences})
    else:
        print(f"{len(made)} videos, {sequences} sequences of one object -> {target}")


def _say(report: "Report", source: Path, target: Path, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "input": str(source),
                "from": report.read_as,
                "output": str(target),
                "to": report.written_as,
                "frames": report.frames,
                "objects": report.objects,
            }
        )
    else:
        print(
            f"{report.frames} frames, {report.objects} objects: {report.read_as} -> {report.written_as} {target}"
        )


def _list(*, as_json: bool) -> None:
    from masklet.formats import FORMATS

    rows = [
        {"format": name, "what": form.what, "holds": form.holds, "overlap": form.overlap, "suffix": form.suffix}
        for name, form in FORMATS.items()
    ]
    if as_json:
        print_json(rows)
        return
    for name, form in FORMATS.items():
        place = form.suffix or "folder"
        print(f"{name:15} {form.holds:6} {place:7} {'overlap' if form.overlap else '-':8} {form.what}")
