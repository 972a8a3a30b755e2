"""masklet person-masks: masks of one person from annotated positions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import (
    AllowGaps,
    DetectorName,
    DetectorWeights,
    Json,
    Overwrite,
    Precision,
    Quiet,
    SegmenterName,
    SegmenterWeights,
    Threads,
    print_json,
)
from masklet.cli.scene_options import (
    AnchorName,
    ByHand,
    ConventionName,
    CoordinatesName,
    FirstFrame,
    HomographyFile,
    Limit,
    MakerFlag,
    Subtraction,
    scene_files,
)
from masklet.core import defaults


def person_masks(
    video: Annotated[str, Argument(help="Video file or folder of pictures.")],
    trajectories: Annotated[Path, Option(help="Text of trajectories: frame person x y, or obsmat.txt.")],
    person: Annotated[int, Option(help="Whose masks, an id of the trajectories.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for pictures, masks and the sheet.")],
    homography: HomographyFile = None,
    convention: ConventionName = "auto",
    coordinates: CoordinatesName = "world",
    first_frame: FirstFrame = 0,
    anchor: AnchorName = "foot",
    limit: Limit = 40.0,
    maker: MakerFlag = "segmenter",
    by_hand: ByHand = None,
    subtraction: Subtraction = "mog2",
    examples: Annotated[int, Option(min=0, help="Masks to make, spread over the person's time; 0: all.")] = 0,
    every: Annotated[int | None, Option(min=1, help="Look at every so manieth annotated frame.")] = None,
    threshold: Annotated[float, Option(min=0, max=1, help="Least score of a detection.")] = 0.4,
    overlap: Annotated[
        float, Option(min=0, max=1, help="Largest share of the person's box inside another one.")
    ] = 0.5,
    detector: DetectorName = defaults.DETECTOR,
    detector_weights: DetectorWeights = None,
    segmenter: SegmenterName = defaults.SEGMENTER,
    segmenter_weights: SegmenterWeights = None,
    allow_gaps: AllowGaps = False,
    threads: Threads = None,
    precision: Precision = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make masks of one person where trajectories say it is: what `masklet track --examples` begins with."""
    from masklet.pipelines.person_masks import PersonMaskConfig
    from masklet.pipelines.person_masks.job import PersonMaskJob, run

    job = PersonMaskJob(
        source=video,
        scene=scene_files(trajectories, homography, convention, coordinates, first_frame),
        person_id=person,
        config=PersonMaskConfig(
            maker=maker,
            by_hand=by_hand,
            subtraction=subtraction,
            anchor=anchor,
            limit=limit,
            threshold=threshold,
            most_overlap=overlap,
            examples=examples or None,
            every=every,
        ),
        detector=detector,
        detector_weights=detector_weights,
        segmenter=segmenter,
        segmenter_weights=segmenter_weights,
        allow_gaps=allow_gaps,
        threads=threads,
        precision=precision,
    )
    report = run(job, out, overwrite=overwrite)
    if as_json:
        print_json(report)
    elif not quiet:
        typer.echo(report["about"])
        typer.echo(", ".join(f"{count} {reason}" for reason, count in report["counts"].items()) + f" -> {out}")
