"""Where people are in one video: trajectories, and the way from their coordinates into its picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from masklet.core.errors import PromptError
from masklet.prompts import (
    Convention,
    GroundMap,
    Homography,
    Pixels,
    Positions,
    ProportionalApproximation,
    Trajectories,
    judge_convention,
    read_homography,
    read_trajectories,
)
from masklet.prompts.homography import is_inside
from masklet.sources import SourceInfo

Coordinates = Literal["world", "pixels", "proportional"]
"""What the numbers of a file of trajectories are: of the ground, with a homography; pixels; of the
ground, with none."""


@dataclass(frozen=True, kw_only=True)
class SceneFiles:
    """Which files say where people are, and how they are to be read."""

    trajectories: Path
    homography: Path | None = None
    """A 3x3 matrix from the picture to the ground; needed for coordinates of the ground."""
    convention: Convention | Literal["auto"] = "auto"
    coordinates: Coordinates = "world"
    first_frame: int = 0
    """What the file calls the first frame of the video."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The trajectories of one video, in its picture."""

    positions: Positions
    size_HW: tuple[int, int]
    frame_count: int
    about: str
    """How the positions came into the picture, in words."""
    facts: dict[str, Any]
    """The same as JSON values: what a run that is gone on with must have in common."""

    def span(self, person_id: int) -> range:
        """Return the frames of the video where a person is; raise PromptError for none, or where all annotations
        lie outside the picture."""
        span = self.positions.trajectories.within(person_id, self.frame_count)
        frames = self.annotated(person_id)
        world_P2 = self.positions.trajectories.of(person_id).at(np.array(frames or span))
        xy_P2 = self.positions.ground.to_image(world_P2)
        if not is_inside(xy_P2, self.size_HW).any():
            x, y = xy_P2[0]
            height, width = self.size_HW
            raise PromptError(
                f"Expected positions of person {person_id} in the {width}x{height} picture, got none of "
                f"{len(xy_P2)} there, the first at {x:.0f},{y:.0f}: do trajectories, homography and video belong "
                "together?"
            )
        return span

    def annotated(self, person_id: int) -> list[int]:
        """Return the frames of the video that have an annotation of a person."""
        frames_T = self.positions.trajectories.of(person_id).frames_T
        return [int(frame) for frame in frames_T if 0 <= frame < self.frame_count]


def open_scene(files: SceneFiles, info: SourceInfo) -> Scene:
    """Return the scene of a video.

    Raise FormatError for a file that is missing or is not what it should be, and for a homography of no
    convention; PromptError where a homography is missing or not needed, and for a video without end.
    """
    if info.frame_count is None:
        raise PromptError(f"Expected a video with an end for trajectories, got {info.uri}, a live source.")
    people = read_trajectories(files.trajectories).counted_from(files.first_frame)
    ground, about, facts = _ground(files, people, info.size_HW)
    return Scene(
        positions=Positions(people, ground),
        size_HW=info.size_HW,
        frame_count=info.frame_count,
        about=about,
        facts={"coordinates": files.coordinates, "first_frame": files.first_frame, **facts},
    )


def _ground(
    files: SceneFiles, people: Trajectories, size_HW: tuple[int, int]
) -> tuple[GroundMap, str, dict[str, Any]]:
    if files.coordinates != "world":
        if files.homography is not None:
            raise PromptError(
                f"Expected no homography with coordinates {files.coordinates}, got {files.homography}; "
                "it belongs to coordinates of the ground (world)."
            )
        if files.coordinates == "pixels":
            return Pixels(), "positions are pixels", {}
        approximation = ProportionalApproximation.of(people.points(), size_HW)
        return approximation, "without a homography: an approximation, proportional to the annotations", {}
    if files.homography is None:
        raise PromptError(
            f"Expected the homography that {files.trajectories} goes into the picture by (--homography FILE), "
            "got none; --coordinates pixels says that it is in pixels, proportional makes do without."
        )
    matrix_33 = read_homography(files.homography)
    facts = {"image_to_world": matrix_33.tolist()}
    if files.convention != "auto":
        homography = Homography(matrix_33, files.convention)
        return homography, f"convention {files.convention}, as said", facts | {"convention": files.convention}
    judged = judge_convention(matrix_33, people.points(), size_HW, origin=str(files.homography))
    return judged.homography, str(judged), facts | {"convention": judged.homography.convention}
