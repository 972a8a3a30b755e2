"""What a pipeline knows of each object it follows, beside its mask; plain values that go to and from JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.boxes import BoxXYXY, shifted
from masklet.pipelines.appearance import likeness


@dataclass(frozen=True)
class Track:
    """One object as the pipeline sees it."""

    object_id: int
    label: str | None
    box_xyxy: BoxXYXY
    """Around its last mask."""
    last_seen: int
    """Index of the last frame with a mask."""
    velocity_xy: tuple[float, float] = (0.0, 0.0)
    """Of its centre, in pixels a frame."""
    colours: tuple[float, ...] = ()
    score: float = 1.0
    """Running mean over the detections that spoke for it."""
    detected_xyxy: BoxXYXY | None = None
    """Box of the last of them."""
    detected_at: int = 0
    """Its frame."""
    unsupported: int = 0
    """Frames since a detection spoke for it."""
    segmented_at: int = 0
    """Frame on which its mask was last made by the segmenter."""
    drifting: int = 0
    """Detections in a row that speak for it but disagree with its mask."""
    usual_score: float | None = None
    """Running mean of what the tracker thought of its masks; None before the first."""
    unsure_since: int | None = None
    """The frame from which the tracker thinks clearly less of them, None while it does not."""
    by_hand: bool = False
    """Whether a person pointed it out; such an object is never ended by the pipeline."""

    def box_at(self, frame_index: int) -> BoxXYXY:
        """Return where the box is expected at this frame: moved on with its velocity, for at most 12 frames."""
        steps = min(frame_index - self.last_seen, 12)
        return shifted(self.box_xyxy, self.velocity_xy[0] * steps, self.velocity_xy[1] * steps)

    def detected(self, box_xyxy: BoxXYXY, score: float, frame_index: int) -> Track:
        """Return the track after a detection spoke for it."""
        mean = score if self.detected_xyxy is None else 0.8 * self.score + 0.2 * score
        return replace(self, score=mean, detected_xyxy=box_xyxy, detected_at=frame_index, unsupported=0)

    def scored(self, score: float, frame_index: int, *, unsure_below: float) -> Track:
        """Return the track after the tracker said what it thinks of this frame's mask.

        It is unsure from a score below this share of the usual one; such scores are not usual.
        """
        if self.usual_score is None:
            return replace(self, usual_score=score)
        if score < unsure_below * self.usual_score:
            return replace(self, unsure_since=frame_index if self.unsure_since is None else self.unsure_since)
        return replace(self, usual_score=0.9 * self.usual_score + 0.1 * score, unsure_since=None)

    def seen(self, box_xyxy: BoxXYXY, frame_index: int) -> Track:
        """Return the track with its box, and its velocity drawn towards how far it came."""
        steps = frame_index - self.last_seen
        if steps == 0:  # seen on the same frame by someone else: no movement
            return replace(self, box_xyxy=box_xyxy)
        moved = [
            (box_xyxy[axis] + box_xyxy[axis + 2] - self.box_xyxy[axis] - self.box_xyxy[axis + 2]) / 2 / steps
            for axis in (0, 1)
        ]
        velocity = tuple(0.6 * old + 0.4 * new for old, new in zip(self.velocity_xy, moved, strict=True))
        return replace(self, box_xyxy=box_xyxy, last_seen=frame_index, velocity_xy=(velocity[0], velocity[1]))


@dataclass
class TrackBook:
    """The objects being followed, those lost of late, and the next free id. Ids are never used again."""

    next_id: int = 1
    active: dict[int, Track] = field(default_factory=dict)
    lost: dict[int, Track] = field(default_factory=dict)

    def new_id(self) -> int:
        """Return an id nobody had."""
        self.next_id += 1
        return self.next_id - 1

    def put(self, track: Track) -> None:
        """Follow this track from now on."""
        self.lost.pop(track.object_id, None)
        self.active[track.object_id] = track
        self.next_id = max(self.next_id, track.object_id + 1)

    def lose(self, object_id: int) -> None:
        """Move a track to those that may come back."""
        self.lost[object_id] = self.active.pop(object_id)

    def forget_lost(self, before_frame: int, at_most: int = 200) -> None:
        """Forget those lost for too long, and the oldest where there are too many."""
        kept = [track for track in self.lost.values() if track.last_seen >= before_frame]
        kept.sort(key=lambda track: track.last_seen)
        self.lost = {track.object_id: track for track in kept[-at_most:]}

    def find_lost(
        self, label: str, box_xyxy: BoxXYXY, colours: tuple[float, ...], frame_index: int, *, at_least: float
    ) -> Track | None:
        """Return the lost track of this class that looks most like it and could have come so far, if any."""
        near = self.near_lost(label, box_xyxy, frame_index)
        best = max(near, key=lambda track: likeness(track.colours, colours), default=None)
        return best if best and likeness(best.colours, colours) >= at_least else None

    def near_lost(self, label: str, box_xyxy: BoxXYXY, frame_index: int) -> list[Track]:
        """Return the lost tracks of this class that could have come so far."""
        return [
            track
            for track in self.lost.values()
            if track.label == label and _could_reach(track, box_xyxy, frame_index)
        ]

    def copy(self) -> TrackBook:
        """Return a book of its own."""
        return TrackBook(self.next_id, dict(self.active), dict(self.lost))

    def to_json(self) -> dict[str, Any]:
        """Return the book as JSON-able values."""
        return {
            "next_id": self.next_id,
            "active": [asdict(track) for track in self.active.values()],
            "lost": [asdict(track) for track in self.lost.values()],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> TrackBook:
        """Return the book that gave these values."""
        return cls(value["next_id"], _by_id(value["active"]), _by_id(value["lost"]))


def boxes_at(tracks: Iterable[Track], frame_index: int) -> FloatArray:
    """Return boxes_N4 where the tracks are expected at this frame."""
    return np.array([track.box_at(frame_index) for track in tracks], dtype=np.float64).reshape(-1, 4)


def _could_reach(track: Track, box_xyxy: BoxXYXY, frame_index: int) -> bool:
    """Return whether it may have come here: a third of its own size a frame, at most six sizes."""
    x1, y1, x2, y2 = track.detected_xyxy or track.box_xyxy  # its last masks may be mere remnants
    size = max(y2 - y1, x2 - x1)
    distance = np.hypot((box_xyxy[0] + box_xyxy[2] - x1 - x2) / 2, (box_xyxy[1] + box_xyxy[3] - y1 - y2) / 2)
    return bool(distance <= size * min(1 + (frame_index - track.last_seen) / 3, 6))


def _by_id(values: list[dict[str, Any]]) -> dict[int, Track]:
    tracks = [Track(**{name: _as_tuple(item) for name, item in value.items()}) for value in values]
    return {track.object_id: track for track in tracks}


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
