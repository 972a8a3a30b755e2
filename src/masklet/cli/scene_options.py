"""Flags of commands that take trajectories."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Option

if TYPE_CHECKING:
    from masklet.pipelines.person_scene import SceneFiles

HomographyFile = Annotated[Path | None, Option(help="3x3 matrix, from the picture to the ground.")]
ConventionName = Annotated[
    Literal["auto", "uv", "rowcol"],
    Option(
        help="What the homography takes: column and row, row and column; auto: what puts people into the picture."
    ),
]
CoordinatesName = Annotated[
    Literal["world", "pixels", "proportional"],
    Option(help="Of the trajectories: of the ground; pixels; of the ground, laid over the picture (approximate)."),
]
FirstFrame = Annotated[int, Option(help="What the trajectories call the first frame of the video.")]
AnchorName = Annotated[Literal["foot", "centre", "top"], Option(help="Which point of a person a position is.")]
MakerFlag = Annotated[
    Literal["segmenter", "detector", "background", "hand"], Option(help="What makes the masks of examples.")
]
ByHand = Annotated[Path | None, Option(help="Folder of masks made by hand, PNGs named as frames (--maker hand).")]
Subtraction = Annotated[Literal["mog2", "knn"], Option(help="Background subtraction.")]
Limit = Annotated[float, Option(min=0.1, help="Largest distance of a detection in pixels of a picture 576 high.")]


def scene_files(
    trajectories: Path, homography: Path | None, convention: str, coordinates: str, first_frame: int
) -> SceneFiles:
    """Return the flags as values."""
    from masklet.pipelines.person_scene import SceneFiles

    return SceneFiles(
        trajectories=trajectories,
        homography=homography,
        convention=convention,  # type: ignore[arg-type]  # one of those the flag takes
        coordinates=coordinates,  # type: ignore[arg-type]
        first_frame=first_frame,
    )
