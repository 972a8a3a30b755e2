"""What was looked at over time, a row for each thing. Needs the extra `viz` (matplotlib)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from masklet.core.files import write_whole
from masklet.render.palette import Colour
from masklet.render.plots import require_plots

_LOST = "#d9d9d9"


@dataclass(frozen=True)
class TimelineRow:
    """One thing: its name and colour, and from when to when it was looked at (seconds)."""

    name: str
    colour: Colour
    fixations: Sequence[tuple[float, float]]
    samples: Sequence[tuple[float, float]]
    """Runs of samples, fixations or not, drawn paler beneath."""
    note: str = ""
    """Written at the end of the row: its time in all, say."""


def plot_gaze_timeline(
    rows: Sequence[TimelineRow],
    lost: Sequence[tuple[float, float]],
    path: Path,
    *,
    title: str,
    span: tuple[float, float],
) -> None:
    """Draw the rows, the first one on top, from start to end of `span`; `lost` is when nothing is known. Write a
    PNG.

    Raise MissingExtraError without matplotlib, OutputError where the file cannot be written.
    """
    require_plots()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 1.4 + 0.34 * max(len(rows), 1)), layout="constrained")
    axes = figure.subplots()
    for start, end in lost:
        axes.axvspan(start, end, color=_LOST, linewidth=0)
    for place, row in enumerate(rows):
        colour = tuple(np.array(row.colour) / 255)
        axes.broken_barh(_bars(row.samples), (place - 0.42, 0.84), color=colour, alpha=0.3, linewidth=0)
        axes.broken_barh(_bars(row.fixations), (place - 0.28, 0.56), color=colour, linewidth=0)
        axes.text(1.005, place, row.note, transform=axes.get_yaxis_transform(), va="center", fontsize="small")
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.set(title=title, xlabel="seconds", xlim=span, ylim=(len(rows) - 0.4, -0.6))
    axes.grid(axis="x", alpha=0.3)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=120)
    write_whole(path, picture.getvalue())


def _bars(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(start, end - start) for start, end in spans]
