"""Day to dusk on CamVid: no adaptation, DANN and a teacher, each with several seeds from one shared network.

    python benchmarks/adaptation.py ../shared/data/CamVid build/adaptation
    python benchmarks/adaptation.py ../shared/data/CamVid build/adaptation --video street.mp4

The source (by day, labelled) is 0016E5 and 0006R0 of `train`, the target (at dusk, without labels) 0001TP of
`train`. Its labels only measure: on the pictures that were adapted to, and on the later ones of `test`. What is
finished is kept, so a stopped comparison goes on; the whole of it is an hour and a half on one core.

OUT gets table.csv, the runs below method/NAME/seed-N, and dusk.png: the same moments by every method. With
`--video`, every network also labels that video, and the agreement of its labels from frame to frame is measured.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from masklet.core.values import Frame
from masklet.evaluation.semantic import VideoLabels, evaluate_consistency
from masklet.experiments.kept import write_table
from masklet.models import SemanticModel, load_semantic
from masklet.models.semantic.loading import read_network
from masklet.render import write_picture
from masklet.render.label_sheet import LabelRow, label_sheet
from masklet.sources import open_source
from masklet.training.clips import ClipFolder
from masklet.training.label_networks import confusion, figures_of
from masklet.training.label_pictures import matching
from masklet.training.progress import Lines
from masklet.training.recipe import run_recipe
from masklet.training.run_files import RunFiles

NETWORK = "semantic-s"
SOURCE = ("camvid-train-0016E5*", "camvid-train-0006R0*")
TARGET, LATER, DAY = "camvid-train-0001TP*", "camvid-test-0001TP*", "camvid-val-*"
MEASURED = {"target": TARGET, "target, later": LATER, "day": DAY}
MOMENTS = 5
OF_SOURCE = ("loop.steps=2500", "loop.batch_size=4", "loop.learning_rate=1e-3", "data.size_HW=256,320")
"""Settings of the shared network."""
METHODS = {
    "source": ("method=source",),
    "dann": ("method=dann",),
    "dann-0.1": ("method=dann", "dann.reversal=layer", "dann.strength=0.1"),
    "adda": ("method=adda",),
    "teacher": ("method=teacher",),
}
"""Settings of each method. The second DANN was chosen by day, from 0016E5 to 0006R0."""


def source_network(data: Path, out: Path, told: Sequence[str]) -> Path:
    """Train the shared network on the source; return its file."""
    folder, progress = out / "source", Lines()
    settings = [
        f"network={NETWORK}",
        f"sources.camvid={data}",
        "sources.splits=train,val,test",
        f"data.cache={out / 'camvid'}",
        f"data.training={','.join(SOURCE)}",
        *OF_SOURCE,
        *told,
    ]
    run_recipe("semantic", settings, folder, resume=RunFiles(folder).last.exists(), progress=progress)
    return folder / "source.pt"


def adapt(
    start: Path, out: Path, methods: Sequence[str], seeds: Sequence[int], told: Sequence[str]
) -> dict[str, list[Path]]:
    """Adapt the shared network by every method with every seed; return the files, by method, of all seeds."""
    files: dict[str, list[Path]] = {}
    for method in methods:
        for seed in seeds:
            folder = out / "method" / method / f"seed-{seed}"
            settings = [
                f"network={NETWORK}",
                f"start_from={start}",
                f"data.cache={out / 'camvid'}",
                f"data.source={','.join(SOURCE)}",
                f"target.pictures={TARGET}",
                *METHODS[method],
                f"loop.seed={seed}",
                *told,
            ]
            run_recipe("adapt", settings, folder, resume=RunFiles(folder).last.exists(), progress=Lines())
            files.setdefault(method, []).append(folder / f"{folder.name}.pt")
    return files


def measured(file: Path, out: Path) -> dict[str, float]:
    """Return a network's mIoU on the pictures adapted to, on later ones, and by day."""
    folder, network = ClipFolder(out / "camvid"), read_network(file, NETWORK).network
    classes = len(folder.label_space)
    return {
        what: figures_of(confusion(network, matching(folder, [pattern]), classes), folder.label_space)["mIoU"]
        for what, pattern in MEASURED.items()
    }


def row_of(name: str, figures: Sequence[Mapping[str, float]]) -> dict:
    """Return a row: mean and, of several networks, standard deviation of each figure."""
    row: dict = {"method": name, "runs": len(figures)}
    for what in figures[0]:
        values = [each[what] for each in figures]
        spread = round(float(np.std(values, ddof=1)), 4) if len(values) > 1 else ""
        row |= {what: round(float(np.mean(values)), 4), f"{what} spread": spread}
    return row


def draw(out: Path, models: Mapping[str, SemanticModel]) -> None:
    """Draw some moments of the target's later pictures by every network, and their truth."""
    folder = ClipFolder(out / "camvid")
    clips = matching(folder, [LATER])
    rows = []
    for place in np.linspace(0, len(clips) - 1, MOMENTS).round().astype(int):
        images_1HW3, labels_1HW = clips[place].read([0])
        found = {name: model.label(Frame(0, 0.0, images_1HW3[0])) for name, model in models.items()}
        caption = clips[place].name.rpartition("_")[2]
        rows.append(LabelRow(caption, images_1HW3[0], {**found, "truth": labels_1HW[0]}))
    write_picture(out / "dusk.png", label_sheet(rows, folder.label_space))


def agreement(video: Path, models: Mapping[str, SemanticModel]) -> dict[str, float]:
    """Return the share of a video's pixels whose label stays from frame to frame, for each network."""
    source = open_source(video, allow_gaps=True)
    labels = {name: VideoLabels.of_model(model) for name, model in models.items()}
    try:
        reports = evaluate_consistency(source.read(), labels)
    finally:
        source.close()
    return {name: report.agreement for name, report in reports.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="Folder of CamVid.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--methods", default="source,dann,dann-0.1,teacher", help=f"Of {', '.join(METHODS)}.")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--video", type=Path, help="Also measure how labels agree from frame to frame.")
    parser.add_argument(
        "--set-source", nargs="+", default=[], metavar="NAME=VALUE", help="For the shared network."
    )
    parser.add_argument("--set", nargs="+", default=[], dest="settings", metavar="NAME=VALUE")
    words = parser.parse_args()
    methods, seeds = words.methods.split(","), [int(seed) for seed in words.seeds.split(",")]
    start = source_network(words.data, words.out, words.set_source)
    files = {"start": [start], **adapt(start, words.out, methods, seeds, words.settings)}
    figures = {name: [measured(file, words.out) for file in some] for name, some in files.items()}
    draw(words.out, {name: load_semantic(NETWORK, weights=some[0]) for name, some in files.items()})
    if words.video:
        models = {
            f"{name} {place}": load_semantic(NETWORK, weights=file)
            for name, some in files.items()
            for place, file in enumerate(some)
        }
        shares = agreement(words.video, models)
        for name, some in figures.items():
            for place, each in enumerate(some):
                each["agreement"] = shares[f"{name} {place}"]
    rows = [row_of(name, some) for name, some in figures.items()]
    write_table(rows, words.out / "table.csv")
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items() if value != ""))


if __name__ == "__main__":
    main()
