"""Options of commands that take trajectories."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from typer import Option

if TYPE_CHECKING:
    from masklet.pipelines.person_masks import PersonMaskConfig
    from masklet.pipelines.person_scene import SceneFiles


@dataclass(frozen=True, kw_only=True)
class SceneFlags:
    """How the positions of trajectories come into the picture."""

    homography: Annotated[Path | None, Option(help="3x3 matrix, from the picture to the ground.")] = None
    convention: Annotated[
        Literal["auto", "uv", "rowcol"],
        Option(
            help="What the homography takes: column and row, row and column; auto: what puts people into the "
            "picture."
        ),
    ] = "auto"
    coordinates: Annotated[
        Literal["world", "pixels", "proportional"],
        Option(
            help="Of the trajectories: of the ground; pixels; of the ground, laid over the picture (approximate)."
        ),
    ] = "world"
    first_frame: Annotated[int, Option(help="What the trajectories call the first frame of the video.")] = 0

    def files(self, trajectories: Path) -> SceneFiles:
        """Return trajectories, and how they are to be read."""
        from masklet.pipelines.person_scene import SceneFiles

        return SceneFiles(trajectories=trajectories, **vars(self))


@dataclass(frozen=True, kw_only=True)
class MakingFlags:
    """How masks of a person are made."""

    anchor: Annotated[Literal["foot", "centre", "top"], Option(help="Which point of a person a position is.")] = (
        "foot"
    )
    limit: Annotated[
        float, Option(min=0.1, help="Largest distance of a detection in pixels of a picture 576 high.")
    ] = 40.0
    maker: Annotated[
        Literal["segmenter", "detector", "background", "hand"], Option(help="What makes the masks of examples.")
    ] = "segmenter"
    by_hand: Annotated[
        Path | None, Option(help="Folder of masks made by hand, PNGs named as frames (--maker hand).")
    ] = None
    subtraction: Annotated[Literal["mog2", "knn"], Option(help="Background subtraction.")] = "mog2"

    def config(self, **more: Any) -> PersonMaskConfig:
        """Return the settings of step 1, with more of them."""
        from masklet.pipelines.person_masks import PersonMaskConfig

        return PersonMaskConfig(**vars(self), **more)
