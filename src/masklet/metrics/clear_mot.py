"""CLEAR MOT measures (Bernardin and Stiefelhagen, EURASIP JIVP 2008) with the conventions of MOTChallenge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from masklet.metrics.assignment import assigned, together_before
from masklet.metrics.overlap import FrameOverlap


@dataclass(frozen=True)
class ClearMot:
    """Counts over all frames; those of several sequences add up with `+`."""

    matches: int
    false_positives: int
    misses: int
    switches: int
    """How often a true object is matched to another prediction than when it was last matched."""
    fragmentations: int
    """How often a true object is lost while it is there, and found again."""
    mostly_tracked: int
    """True objects matched in at least 80 % of their frames."""
    partly_tracked: int
    mostly_lost: int
    """True objects matched in less than 20 % of their frames."""
    iou_sum: float
    """Over all matches."""

    def __add__(self, other: ClearMot) -> ClearMot:
        return ClearMot(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    @property
    def mota(self) -> float:
        """1 less the errors (misses, false positives, switches) per true box; nan without true boxes."""
        errors = self.misses + self.false_positives + self.switches
        return 1 - _share(errors, self.matches + self.misses)

    @property
    def motp(self) -> float:
        """Mean IoU of the matches; nan without any. (Some tools print 1 less this.)"""
        return _share(self.iou_sum, self.matches)

    @property
    def recall(self) -> float:
        """Share of the true boxes that are matched; nan without any."""
        return _share(self.matches, self.matches + self.misses)

    @property
    def precision(self) -> float:
        """Share of the predicted boxes that are matched; nan without any."""
        return _share(self.matches, self.matches + self.false_positives)


def clear_mot(frames: Iterable[FrameOverlap], *, threshold: float = 0.5) -> ClearMot:
    """Return the counts of one sequence, its frames in order.

    In each frame, pairs that were matched in the frame before stay matched while their IoU is at least the
    threshold; of the rest, those pairs are matched that have the greatest sum of IoU. A frame that is empty
    on one side leaves the correspondences of the frame before it standing.

    >>> seen = FrameOverlap((1,), (7,), np.array([[0.8]]))
    >>> renamed = FrameOverlap((1,), (9,), np.array([[0.6]]))
    >>> clear_mot([seen, renamed]).switches
    1
    """
    histories: dict[int, _History] = {}
    before: dict[int, int] = {}
    predicted_count, iou_sum = 0, 0.0
    for frame in frames:
        kept_NM = together_before(before, frame.truth_ids, frame.predicted_ids)
        matches = assigned(frame.iou_NM.astype(np.float64), at_least=threshold, kept_NM=kept_NM)
        if frame.iou_NM.size:
            before = {frame.truth_ids[row]: frame.predicted_ids[column] for row, column in matches}
        matched_to = {frame.truth_ids[row]: frame.predicted_ids[column] for row, column in matches}
        for truth_id in frame.truth_ids:
            histories.setdefault(truth_id, _History()).note(matched_to.get(truth_id))
        predicted_count += len(frame.predicted_ids)
        iou_sum += sum(float(frame.iou_NM[pair]) for pair in matches)
    return _summary(list(histories.values()), predicted_count, iou_sum)


@dataclass
class _History:
    """What has happened to one true object so far."""

    frames: int = 0
    matched: int = 0
    switches: int = 0
    fragmentations: int = 0
    last_match: int | None = None
    lost: bool = False

    def note(self, predicted_id: int | None) -> None:
        """Add a frame where it is there, matched or (None) missed."""
        self.frames += 1
        if predicted_id is None:
            self.lost = True
            return
        if self.last_match is not None:
            self.switches += predicted_id != self.last_match
            self.fragmentations += self.lost
        self.matched += 1
        self.last_match, self.lost = predicted_id, False

    @property
    def tracked_share(self) -> float:
        return self.matched / self.frames


def _summary(histories: list[_History], predicted_count: int, iou_sum: float) -> ClearMot:
    matches = sum(history.matched for history in histories)
    shares = [history.tracked_share for history in histories]
    return ClearMot(
        matches=matches,
        false_positives=predicted_count - matches,
        misses=sum(history.frames for history in histories) - matches,
        switches=sum(history.switches for history in histories),
        fragmentations=sum(history.fragmentations for history in histories),
        mostly_tracked=sum(share >= 0.8 for share in shares),
        partly_tracked=sum(0.2 <= share < 0.8 for share in shares),
        mostly_lost=sum(share < 0.2 for share in shares),
        iou_sum=iou_sum,
    )


def _share(part: float, whole: int) -> float:
    return part / whole if whole else float("nan")
