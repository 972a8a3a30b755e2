"""Curves over time, such as the J of every object or the loss of every run. Needs the extra `viz` (matplotlib)."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import MissingExtraError
from masklet.core.files import write_whole
from masklet.render.palette import colour_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_COLOURS = 8
"""Lines of one dash, each with a colour of its own."""
_DASHES = ("-", (0, (4, 1.5)), (0, (1, 1)))
_MARKED = 24
"""Points up to which each is marked."""
_MUCH = 20
"""Ratio of values from which they are drawn by their logarithm."""


def require_plots() -> None:
    """Raise MissingExtraError where matplotlib is not installed."""
    if find_spec("matplotlib") is None:
        raise MissingExtraError("Plots", extra="viz")


def plot_curves(
    values_T_of: Mapping[int, FloatArray],
    path: Path,
    *,
    title: str,
    frame_names: Sequence[str],
    measure: str = "J",
) -> None:
    """Draw one curve for each object, from id to values in [0, 1] at the frames, in its colour; write a PNG.

    Raise MissingExtraError without matplotlib, OutputError where the file cannot be written.
    """
    require_plots()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    axes = figure.subplots()
    for object_id, values_T in values_T_of.items():
        colour = np.array(colour_of(object_id)) / 255
        label = f"{object_id}: {values_T.mean():.3f}"
        axes.plot(range(len(values_T)), values_T, color=tuple(colour), linewidth=1.5, label=label)
    shown = np.unique(np.linspace(0, len(frame_names) - 1, 9).round().astype(int))
    axes.set(title=title, xlabel="frame", ylabel=measure, ylim=(-0.02, 1.02))
    axes.set_xticks(shown, [frame_names[position] for position in shown])
    axes.grid(alpha=0.3)
    figure.legend(title="object: mean", loc="outside right upper", fontsize="small")
    _write(figure, path)


def plot_lines(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    path: Path,
    *,
    title: str,
    across: str,
    measure: str,
) -> None:
    """Draw lines of x and y by name, each in the colour and dash of its place; write a PNG.

    They are named in the order of their last values, the highest first. Values above 0 of very different size are
    drawn by their logarithm. Raise MissingExtraError without matplotlib, OutputError where the file cannot be
    written.
    """
    require_plots()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    drawn = []
    for number, (name, (x, y)) in enumerate(lines.items()):
        dashes, place = divmod(number, _COLOURS)
        colour = np.array(colour_of(place + 1)) / 255
        style: dict[str, Any] = {
            "linestyle": _DASHES[dashes % len(_DASHES)],
            "marker": "." if len(x) <= _MARKED else "",
        }
        drawn += axes.plot(x, y, color=tuple(colour), linewidth=1.5, label=f"{name}: {y[-1]:.4g}", **style)
    axes.set(title=title, xlabel=across, ylabel=measure)
    if _differ_much([value for _, y in lines.values() for value in y]):
        axes.set_yscale("log")
    axes.grid(alpha=0.3, which="both")
    last = [y[-1] for _, y in lines.values()]
    handles = [drawn[place] for place in np.argsort(last)[::-1]]
    figure.legend(handles=handles, title="last value", loc="outside right upper", fontsize="small", handlelength=3)
    _write(figure, path)


def _differ_much(values: Sequence[float]) -> bool:
    return min(values) > 0 and max(values) > _MUCH * min(values)


def _write(figure: Figure, path: Path) -> None:
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=120)
    write_whole(path, picture.getvalue())
