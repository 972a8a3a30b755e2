"""Detect and segment every frame anew, then say who is who: P0's pipeline "R-CNN + SAM" with identities.

Each detection becomes a mask; masks are assigned to tracks by how much they share with the track's box where
it is expected and with its last mask, and by how alike their colours are (Hungarian method). Slower than
propagation, but a newcomer is never missed. Source: P0 section 5 (B11); association as in SORT and its kin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from masklet.core import rle
from masklet.core.arrays import AnyArray, BoolArray, FloatArray
from masklet.core.boxes import box_iou, box_of_mask
from masklet.core.errors import PromptError
from masklet.core.rle import Rle
from masklet.core.values import Detections, Frame, FrameMasks, Prompt
from masklet.metrics.assignment import assigned
from masklet.models.protocols import Detector, Segmenter
from masklet.pipelines.appearance import blend, colours_of, likeness
from masklet.pipelines.finding import as_box, segment_boxes, wanted
from masklet.pipelines.shots import ShotDetector
from masklet.pipelines.tracks import Track, TrackBook, boxes_at
from masklet.propagation import nest, pack, unnest, unpack


@dataclass(frozen=True, kw_only=True)
class PerFrameConfig:
    """What counts as an object, and when two masks are one object's."""

    classes: tuple[str, ...] = ("person",)
    new_from: float = 0.5
    same_from: float = 0.3
    """Score (0 to 1) from which a mask is the track's."""
    colour_share: float = 0.3
    """Part of the score that likeness of colours has; overlap has the rest."""
    end_after: int = 20
    """Frames unseen until a track is lost."""
    found_again_from: float = 0.8
    remember_lost_for: int = 150


class PerFrame:
    """Tracker put together from a detector and a segmenter."""

    def __init__(
        self,
        detector: Detector,
        segmenter: Segmenter,
        config: PerFrameConfig | None = None,
        *,
        first_object_id: int = 1,
    ) -> None:
        self.detector = detector
        self.segmenter = segmenter
        self.config = config or PerFrameConfig()
        self.first_object_id = first_object_id

    def start(self) -> PerFrameSession:
        """Return a session that remembers nothing yet."""
        return PerFrameSession(self, TrackBook(next_id=self.first_object_id), ShotDetector(), {})

    def restore(self, state: Mapping[str, AnyArray]) -> PerFrameSession:
        """Return a session that goes on where the one that gave this state stood."""
        last = {
            int(object_id): Rle((size[0], size[1]), counts)
            for object_id, (size, counts) in unpack(state["last"]).items()
        }
        shots = ShotDetector.restore(unnest("shots", state))
        return PerFrameSession(self, TrackBook.from_json(unpack(state["book"])), shots, last)


class PerFrameSession:
    """What is remembered of one video: the tracks and each one's last mask."""

    def __init__(self, parts: PerFrame, book: TrackBook, shots: ShotDetector, last: dict[int, Rle]) -> None:
        self._parts = parts
        self._book = book
        self._shots = shots
        self._last = last

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects being followed."""
        return tuple(self._book.active)

    def step(self, frame: Frame, prompts: Sequence[Prompt] = ()) -> FrameMasks:
        """Take the next frame; objects come from the detector alone, so a prompt raises PromptError."""
        if prompts:
            raise PromptError(
                "Expected no prompts: the strategy per-frame follows what the detector finds; "
                "take the strategy hybrid or first-frame to point objects out."
            )
        if self._shots.is_cut(frame):
            self._book.active.clear()
            self._book.lost.clear()
            self._last.clear()
        tracks = list(self._book.active.values())
        detections, masks_NHW = self._find(frame, boxes_at(tracks, frame.index))
        colours = [colours_of(frame.image_HW3, mask_HW) for mask_HW in masks_NHW]
        score_NM = self._score(frame, tracks, detections, masks_NHW, colours)
        pairs = assigned(score_NM, at_least=self._parts.config.same_from)
        track_of = {m: tracks[n] for n, m in pairs}
        new_from = self._parts.config.new_from
        kept = [m for m, score in enumerate(detections.scores_N) if m in track_of or score >= new_from]
        seen = [self._see(frame, track_of.get(m), detections, m, masks_NHW[m], colours[m]) for m in kept]
        self._lose_the_unseen(frame.index)
        return FrameMasks(
            frame_index=frame.index,
            object_ids=tuple(track.object_id for track in seen),
            masks_NHW=masks_NHW[kept],
            scores_N=np.array([track.score for track in seen], dtype=np.float64),
            labels_N=tuple(track.label for track in seen),
        )

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        if object_id not in self._book.active:
            raise PromptError(f"Expected one of the objects {self.object_ids}, got {object_id}.")
        del self._book.active[object_id]
        self._last.pop(object_id, None)

    def copy(self) -> PerFrameSession:
        """Return a session that goes on from here by itself."""
        return self._parts.restore(self.state())

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays."""
        last = {str(object_id): (code.size_HW, code.counts) for object_id, code in self._last.items()}
        return {**nest("shots", self._shots.state()), "book": pack(self._book.to_json()), "last": pack(last)}

    def _find(self, frame: Frame, expected_N4: FloatArray) -> tuple[Detections, BoolArray]:
        """Return masks of the good detections, and of weak ones where a track is expected."""
        config = self._parts.config
        detections = wanted(self._parts.detector.detect(frame), config.classes)
        is_expected_M = (box_iou(expected_N4, detections.boxes_N4) >= config.same_from).any(axis=0)
        detections = detections.select(is_expected_M | (detections.scores_N >= config.new_from))
        masks_NHW = segment_boxes(self._parts.segmenter, frame, detections.boxes_N4)
        found = np.flatnonzero(masks_NHW.any(axis=(1, 2)))
        return detections.select(found), masks_NHW[found]

    def _score(
        self,
        frame: Frame,
        tracks: Sequence[Track],
        detections: Detections,
        masks_NHW: BoolArray,
        colours: Sequence[tuple[float, ...]],
    ) -> FloatArray:
        """Return score_NM of track and detection being one object, 0 where nothing is shared or classes differ."""
        share = self._parts.config.colour_share
        boxes_NM = box_iou(boxes_at(tracks, frame.index), detections.boxes_N4)
        last = [self._last[track.object_id] for track in tracks]
        masks_NM = rle.iou_matrix(last, [rle.encode(mask_HW) for mask_HW in masks_NHW])
        overlap_NM = np.maximum(boxes_NM, masks_NM)
        alike_NM = np.array(
            [[likeness(track.colours, colour) for colour in colours] for track in tracks], dtype=np.float64
        ).reshape(overlap_NM.shape)
        same_class_NM = np.array(
            [[track.label == label for label in detections.labels_N] for track in tracks], dtype=bool
        ).reshape(overlap_NM.shape)
        score_NM: FloatArray = np.where(
            same_class_NM & (overlap_NM > 0.1), (1 - share) * overlap_NM + share * alike_NM, 0.0
        )
        return score_NM

    def _see(
        self,
        frame: Frame,
        track: Track | None,
        detections: Detections,
        m: int,
        mask_HW: BoolArray,
        colours: tuple[float, ...],
    ) -> Track:
        """Return the track of a mask, brought up to this frame: its own, a lost one come back, or a new one."""
        config = self._parts.config
        box = box_of_mask(mask_HW)
        assert box is not None  # empty masks were left out
        label = detections.labels_N[m]
        if track is None:
            track = self._book.find_lost(label, box, colours, frame.index, at_least=config.found_again_from)
            track = track and replace(track, box_xyxy=box, last_seen=frame.index)
        if track is None:
            track = Track(self._book.new_id(), label, box, frame.index, colours=colours)
        track = replace(
            track.detected(as_box(detections.boxes_N4[m]), float(detections.scores_N[m]), frame.index),
            colours=blend(track.colours, colours),
        ).seen(box, frame.index)
        self._book.put(track)
        self._last[track.object_id] = rle.encode(mask_HW)
        return track

    def _lose_the_unseen(self, frame_index: int) -> None:
        config = self._parts.config
        for track in list(self._book.active.values()):
            if frame_index - track.last_seen > config.end_after:
                self._book.lose(track.object_id)
                self._last.pop(track.object_id)
        self._book.forget_lost(frame_index - config.remember_lost_for)
