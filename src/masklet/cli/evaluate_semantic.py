"""masklet evaluate semantic, masklet evaluate consistency: the classes of pixels, with and without the truth."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import AllowGaps, Json, Overwrite, OwnWeights, Quiet, print_json, with_progress
from masklet.cli.label_options import LooksFlags, folders_by_name, label_space_of
from masklet.cli.option_groups import ComputeFlags, takes_groups
from masklet.cli.tables import percent, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from masklet.core.values import Frame
    from masklet.evaluation.semantic import ConsistencyReport, FailureReport, SemanticReport
    from masklet.sources import FrameSource

ModelName = Annotated[str, Option(help="Semantic model, a name from `masklet models`.")]


@takes_groups
def semantic(
    *,
    root: Annotated[
        Path,
        Argument(help="Folder of CamVid, Cityscapes, VOC or ADE20K, one with images/ and labels/, or VIA's JSON."),
    ],
    predictions: Annotated[
        Path | None, Argument(help="Class PNGs by the pictures' names, or a run of `masklet semantic`.")
    ] = None,
    model: ModelName = "",
    weights: OwnWeights = None,
    layout: Annotated[
        str | None, Option(help="camvid, cityscapes, voc, ade20k, via or folder; recognised where none is named.")
    ] = None,
    split: Annotated[str | None, Option(help="train, val, test, or several as in train+val.")] = None,
    video: Annotated[list[str] | None, Option(help="Only pictures of this video; may be repeated.")] = None,
    space: Annotated[
        str, Option(help="Label space of the data set, where it does not say: a name or a JSON.")
    ] = "",
    predicted_space: Annotated[
        str, Option(help="Label space of the PNGs, where they do not say. [default: that of the data set]")
    ] = "",
    look: LooksFlags,
    out: Annotated[
        Path | None, Option("--out", "-o", help="Folder for confusion matrix, failures, label PNGs.")
    ] = None,
    compute: ComputeFlags,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare the class of every pixel with the truth: IoU, boundary IoU and accuracy of every class."""
    from masklet.datasets import only_videos, open_labelled
    from masklet.evaluation.semantic import by_model, evaluate_semantic, of_folder
    from masklet.evaluation.semantic.outputs import evaluate_into, report_to_json
    from masklet.formats.class_folder import open_class_folder
    from masklet.models import load_semantic
    from masklet.models.layers.looks import PLAIN, with_looks

    if (predictions is None) == (not model):
        raise typer.BadParameter("Expected PREDICTIONS or --model, one of the two.")
    looks = look.config()
    if predictions and (weights or looks != PLAIN):
        raise typer.BadParameter(
            "Expected --weights, --scales, --mirror and --window with --model, got PREDICTIONS."
        )
    data = open_labelled(root, layout, split=split, label_space=label_space_of(space))
    pictures = only_videos(data, video) if video else data
    if model:
        network = load_semantic(model, weights=weights, **vars(compute))
        looking = with_looks(network, looks)
        predict = by_model(looking, pictures.label_space)
    else:
        assert predictions is not None
        folder = open_class_folder(predictions, label_space_of(predicted_space), usual=pictures.label_space)
        predict = of_folder(folder, pictures.label_space)
    watch = partial(with_progress, what="pictures", quiet=quiet)
    where = predictions or model
    failures: FailureReport | None = None
    if out:
        report, failures = evaluate_into(
            pictures, predict, out, keep_labels=bool(model), where=where, overwrite=overwrite, watch=watch
        )
    else:
        report = evaluate_semantic(pictures, predict, where=where, watch=watch)
    if as_json:
        print_json(report.to_json() if failures is None else report_to_json(report, failures))
    elif not quiet:
        print_report(report, failures, out)


@takes_groups
def consistency(
    *,
    video: Annotated[str, Argument(help="Video file or folder of frames.")],
    labels: Annotated[
        list[str] | None, Argument(metavar="[NAME=]LABELS...", help="Runs of `masklet semantic`, or class PNGs.")
    ] = None,
    model: ModelName = "",
    weights: OwnWeights = None,
    space: Annotated[str, Option(help="Label space of the PNGs, where they do not say: a name or a JSON.")] = "",
    every: Annotated[int, Option(min=1, help="Compare every n-th frame with the n-th after it.")] = 1,
    allow_gaps: AllowGaps = False,
    compute: ComputeFlags,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """How far labels of a video agree from frame to frame once motion is taken out; no truth is needed."""
    from masklet.evaluation.semantic import VideoLabels, evaluate_consistency
    from masklet.models import load_semantic
    from masklet.sources import open_source

    if not labels and not model:
        raise typer.BadParameter("Expected LABELS, --model or both.")
    source = open_source(video, allow_gaps=allow_gaps)
    folders = folders_by_name(labels or (), label_space_of(space))
    contenders = {name: VideoLabels.of_folder(folder, source) for name, folder in folders.items()}
    if model:
        network = load_semantic(model, weights=weights, **vars(compute))
        contenders[model] = VideoLabels.of_model(network)
    count = source.info.frame_count
    total = None if count is None else -(-count // every)
    frames = with_progress(_every(source, every), total=total, quiet=quiet)
    reports = evaluate_consistency(frames, contenders)
    if as_json:
        print_json({name: report.to_json() for name, report in reports.items()})
    elif not quiet:
        print_consistency(reports)


def print_report(report: SemanticReport, failures: FailureReport | None, out: Path | None) -> None:
    """Print a row for each class of the truth or the prediction, and figures of all."""
    figures = report.figures()
    rows = [
        [
            one["class"],
            percent(one["share"]),
            *(percent(one[name]) for name in ("iou", "boundary_iou", "accuracy", "precision")),
        ]
        for one in report.classes()
        if one["iou"] is not None
    ]
    mean = [percent(_share(figures[name])) for name in ("mIoU", "boundary-mIoU", "mean-class-accuracy")]
    columns = ["in %", "of pixels", "IoU", "boundary IoU", "accuracy", "precision"]
    print_table(columns, [*rows, ["mean", "", *mean, ""]], last_apart=True)
    print(
        f"pixel accuracy {percent(_share(figures['pixel-accuracy']))}, frequency weighted IoU "
        f"{percent(_share(figures['frequency-weighted-IoU']))}, {figures['classes']} classes in "
        f"{figures['pictures']} pictures"
    )
    if failures is not None:
        print(_failures_in_words(failures))
        print(f"-> {out}")


def print_consistency(reports: Mapping[str, ConsistencyReport]) -> None:
    """Print a row for each way to label."""
    rows = []
    for name, report in reports.items():
        said = report.to_json()
        shares = [percent(said[key]) for key in ("agreement", "temporal-mIoU", "seen_again")]
        rows.append([name, *shares, str(said["pairs"]), str(said["missing_pairs"])])
    print_table(["in %", "agreement", "temporal mIoU", "seen again", "pairs", "missing"], rows)


def _failures_in_words(failures: FailureReport) -> str:
    kinds = failures.to_json()["kinds"]
    shares = ", ".join(f"{kind} {percent(said['share'])} % ({said['regions']})" for kind, said in kinds.items())
    return f"of the wrong pixels, in regions of a size: {shares}"


def _every(source: FrameSource, every: int) -> Iterator[Frame]:
    return (frame for frame in source.read() if frame.index % every == 0)


def _share(value: float | int | None) -> float | None:
    return None if value is None else float(value)
