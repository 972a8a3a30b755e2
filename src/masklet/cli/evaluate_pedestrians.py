"""masklet evaluate pedestrians: pipelines that follow people, by the tables of P0."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import Argument, Option

from masklet.cli.console import Json, Overwrite, Quiet, print_json, with_progress
from masklet.cli.tables import percent, print_table

if TYPE_CHECKING:
    from masklet.evaluation.pedestrians import PedestrianReport

JUDGED, FOLLOWED, FOUND = "Who is judged", "What is tracked", "Failures and causes"


def pedestrians(
    truth: Annotated[Path, Argument(help="gt.txt, a sequence with gt/gt.txt, a folder of sequences, or masks.")],
    results: Annotated[
        list[str], Argument(metavar="RESULTS", help="NAME=FOLDER or FOLDER: a run, or a run for each clip.")
    ],
    out: Annotated[Path | None, Option("--out", "-o", help="Report to write (.html), one file.")] = None,
    clip_seconds: Annotated[float, Option(min=0, help="Length of a clip; 0 takes videos whole.")] = 5.0,
    clip_overlap: Annotated[float, Option(min=0, help="Seconds a clip shares with the one before.")] = 0.0,
    keep_rest: Annotated[bool, Option("--keep-rest", help="What is left at the end is a shorter clip.")] = False,
    clip: Annotated[list[int] | None, Option(min=0, help="Only this clip, from 0 (may be repeated).")] = None,
    fps: Annotated[
        float | None, Option(min=0.001, help="Frames/s of the video, where its file says nothing or is wrong.")
    ] = None,
    video: Annotated[str | None, Option(help="Pictures of a truth that lies without them.")] = None,
    label: Annotated[list[str] | None, Option(help="Only results of this class (may be repeated).")] = None,
    compare: Annotated[
        Literal["auto", "box", "mask", "covered"],
        Option(help="IoU of boxes, IoU of masks, or share of the person covered; auto: masks if there are."),
    ] = "auto",
    iou: Annotated[float, Option(min=0.01, max=1, help="Overlap from which a mask is right.")] = 0.5,
    located: Annotated[float, Option(min=0.01, max=1, help="Overlap from which a mask lies on a person.")] = 0.1,
    least_height: Annotated[float, Option(min=0, help="Pixels.", rich_help_panel=JUDGED)] = 0.0,
    least_area: Annotated[float, Option(min=0, help="Square pixels.", rich_help_panel=JUDGED)] = 0.0,
    least_visible: Annotated[
        float, Option(min=0, max=1, help="Share that must be visible.", rich_help_panel=JUDGED)
    ] = 0.5,
    least_seconds: Annotated[
        float, Option(min=0, help="Judged this long in a clip to be one of its people.", rich_help_panel=JUDGED)
    ] = 0.5,
    tracked: Annotated[
        float, Option(min=0, max=1, help="Share of a person's frames to be followed in.", rich_help_panel=FOLLOWED)
    ] = 0.8,
    gap_seconds: Annotated[
        float, Option(min=0, help="A loss this long is an interruption.", rich_help_panel=FOLLOWED)
    ] = 1.0,
    any_id: Annotated[
        bool, Option("--any-id", help="Ids need not stay the same.", rich_help_panel=FOLLOWED)
    ] = False,
    partly_visible: Annotated[
        float, Option(min=0, max=1, help="Below this share a person is partly hidden.", rich_help_panel=FOUND)
    ] = 0.75,
    window_seconds: Annotated[
        float, Option(min=0, help="Searched for a cause around a loss.", rich_help_panel=FOUND)
    ] = 0.5,
    held: Annotated[
        float, Option(min=0, max=1, help="Share of half a person to hold that half.", rich_help_panel=FOUND)
    ] = 0.3,
    long_seconds: Annotated[
        float, Option(min=0, help="Never located for this long is a failure.", rich_help_panel=FOUND)
    ] = 2.0,
    low_aspect: Annotated[
        float, Option(min=0, help="Height by width below which one may be sitting.", rich_help_panel=FOUND)
    ] = 1.5,
    crops: Annotated[int, Option(min=0, help="Failures with a picture, of each pipeline.")] = 12,
    sheets: Annotated[int, Option(min=0, help="Clips shown side by side.")] = 3,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare pipelines with the people of a video: identified, tracked, lost and why, clip by clip."""
    from masklet.evaluation.pedestrians import ClipLengths, Definitions, evaluate_pedestrians

    require_report_name(out, overwrite=overwrite)
    definitions = Definitions(
        compare=compare,
        right_from=iou,
        located_from=located,
        least_height=least_height,
        least_area=least_area,
        least_visible=least_visible,
        least_seconds=least_seconds,
        tracked_share=tracked,
        gap_seconds=gap_seconds,
        one_id=not any_id,
        partly_visible=partly_visible,
        window_seconds=window_seconds,
        held_share=held,
        long_seconds=long_seconds,
        low_aspect=low_aspect,
    )
    report = evaluate_pedestrians(
        truth,
        named_folders(results),
        definitions=definitions,
        lengths=ClipLengths(seconds=clip_seconds or None, overlap=clip_overlap, keep_rest=keep_rest),
        frames_per_second=fps,
        video=video,
        labels=label,
        only=clip,
        watch=partial(with_progress, what="clips", quiet=quiet or as_json),
    )
    if out:
        from masklet.evaluation.pedestrians.page import write_report

        write_report(report, out, crops=crops, sheets=sheets)
    if as_json:
        print_json(report.to_json())
    elif not quiet:
        print_tables(report)
        if out:
            print(out)


def named_folders(words: list[str]) -> dict[str, Path]:
    """Return folders by name, from NAME=FOLDER or FOLDER; wrong usage where two share a name."""
    named: dict[str, Path] = {}
    for word in words:
        name, _, folder = ("", "", word) if Path(word).exists() else word.rpartition("=")
        name = name or Path(folder).absolute().name
        if name in named:
            raise typer.BadParameter(f"Expected pipelines of different names, got {name} twice: NAME=FOLDER.")
        named[name] = Path(folder)
    return named


def require_report_name(path: Path | None, *, overwrite: bool) -> None:
    """Raise BadParameter for a name that is not .html, OutputError for a file that is there already."""
    from masklet.core.errors import OutputError

    if path is None:
        return
    if path.suffix.lower() not in (".html", ".htm"):
        raise typer.BadParameter(f"Expected a name ending in .html, got {path.name!r}.", param_hint="--out")
    if path.exists() and not overwrite:
        raise OutputError(f"Expected a new file, got {path}, which exists. --overwrite replaces it.")


def print_tables(report: PedestrianReport) -> None:
    """Print the three tables in one, then the tracking measures."""
    from masklet.evaluation.pedestrians.causes import Group

    rows, measures = [], []
    for name, pipeline in report.pipelines.items():
        known, found, lost = pipeline.tables.identification, pipeline.tables.tracking, pipeline.tables.losses
        counts = [lost.count(group) for group in Group]
        rows.append(
            [
                name,
                percent(known.of_located_people),
                percent(known.of_located_frames),
                str(found.people),
                str(found.tracked),
                percent(found.share),
                *map(str, counts),
            ]
        )
        figures = pipeline.scores.to_json()
        rate = "-" if pipeline.frames_per_second is None else f"{pipeline.frames_per_second:.2f}"
        shares = [percent(figures[key]) for key in ("MOTA", "IDF1", "HOTA", "DetA", "AssA", "sMOTSA")]
        measures.append([name, *shares, str(figures["IDSW"]), rate])
    columns = ["shares in %", "identified", "in frames", "people", "tracked", "share"]
    print_table([*columns, *(group.value for group in Group)], rows)
    print_table(["shares in %", "MOTA", "IDF1", "HOTA", "DetA", "AssA", "sMOTSA", "IDSW", "frames/s"], measures)
