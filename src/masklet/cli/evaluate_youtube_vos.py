"""masklet evaluate youtube-vos: G of masks by the rules of YouTube-VOS."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from masklet.cli.console import Json, Quiet, print_json, with_progress
from masklet.cli.evaluate_davis import Jobs
from masklet.cli.tables import percent, print_table


def youtube_vos(
    root: Annotated[Path, Argument(help="Folder of YouTube-VOS, or of one split of it.")],
    results: Annotated[Path, Argument(help="Folder with VIDEO/00005.png for every video.")],
    split: Annotated[str, Option(help="Folder in ROOT.")] = "valid",
    video: Annotated[list[str] | None, Option(help="Only this video (may be repeated).")] = None,
    jobs: Jobs = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare masks with YouTube-VOS: J and F of seen and unseen categories, and G."""
    from masklet.evaluation import evaluate_youtube_vos

    report = evaluate_youtube_vos(
        root,
        results,
        split=split,
        videos=video,
        jobs=jobs or os.cpu_count() or 1,
        watch=partial(with_progress, what="videos", quiet=quiet),
    ).to_json()
    if as_json:
        print_json(report)
    elif not quiet:
        figures = report["global"]
        print_table(["%", *figures], [["all", *map(percent, figures.values())]])
