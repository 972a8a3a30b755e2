"""masklet carry: labels of a first frame, or a crude box, carried through a video."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from masklet.cli.console import AllowGaps, TrackerName, TrackerWeights, with_progress
from masklet.cli.label_options import Classes, label_space_of
from masklet.cli.option_groups import ComputeFlags, RunFlags, takes_groups
from masklet.core import defaults

if TYPE_CHECKING:
    from masklet.core.values import Box


@takes_groups
def carry(
    *,
    video: Annotated[str, Argument(help="Video file or folder of pictures.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for the run.")],
    labels: Annotated[Path | None, Option(help="Label PNG of the first frame, whose values are classes.")] = None,
    classes: Classes = "",
    picture: Annotated[
        Path | None, Option(help="What the labels are of, where not the first frame: a picture of another video.")
    ] = None,
    label_model: Annotated[
        str | None, Option(help="Network that labels the first frame, a name from `masklet models`.")
    ] = None,
    label_weights: Annotated[Path | None, Option(help="Weights of that network, a file of your own.")] = None,
    box: Annotated[
        list[str] | None, Option(metavar="NAME=FRAME:X1,Y1,X2,Y2", help="A crude box around one object more.")
    ] = None,
    step: Annotated[str, Option(help="From one frame walked to the next: 30 (frames) or 1s (seconds).")] = "1",
    model: TrackerName = defaults.TRACKER,
    weights: TrackerWeights = None,
    assignments: Annotated[
        list[str] | None, Option("--set", metavar="NAME=VALUE", help="A setting of the tracker.")
    ] = None,
    truth: Annotated[
        Path | None, Option(help="Folder of true label PNGs, named as frames, to measure against.")
    ] = None,
    no_overlay: Annotated[bool, Option("--no-overlay", help="Make no overlay.mp4 and sheet.png.")] = False,
    allow_gaps: AllowGaps = False,
    compute: ComputeFlags,
    flags: RunFlags,
) -> None:
    """Carry the classes of a first frame through a video, every pixel to one of them; or a crude box."""
    from masklet.formats.label_maps import LabelMaps
    from masklet.models import config_class
    from masklet.pipelines.carried_labels import CarryJob, run
    from masklet.training.settings import make

    if truth is not None and labels is None and label_model is None:
        raise typer.BadParameter("Expected --labels or --label-model with --truth.")
    job = CarryJob(
        source=video,
        labels=labels,
        classes=label_space_of(classes),
        picture=picture,
        semantic=label_model,
        semantic_weights=label_weights,
        boxes=boxes_of(box or []),
        step=step,
        model=model,
        weights=weights,
        config=make(config_class(model), assignments) if assignments else None,
        allow_gaps=allow_gaps,
        **vars(compute),
    )
    names: list[str] = []
    if truth is not None:
        names = frame_names(video, allow_gaps=allow_gaps)
        LabelMaps(truth, names)  # says at once what does not fit
    record = run(
        job,
        out,
        overlay=not no_overlay,
        **flags.folder,
        progress=partial(with_progress, quiet=flags.quiet),
    )
    if truth is not None:
        record["evaluation"] = measured(names, out, truth)
    flags.tell(record, lambda: summary(record, out))


def boxes_of(flags: list[str]) -> dict[str, Box]:
    """Return boxes by the names of NAME=FRAME:X1,Y1,X2,Y2 flags.

    >>> boxes_of(["flower=0:10,20,30,40"])["flower"].xyxy
    (10.0, 20.0, 30.0, 40.0)
    """
    from masklet.prompts import parse_box
    from masklet.prompts.origin import naming

    boxes: dict[str, Box] = {}
    for text in flags:
        name, _, place = text.partition("=")
        frame, _, corners = place.partition(":")
        if not name.strip() or not corners or name.strip() in boxes:
            raise typer.BadParameter(
                f"Expected NAME=FRAME:X1,Y1,X2,Y2 as flower=0:10,20,60,80, each name once, got {text!r}.",
                param_hint="--box",
            )
        with naming(f"--box {text}"):
            boxes[name.strip()] = parse_box(f"{frame}:{len(boxes) + 1}:{corners}")
    return boxes


def frame_names(video: str, *, allow_gaps: bool) -> list[str]:
    """Return the names of all frames of a video."""
    from masklet.sources import open_source

    source = open_source(video, allow_gaps=allow_gaps)
    try:
        return [source.frame_name(index) for index in range(source.info.frame_count or 0)]
    finally:
        source.close()


def measured(names: list[str], out: Path, truth: Path) -> dict[str, Any]:
    """Return figures of the carried labels against true ones, whose values mean the same as the first frame's."""
    from masklet.evaluation.carried_labels import evaluate_carried
    from masklet.formats.label_maps import LabelMaps
    from masklet.pipelines.run_folder import RunFolder

    carried = LabelMaps(RunFolder(out).labels, names)
    return evaluate_carried(carried, LabelMaps(truth, names, carried.space)).to_json()


def summary(record: dict[str, Any], out: Path) -> str:
    """Return one line about the run, one for each object that was gone for a time, and one about the truth."""
    from masklet.evaluation.carried_labels import printed

    lines = [
        f"{len(record['carried'])} objects in {record['frames']} frames, {record['frames_per_second']} frames/s "
        f"-> {out}"
    ]
    for row in record["carried"]:
        if row["gone"]:
            spans = ", ".join(f"{span['frames'][0]}-{span['frames'][1]}" for span in row["gone"])
            lines.append(f"{row['name']}: gone in frames {spans}")
    if "evaluation" in record:
        lines.append(printed(record["evaluation"]))
    return "\n".join(lines)
