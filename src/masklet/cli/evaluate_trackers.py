"""masklet evaluate trackers: how well trackers follow the objects of DAVIS-2016 from their first masks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from typer import Argument, Option

from masklet.cli.console import Json, Quiet, Threads, print_json, with_progress
from masklet.cli.tables import percent, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from masklet.experiments.following import Candidate, Followed

_U_NETS = ("siamese-unet", "unet")
_RELEASED_SIDE = 256


def trackers(
    root: Annotated[Path, Argument(help="Folder of DAVIS-2016: JPEGImages, Annotations, ImageSets.")],
    out: Annotated[Path, Option("--out", "-o", help="Folder for masks and figures; what is finished is kept.")],
    tracker: Annotated[
        list[str],
        Option(metavar="NAME[=FILE]", help="Tracker, with weights of its own (may be repeated): unet=unet.pt."),
    ],
    split: Annotated[str, Option(help="Name of the list in ImageSets.")] = "val",
    sequence: Annotated[list[str] | None, Option(help="Only this sequence (may be repeated).")] = None,
    assignments: Annotated[
        list[str] | None, Option("--set", metavar="NAME=VALUE", help="A setting of all trackers: lasting=3.")
    ] = None,
    square: Annotated[
        int | None, Option(min=32, help="Follow and measure on squares of so many pixels, as P3's code does: 256.")
    ] = None,
    mean: Annotated[
        Literal["sequences", "frames"] | None,
        Option(help="What figures are means over. [default: sequences; P3's code: frames]"),
    ] = None,
    as_released: Annotated[
        bool,
        Option("--as-released", help="--square 256, --mean frames, and U-Nets track as P3's code does."),
    ] = False,
    threads: Threads = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Follow each sequence of DAVIS-2016 from its first mask by several trackers: a row for each (P3, Table 1)."""
    from masklet.experiments.following import follow_davis

    square = square or (_RELEASED_SIDE if as_released else None)
    mean = mean or ("frames" if as_released else "sequences")
    candidates = [_candidate(words, assignments or (), as_released, threads) for words in tracker]
    followed = follow_davis(
        root,
        out,
        candidates,
        split=split,
        sequences=sequence,
        side=square,
        mean=mean,
        watch=partial(with_progress, what="sequences", quiet=quiet),
    )
    if as_json:
        print_json({"square": square, "mean": mean, "rows": [each.to_json() for each in followed]})
    elif not quiet:
        _print(followed)


def _candidate(words: str, assignments: Sequence[str], as_released: bool, threads: int | None) -> Candidate:
    """Return the tracker of NAME or NAME=FILE with its settings."""
    from masklet.experiments.following import Candidate
    from masklet.models import load_tracker

    name, equals, file = words.partition("=")
    weights = Path(file) if equals else None
    tracker = load_tracker(name, weights=weights, threads=threads)
    released = as_released and name in _U_NETS
    if assignments or released:
        config = _config(name, getattr(tracker, "config", None), assignments, released=released)
        tracker = load_tracker(name, weights=weights, threads=threads, config=config)
    return Candidate(model=name, tracker=tracker, weights=weights)


def _config(name: str, own: Any, assignments: Sequence[str], *, released: bool) -> Any:
    """Return the settings a tracker has by itself, or those of the released code, with what is set besides."""
    from masklet.models import config_class
    from masklet.models.unet import AS_RELEASED
    from masklet.training.settings import make

    wanted = config_class(name)
    base = AS_RELEASED if released else own if isinstance(own, wanted) else wanted()
    return make(wanted, assignments, base=base)


def _print(followed: Sequence[Followed]) -> None:
    columns = ["row", "J&F %", "J %", "F %", "printed J&F %", "J %", "F %", "ms/frame"]
    rows = []
    for each in followed:
        printed = each.printed
        figures = [each.j_and_f, each.j, each.f]
        figures += [] if printed is None else [printed.j_and_f, printed.j, printed.f]
        cells = [percent(figure) for figure in figures] + ["-"] * (6 - len(figures))
        rows.append([each.name, *cells, f"{each.frame_ms:.0f}"])
    print_table(columns, rows)
    for each in followed:
        learned = [f"here {each.learned.in_words()}"] if each.learned else []
        learned += [f"printed: {each.printed.learned}"] if each.printed else []
        if learned:
            print(f"{each.name} learned: {'; '.join(learned)}.")
