"""masklet compare: pipelines run on clips of a video whose people are known, and measured."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from masklet.cli.console import Json, Overwrite, Quiet, print_json, with_progress
from masklet.cli.evaluate_pedestrians import print_tables
from masklet.cli.option_groups import ComputeFlags, FindingFlags, TrackerFlags, takes_groups

if TYPE_CHECKING:
    from masklet.experiments import PipelineSetup


@takes_groups
def compare(
    *,
    truth: Annotated[Path, Argument(help="gt.txt, a sequence with gt/gt.txt, a folder of sequences, or masks.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for the runs and report.html; finished runs stay.")],
    pipeline: Annotated[
        list[str] | None,
        Option(
            metavar="NAME[=STRATEGY,KEY=VALUE,...]",
            help="May be repeated: a strategy (hybrid, first-frame, per-frame, clicks), or a name for one with "
            "model, weights, detector, segmenter, threshold, every, clicks of its own. [default: all four]",
        ),
    ] = None,
    tracker: TrackerFlags,
    finding: FindingFlags,
    threshold: Annotated[float, Option(min=0, max=1, help="Detection score that begins a track.")] = 0.8,
    every: Annotated[int, Option(min=1, help="Frames between two looks of the detector (hybrid).")] = 1,
    clip_seconds: Annotated[float, Option(min=0, help="Length of a clip; 0 takes videos whole.")] = 5.0,
    clip: Annotated[list[int] | None, Option(min=0, help="Only this clip, from 0 (may be repeated).")] = None,
    fps: Annotated[
        float | None, Option(min=0.001, help="Frames/s of the video, where its file says nothing or is wrong.")
    ] = None,
    video: Annotated[str | None, Option(help="Pictures of a truth that lies without them.")] = None,
    compute: ComputeFlags,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run pipelines on the clips of a video and print who is identified, tracked and lost, as in P0's tables."""
    from masklet.evaluation.pedestrians import ClipLengths
    from masklet.evaluation.pedestrians.page import write_report
    from masklet.experiments import DEFAULT_SETUPS, PipelineSetup, compare_pipelines

    networks = {**vars(tracker), **vars(finding)}
    common = PipelineSetup(name="", strategy="hybrid", threshold=threshold, every=every, **networks)
    texts = pipeline or [setup.name for setup in DEFAULT_SETUPS]
    setups: list[PipelineSetup] = [PipelineSetup.parse(text, common) for text in texts]
    runs = compare_pipelines(
        truth,
        out,
        setups,
        lengths=ClipLengths(seconds=clip_seconds or None),
        frames_per_second=fps,
        video=video,
        only=clip,
        **vars(compute),
        overwrite=overwrite,
        watch=partial(with_progress, what="runs", quiet=quiet or as_json),
    )
    report = out / "report.html"
    write_report(runs.report, report)
    if as_json:
        print_json(runs.to_json())
    elif not quiet:
        print_tables(runs.report)
        for name, counts in runs.to_json()["clicks"].items():
            print(f"{name}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
        print(report)
