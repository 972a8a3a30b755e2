"""Where people are over time: positions of each, at some frames, in the coordinates of a file.

Source: Cernigliaro, Montello and Russo, "Human Instance Segmentation" (P2), section 2.1; the annotations of ETH
(Pellegrini et al., ICCV 2009) and UCY (Lerner et al., 2007) as Trajnet has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.errors import PromptError


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One person: frames_T in ascending order, and where the person is there (metres, or what the file has)."""

    person_id: int
    frames_T: IntArray
    world_T2: FloatArray

    def __post_init__(self) -> None:
        frames_T, count = self.frames_T, len(self.frames_T)
        if not count or self.world_T2.shape != (count, 2) or not np.isfinite(self.world_T2).all():
            raise PromptError(
                f"Expected a position, two finite numbers, for each frame of person {self.person_id}, "
                f"got {count} frames and positions of shape {self.world_T2.shape}."
            )
        if (np.diff(frames_T) <= 0).any():
            raise PromptError(f"Expected the frames of person {self.person_id} in ascending order, each once.")

    @property
    def span(self) -> range:
        """From the first annotated frame to the last, both in it."""
        return range(int(self.frames_T[0]), int(self.frames_T[-1]) + 1)

    def at(self, frames_P: IntArray) -> FloatArray:
        """Return world_P2 at any frames: linear between annotations, NaN outside the span.

        >>> Trajectory(1, np.array([0, 10]), np.array([[0.0, 0], [5, 1]])).at(np.array([4, 11]))
        array([[2. , 0.4],
               [nan, nan]])
        """
        columns = [
            np.interp(frames_P, self.frames_T, axis_T, left=np.nan, right=np.nan) for axis_T in self.world_T2.T
        ]
        return np.stack(columns, axis=1)


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Everybody's trajectory, by person id; `origin` is what errors call them by."""

    people: Mapping[int, Trajectory]
    origin: str

    def __len__(self) -> int:
        return len(self.people)

    def __iter__(self) -> Iterator[Trajectory]:
        return iter(self.people.values())

    def of(self, person_id: int) -> Trajectory:
        """Return one person's; raise PromptError for an id that is not there."""
        if person_id not in self.people:
            known = sorted(self.people)
            listed = ", ".join(map(str, known[:10])) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
            raise PromptError(f"Expected a person of {self.origin} ({listed}), got {person_id}.")
        return self.people[person_id]

    def within(self, person_id: int, frame_count: int) -> range:
        """Return the part of a person's span that a video of so many frames has; raise PromptError for none."""
        span = self.of(person_id).span
        inside = range(max(span.start, 0), min(span.stop, frame_count))
        if not inside:
            raise PromptError(
                f"Expected person {person_id} of {self.origin} in frames 0 to {frame_count - 1} of the video, got "
                f"annotations of frames {span.start} to {span.stop - 1}: is it another video, or are its frames "
                "counted from another number?"
            )
        return inside

    def counted_from(self, first: int) -> Trajectories:
        """Return them with frames counted so that the frame `first` of the file is the video's frame 0."""
        moved = {
            one.person_id: Trajectory(one.person_id, np.asarray(one.frames_T) - first, one.world_T2)
            for one in self
        }
        return Trajectories(moved, self.origin)

    def points(self) -> FloatArray:
        """Return world_P2 of every annotation of everybody."""
        return np.concatenate([one.world_T2 for one in self])
