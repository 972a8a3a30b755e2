"""Settings of label propagation; the guide shows what each is worth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LabelPropagationConfig:
    """How a frame is looked at, what is remembered, how it is read. Lengths are in cells of the grid."""

    canvas_pixels: int = 384 * 672
    """Every view is brought to about this many pixels, whatever the size of the video."""
    most_cells: int = 1200
    """Where more cells than this would be asked for, the view is brought to fewer pixels: time grows with the
    square of their number."""
    zoom: float = 2.0
    """How much closer than the whole frame the view may go."""
    view_margin: float = 0.4
    """Room on each side of what is followed, as a share of its size."""
    recent: int = 2
    """Memories of the latest frames."""
    prompted: int = 8
    """Memories of frames that were prompted, at most."""
    reach: int = 12
    """How far from a cell its match in a recent frame may lie."""
    margin: int = 8
    """How far beyond an object's last mask its cells are looked for and remembered."""
    matches: int = 10
    """Matches that a cell takes its labels from."""
    temperature: float = 0.07
    """Of the softmax over the matches' cosine similarities."""
    sharpness: float = 2.0
    """Contrast added to labels before they are remembered, so that they do not blur over time."""
    growth: float = 1.25
    """By how much the place where a lost object is looked for grows with every frame."""
