"""masklet segment: points, boxes and masks to masks, on one frame."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from masklet.cli.console import Json, Overwrite, OwnWeights, Precision, Quiet, Threads, print_json
from masklet.core import defaults


def segment(
    source: Annotated[str, Argument(help="Picture, video file or folder of pictures.")],
    points: Annotated[list[str] | None, Option(help="FRAME:OBJECT:X,Y,+ (- beside it; more after ;).")] = None,
    box: Annotated[list[str] | None, Option(help="FRAME:OBJECT:X1,Y1,X2,Y2.")] = None,
    mask: Annotated[list[str] | None, Option(help="FRAME:FILE or FRAME:OBJECT:FILE, a label PNG.")] = None,
    prompts: Annotated[Path | None, Option(help="JSON file of prompts.")] = None,
    out: Annotated[Path, Option("--out", "-o", help="Indexed PNG to write.")] = Path("mask.png"),
    model: Annotated[str, Option(help="Segmenter, a name from `masklet models`.")] = defaults.SEGMENTER,
    weights: OwnWeights = None,
    threads: Threads = None,
    precision: Precision = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Segment what is pointed out on one frame; where objects overlap, the better score owns the pixel."""
    from masklet.core.rle import encode
    from masklet.formats.davis import read_label_png, write_label_png
    from masklet.formats.output import whole
    from masklet.models import load_segmenter
    from masklet.prompts import check_prompts, prompts_from_flags
    from masklet.sources import open_source

    given = prompts_from_flags(
        points=points or (), boxes=box or (), masks=mask or (), file=prompts, read_label_map=read_label_png
    )
    frame_indices = {prompt.frame_index for prompt in given.values()}
    if not given:
        raise typer.BadParameter("Expected something to segment: --points, --box, --mask or --prompts.")
    if len(frame_indices) > 1:
        listed = ", ".join(map(str, sorted(frame_indices)))
        raise typer.BadParameter(
            f"Expected prompts on one frame, got frames {listed}. `masklet track` takes them."
        )
    with whole(out, overwrite=overwrite, suffixes=(".png",)) as target:
        frames = open_source(source)
        check_prompts(given.values(), frames.info, origins=given)
        (index,) = frame_indices
        (frame,) = frames.read(index, index + 1)
        frames.close()
        network = load_segmenter(model, weights=weights, threads=threads, precision=precision)
        masks = network.segment(frame, list(given.values()))
        write_label_png(target, masks.label_map())
    report = [
        {"id": object_id, "score": round(float(score), 4), "area": code.area, "box": list(code.box_xyxy)}
        for object_id, score, code in zip(
            masks.object_ids, masks.scores_N, map(encode, masks.masks_NHW), strict=True
        )
    ]
    if as_json:
        print_json({"source": source, "frame": index, "objects": report, "out": str(out)})
    elif not quiet:
        for row in report:
            typer.echo(f"object {row['id']}: {row['area']} pixels, score {row['score']}")
        typer.echo(f"-> {out}")
