"""masklet label: masks that nobody drew, for pictures and videos to train on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer import Argument, Option

from masklet.cli.console import AllowGaps, print_json, with_progress
from masklet.cli.option_groups import ComputeFlags, FindingFlags, RunFlags, TrackerFlags, takes_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from masklet.pipelines.clip_plan import PlannedClip


@takes_groups
def label(
    *,
    sources: Annotated[list[str], Argument(help="Videos, folders of frames, pictures.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for the clips, one folder each.")],
    stills: Annotated[bool, Option("--stills", help="The pictures of a folder belong to no video.")] = False,
    grid: Annotated[
        int | None, Option(min=0, help="Points to ask at along each side. [default: 8, with --detect 0]")
    ] = None,
    crops: Annotated[int, Option(min=1, help="Also ask in crops x crops zoomed parts of a picture.")] = 1,
    detect: Annotated[str, Option(help="Classes to find and name: person,bicycle,car.")] = "",
    threshold: Annotated[float, Option(min=0, max=1, help="Least score of a detection.")] = 0.5,
    score: Annotated[float, Option(min=0, max=1, help="Least score of a mask.")] = 0.75,
    stability: Annotated[float, Option(min=0, max=1, help="Least IoU of a mask asked for again.")] = 0.8,
    probes: Annotated[int, Option(min=0, help="Times a mask is asked for again.")] = 1,
    area: Annotated[tuple[float, float], Option(min=0, max=1, help="Least and largest share of the picture.")] = (
        0.001,
        0.7,
    ),
    parts: Annotated[bool, Option("--parts", help="Keep masks inside others.")] = False,
    every: Annotated[int, Option(min=1, help="Frames from the start of one clip to the next.")] = 25,
    length: Annotated[int, Option(min=1, help="Frames of a clip.")] = 24,
    shortest: Annotated[int, Option(min=1, help="Frames an object must be followed for.")] = 5,
    check: Annotated[
        Literal["both", "back", "again", "none"],
        Option(help="Carry masks back to their first frame, segment the last one again, and compare."),
    ] = "both",
    agreement: Annotated[float, Option(min=0, max=1, help="Least IoU of that check.")] = 0.7,
    frames: Annotated[bool, Option("--frames", help="Also write the frames of the clips, as JPEGs.")] = False,
    tracker: TrackerFlags,
    finding: FindingFlags,
    allow_gaps: AllowGaps = False,
    compute: ComputeFlags,
    flags: RunFlags,
) -> None:
    """Find masks in raw pictures and videos, follow them, and keep what is sure."""
    from masklet.pipelines.carrying import CarryConfig
    from masklet.pipelines.clip_plan import ClipLengths
    from masklet.pipelines.data_engine import label as label_sources
    from masklet.pipelines.everything import EverythingConfig
    from masklet.pipelines.label_job import LabelJob

    classes = tuple(name.strip() for name in detect.split(",") if name.strip())
    asked = EverythingConfig(
        grid=(0 if classes else 8) if grid is None else grid,
        crops=crops,
        least_score=score,
        least_stability=stability,
        probes=probes,
        least_area=area[0],
        most_area=area[1],
        parts=parts,
    )
    job = LabelJob(
        sources=tuple(sources),
        stills=stills,
        detect=classes,
        threshold=threshold,
        everything=asked,
        lengths=ClipLengths(every=every, length=length, shortest=shortest),
        carry=CarryConfig(check=check, least_agreement=agreement),
        export=frames,
        allow_gaps=allow_gaps,
        **vars(tracker),
        **vars(finding),
        **vars(compute),
    )

    def progress(clips: Sequence[PlannedClip]) -> Iterable[PlannedClip]:
        return with_progress(clips, total=len(clips), what="clips", quiet=flags.quiet)

    report = label_sources(job, out, **flags.folder, progress=progress)
    for source, reason in report["not_labelled"].items():
        typer.echo(f"{source} was not labelled: {reason}", err=True)
    if flags.as_json:
        print_json(report)
    elif not flags.quiet:
        print(summary(report, out))


def summary(report: dict[str, Any], out: Path) -> str:
    """Return one line about what was kept and what was not."""
    dropped = ", ".join(f"{count} {reason}" for reason, count in report["dropped"].items())
    kept = f"{report['objects']} objects in {report['frames']} frames of {report['clips']} clips"
    return f"{kept}, {report['seconds']:.0f} s; not kept: {dropped or 'none'} -> {out}"
