"""Propagate masks, and let a detector say what is new, what was lost and what is gone.

On a frame where the detector is asked, before the tracker's step:

    detections ─▶ assigned to the tracks where those are expected
                  ├ agrees with its track        the track is supported
                  ├ disagrees for a while, or    the object is segmented anew and its memory corrected
                  │ unsure, or long since segmented
                  └ belongs to none, uncovered   segmented, given to memory: new, or lost and found again
    tracks no detection spoke for, for too long  ended

It is asked every few frames, on the frame after the tracker's score of an object fell, and on the frame after it
saw something that was nearly sure enough to be new. With `detect_every=None` it is asked once in each shot: P0's
pipeline "SAM + XMem" (first frame, then propagation). Otherwise this is P0's future work, re-prompted memory. A
cut ends every track that no person pointed out. Sources: P0 sections 4-7 (B9, B22).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from masklet.core.arrays import AnyArray, BoolArray, FloatArray
from masklet.core.boxes import (
    box_iou,
    box_of_mask,
    covered_share,
    grown,
    mask_of_box,
    shifted,
)
from masklet.core.masks import mask_iou, without_fragments
from masklet.core.values import Detections, Frame, FrameMasks, MaskPrompt, Prompt
from masklet.metrics.assignment import assigned
from masklet.models.protocols import Detector, Segmenter, Session, Tracker
from masklet.pipelines.appearance import blend, colours_of
from masklet.pipelines.claims import each_its_own, is_covered, points_out, same_object_score
from masklet.pipelines.finding import as_box, segment_boxes, wanted
from masklet.pipelines.hybrid_config import HybridConfig
from masklet.pipelines.shots import ShotDetector
from masklet.pipelines.tracks import Track, TrackBook, boxes_at
from masklet.propagation import nest, pack, unnest, unpack


class Hybrid:
    """Tracker put together from a detector, a segmenter and a tracker."""

    def __init__(
        self,
        detector: Detector,
        segmenter: Segmenter,
        tracker: Tracker,
        config: HybridConfig | None = None,
        *,
        first_object_id: int = 1,
    ) -> None:
        """first_object_id: ids below are left to prompts given by hand."""
        self.detector = detector
        self.segmenter = segmenter
        self.tracker = tracker
        self.config = config or HybridConfig()
        self.first_object_id = first_object_id

    def start(self) -> HybridSession:
        """Return a session that remembers nothing yet."""
        book = TrackBook(next_id=self.first_object_id)
        return HybridSession(self, self.tracker.start(), book, ShotDetector())

    def restore(self, state: Mapping[str, AnyArray]) -> HybridSession:
        """Return a session that goes on where the one that gave this state stood."""
        session = HybridSession(
            self,
            self.tracker.restore(unnest("tracker", state)),
            TrackBook.from_json(unpack(state["book"])),
            ShotDetector.restore(unnest("shots", state)),
        )
        session._asked_at = unpack(state["asked_at"])
        session._asks_again = unpack(state["asks_again"])
        return session


class HybridSession:
    """What is remembered of one video: the tracker's memory, the tracks, the shot."""

    def __init__(self, parts: Hybrid, session: Session, book: TrackBook, shots: ShotDetector) -> None:
        self._parts = parts
        self._session = session
        self._book = book
        self._shots = shots
        self._asked_at: int | None = None
        self._asks_again = False
        """Whether the last look had something that is nearly a new object."""

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects being followed."""
        return self._session.object_ids

    def step(self, frame: Frame, prompts: Sequence[Prompt] = ()) -> FrameMasks:
        """Take the next frame: ask the detector where it is due, then propagate."""
        if self._shots.is_cut(frame):
            self._begin_shot()
        found = self._look(frame, prompts) if self._is_due(frame.index) else []
        masks = self._tidied(self._session.step(frame, [*prompts, *found]))
        self._note(frame, masks, by_hand={prompt.object_id for prompt in prompts})
        return self._without_the_ended(masks)

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        self._session.remove(object_id)
        self._book.active.pop(object_id, None)

    def copy(self) -> HybridSession:
        """Return a session that goes on from here by itself."""
        return self._parts.restore(self.state())

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays."""
        return {
            **nest("tracker", self._session.state()),
            **nest("shots", self._shots.state()),
            "book": pack(self._book.to_json()),
            "asked_at": pack(self._asked_at),
            "asks_again": pack(self._asks_again),
        }

    def _begin_shot(self) -> None:
        for track in list(self._book.active.values()):
            if not track.by_hand:
                self._end(track.object_id)
        self._book.lost.clear()
        self._asked_at = None

    def _is_due(self, frame_index: int) -> bool:
        every = self._parts.config.detect_every
        if self._asked_at is None or every is None:
            return self._asked_at is None
        return (
            self._asks_again
            or frame_index - self._asked_at >= every
            or any(
                track.unsure_since is not None and track.unsure_since >= self._asked_at
                for track in self._book.active.values()
            )
        )

    def _look(self, frame: Frame, prompts: Sequence[Prompt]) -> list[MaskPrompt]:
        """Ask the detector; return masks of new, returned and corrected objects."""
        config = self._parts.config
        detections = wanted(self._parts.detector.detect(frame), config.classes)
        if not len(detections) and config.detect_every is None:
            return []  # the first frame of a shot on which there is something
        self._asked_at = frame.index
        by_hand = {prompt.object_id for prompt in prompts}
        tracks = [track for track in self._book.active.values() if track.object_id not in by_hand]
        expected_N4 = boxes_at(tracks, frame.index)
        pairs = assigned(same_object_score(expected_N4, tracks, detections), at_least=config.same_from)
        drifted = {m for n, m in pairs if self._support(tracks[n], detections, m, expected_N4[n], frame.index)}
        to_correct = {m: tracks[n] for n, m in pairs if m in drifted}
        if not to_correct:
            to_correct = self._longest_since({m: tracks[n] for n, m in pairs}, detections, frame.index)
        taken = {m for _, m in pairs}
        uncovered = [
            m
            for m in range(len(detections))
            if m not in taken
            and not is_covered(detections, m, expected_N4, tracks, from_share=config.covered_from)
            and not any(points_out(prompt, detections.boxes_N4[m]) for prompt in prompts)
        ]
        fresh = [m for m in uncovered if self._may_begin(detections, m, frame.index)]
        self._asks_again = any(detections.scores_N[m] >= config.nearly_new_from for m in {*uncovered} - {*fresh})
        return self._segment(frame, detections, to_correct, fresh)

    def _may_begin(self, detections: Detections, m: int, frame_index: int) -> bool:
        """Return whether a detection may be somebody new, or somebody lost who may have come so far."""
        config, score = self._parts.config, detections.scores_N[m]
        box, label = as_box(detections.boxes_N4[m]), detections.labels_N[m]
        return bool(score >= config.new_from) or bool(
            score >= config.trusted_from and self._book.near_lost(label, box, frame_index)
        )

    def _longest_since(
        self, track_of: Mapping[int, Track], detections: Detections, frame_index: int
    ) -> dict[int, Track]:
        """Return the one object that was segmented longest ago, of those that stand free, if it is long enough."""
        config = self._parts.config
        if config.refresh_after is None or config.detect_every is None:
            return {}
        cover_M = covered_share(detections.boxes_N4)
        since = {
            m: track.segmented_at
            for m, track in track_of.items()
            if frame_index - track.segmented_at >= config.refresh_after
            and detections.scores_N[m] >= config.trusted_from
            and cover_M[m] <= config.free_up_to
            and not track.by_hand
        }
        return {m: track_of[m] for m in sorted(since, key=lambda m: since[m])[:1]}

    def _support(
        self, track: Track, detections: Detections, m: int, expected_4: FloatArray, frame_index: int
    ) -> bool:
        """Note that a detection spoke for a track; return whether the track's mask wants correcting."""
        config = self._parts.config
        agrees = box_iou(expected_4[None], detections.boxes_N4[m][None])[0, 0] >= config.agrees_from
        drifting = 0 if agrees else track.drifting + 1
        score = float(detections.scores_N[m])
        wrong = drifting >= config.correct_after or track.unsure_since is not None
        correct = wrong and score >= config.trusted_from and not track.by_hand
        self._book.put(
            replace(
                track.detected(as_box(detections.boxes_N4[m]), score, frame_index),
                drifting=0 if correct else drifting,
                label=track.label or detections.labels_N[m],
            )
        )
        return correct

    def _segment(
        self, frame: Frame, detections: Detections, to_correct: Mapping[int, Track], fresh: list[int]
    ) -> list[MaskPrompt]:
        chosen = [*to_correct, *fresh]
        if not chosen:
            return []
        masks_NHW = segment_boxes(self._parts.segmenter, frame, detections.boxes_N4[chosen])
        prompts: list[MaskPrompt] = []
        for m, mask_HW in zip(chosen, each_its_own(masks_NHW, detections.scores_N[chosen]), strict=True):
            if not mask_HW.any():
                continue
            track = self._book.active[to_correct[m].object_id] if m in to_correct else None
            track = track or self._begin(frame, detections, m, mask_HW)
            if track is None:
                continue
            self._book.put(replace(track, segmented_at=frame.index, usual_score=None, unsure_since=None))
            prompts.append(MaskPrompt(frame.index, track.object_id, mask_HW))
        return prompts

    def _begin(self, frame: Frame, detections: Detections, m: int, mask_HW: BoolArray) -> Track | None:
        """Return the track of an uncovered detection: a lost one that came back, or a new one.

        None where it is a lost one whose mean score still gives no reason to follow it, or no lost one and not
        sure enough to be new.
        """
        config = self._parts.config
        box, label = as_box(detections.boxes_N4[m]), detections.labels_N[m]
        colours = colours_of(frame.image_HW3, mask_HW)
        track = self._book.find_lost(label, box, colours, frame.index, at_least=config.found_again_from)
        if track is None and detections.scores_N[m] < config.new_from:
            return None
        if track is None:
            track = Track(self._book.new_id(), label, box, frame.index, colours=colours)
        track = replace(
            track.detected(box, float(detections.scores_N[m]), frame.index),
            box_xyxy=box,
            last_seen=frame.index,
            velocity_xy=(0.0, 0.0),
            drifting=0,
        )
        if track.score < config.trusted_from:
            self._book.lost[track.object_id] = track
            return None
        self._book.put(track)
        return track

    def _note(self, frame: Frame, masks: FrameMasks, *, by_hand: set[int]) -> None:
        """Bring the tracks up to the frame's masks; end those nobody speaks for any more."""
        config = self._parts.config
        for object_id, mask_HW, score in zip(
            masks.object_ids, masks.masks_NHW, masks.scores_N.tolist(), strict=True
        ):
            box = box_of_mask(mask_HW)
            track = self._book.active.get(object_id)
            if track is None:
                track = Track(object_id, None, box or (0.0, 0.0, 0.0, 0.0), frame.index)
            if box is not None:
                track = track.seen(box, frame.index)
            if config.unsure_below is not None and not track.by_hand and track.segmented_at != frame.index:
                track = track.scored(score, frame.index, unsure_below=config.unsure_below)
            if box is not None and track.unsupported == 0:
                track = replace(track, colours=blend(track.colours, colours_of(frame.image_HW3, mask_HW)))
            self._book.put(
                replace(track, unsupported=track.unsupported + 1, by_hand=track.by_hand or object_id in by_hand)
            )
        if config.detect_every is not None:
            for track in list(self._book.active.values()):
                doubtful = track.score < config.doubted_below
                if (doubtful or track.unsupported > config.end_after) and not track.by_hand:
                    self._end(track.object_id)
        self._book.forget_lost(frame.index - config.remember_lost_for)

        self._end_doubles(masks)

    def _end_doubles(self, masks: FrameMasks) -> None:
        """Of two tracks of one class that have become one mask, end the younger."""
        double_from = self._parts.config.double_from
        tracks = list(self._book.active.values())
        boxes_N4 = np.array([track.box_xyxy for track in tracks]).reshape(-1, 4)
        for n, m in np.argwhere(np.triu(box_iou(boxes_N4, boxes_N4) >= double_from, k=1)):
            older, younger = sorted((tracks[n], tracks[m]), key=lambda track: track.object_id)
            if older.label == younger.label and not younger.by_hand and younger.object_id in self._book.active:
                both_2HW = masks.masks_NHW[[masks.object_ids.index(i.object_id) for i in (older, younger)]]
                if mask_iou(both_2HW[:1], both_2HW[1:])[0, 0] >= double_from:
                    self._end(younger.object_id)

    def _tidied(self, masks: FrameMasks) -> FrameMasks:
        """Return the masks without fragments and without what lies far outside a detection of just now."""
        config = self._parts.config
        masks_NHW = masks.masks_NHW.copy()
        for position, object_id in enumerate(masks.object_ids):
            track = self._book.active.get(object_id)
            if track is None or track.detected_xyxy is None or track.by_hand:
                continue
            masks_NHW[position] = without_fragments(masks_NHW[position], config.fragment)
            frames_since = masks.frame_index - track.detected_at
            if frames_since <= (config.detect_every or 0):
                x, y = (speed * frames_since for speed in track.velocity_xy)
                around = grown(shifted(track.detected_xyxy, x, y), config.room)
                masks_NHW[position] &= mask_of_box(around, masks.size_HW)
        return replace(masks, masks_NHW=masks_NHW)

    def _end(self, object_id: int) -> None:
        self._session.remove(object_id)
        self._book.lose(object_id)

    def _without_the_ended(self, masks: FrameMasks) -> FrameMasks:
        """Return the masks of tracks that go on, with class names."""
        kept = [n for n, object_id in enumerate(masks.object_ids) if object_id in self._book.active]
        tracks = [self._book.active[masks.object_ids[n]] for n in kept]
        return FrameMasks(
            frame_index=masks.frame_index,
            object_ids=tuple(track.object_id for track in tracks),
            masks_NHW=masks.masks_NHW[kept],
            scores_N=masks.scores_N[kept],
            labels_N=tuple(track.label for track in tracks),
        )
