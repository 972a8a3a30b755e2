"""What the clip cache of a recipe is made of, as settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from masklet.training.errors import TrainingError

if TYPE_CHECKING:
    from masklet.training.cache import UncachedClip

YOUTUBE_FOOTAGE = ("dog-agility", "drift-turn", "motocross-bumps")
"""Sequences of DAVIS from YouTube, with terms of their own: weights that are published do without them."""


@dataclass(frozen=True, kw_only=True)
class ClipSources:
    """What a clip cache is made of where there is none yet; none: not used."""

    davis: Path | None = None
    """DAVIS 2016, as its authors pack it; of it the split `train` without YOUTUBE_FOOTAGE."""
    coco: Path | None = None
    """Pictures with polygons (images/, labels/), as in COCO128-seg."""
    penn_fudan: Path | None = None
    """PennFudanPed."""
    runs: Path | None = None
    """Masks of your own: a folder of `masklet track` or `masklet label`, or a folder of such folders."""
    pictures: Path | None = None
    """Masks of your own as in DAVIS: a folder of folders of frames, ..."""
    labels: Path | None = None
    """... and beside it folders of label PNGs of the same names."""
    short_side: int = 288
    """Pixels of the shorter side of cached frames."""


@dataclass(frozen=True, kw_only=True)
class ClipData:
    """Which clips a recipe learns from."""

    cache: Path = Path("clips")
    """Clip cache; made from `sources` where there is none."""
    validation: tuple[str, ...] = ()
    """Clips that are not trained on but validated on; trackers follow them from their first frame to their end."""


def make_cache(given: ClipSources, cache: Path) -> None:
    """Make the clip cache where there is none; raise TrainingError where nothing is said to make it from."""
    if cache.exists():
        return
    from masklet.training import cache_runs, cache_sources
    from masklet.training.cache import Shrinking, build_cache

    made: list[Iterable[UncachedClip]] = []
    if given.davis is not None:
        made.append(cache_sources.DavisSource(root=given.davis, exclude=YOUTUBE_FOOTAGE))
    if given.coco is not None:
        made.append(cache_sources.YoloPolygons(root=given.coco))
    if given.penn_fudan is not None:
        made.append(cache_sources.PennFudanSource(root=given.penn_fudan))
    if given.runs is not None:
        made.append(cache_runs.MaskletSource(root=given.runs))
    if given.pictures is not None and given.labels is not None:
        made.append(cache_sources.FolderPairs(pictures=given.pictures, labels=given.labels))
    if not made:
        raise TrainingError(
            f"Expected a clip cache at {cache} or sources to make it from, got neither; "
            "set data.cache, or sources.davis, sources.runs, sources.pictures with sources.labels, ..."
        )
    build_cache(made, cache, shrinking=Shrinking(short_side=given.short_side))
