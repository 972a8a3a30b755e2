"""The settings of re-prompted memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HybridConfig:
    """When the detector is asked and what is made of its answers."""

    classes: tuple[str, ...] = ("person",)
    new_from: float = 0.5
    """Score from which a detection may begin a track; weaker ones can still support one."""
    nearly_from: float = 0.75
    """Share of `new_from` from which an uncovered detection is nearly a new object: the detector is asked again on
    the next frame."""
    corrects_from: float = 0.5
    """Score from which a detection may correct the mask of its track, or be a lost object that came back, where
    `new_from` is not less."""
    doubtful_below: float = 0.9
    """Share of `new_from` that a track's mean score may not fall below; a thing often taken for an object by
    mistake is hardly ever taken for one with certainty. Less where tracks begin with more than `corrects_from`."""
    detect_every: int | None = 2
    """Frames between two questions to the detector; None: only once in each shot."""
    same_from: float = 0.3
    """Box IoU from which a detection is the track's."""
    agrees_from: float = 0.6
    """Box IoU below which mask and detection disagree."""
    correct_after: int = 1
    """Disagreeing detections in a row until the object is segmented anew."""
    unsure_below: float | None = 0.85
    """Share of an object's usual score below which it counts as unsure: the detector is asked on the next frame,
    and where it sees the object, this is segmented anew. None: scores are not looked at."""
    refresh_after: int | None = 12
    """Frames after which an object that stands free is segmented anew, one at each look; None: never."""
    free_up_to: float = 0.1
    """Share of a detection's box that other boxes may cover if it stands free."""
    room: float = 0.2
    """Share of its size that a mask may reach beyond the detection that speaks for it."""
    fragment: float = 0.1
    """Share of a mask's largest part below which another part is dropped."""
    double_from: float = 0.7
    """Mask IoU from which two tracks of one class are one object."""
    covered_from: float = 0.6
    """Share of a detection's box inside one track's box from which it is nothing new."""
    end_after: int = 12
    """Frames without a supporting detection until a track is ended."""
    found_again_from: float = 0.7
    """Likeness of colours from which a new object is a lost one that came back."""
    remember_lost_for: int = 150
    """Frames a lost object may be found again in."""

    @property
    def trusted_from(self) -> float:
        """Score from which a detection is believed about an object that is followed already."""
        return min(self.corrects_from, self.new_from)

    @property
    def nearly_new_from(self) -> float:
        """Score from which an uncovered detection is nearly a new object; one that is not trusted never is."""
        return max(self.nearly_from * self.new_from, self.trusted_from)

    @property
    def doubted_below(self) -> float:
        """Mean score below which a track is ended: the surer it had to begin, the less sure it may become."""
        return self.doubtful_below * self.trusted_from**2 / self.new_from if self.new_from else 0.0
