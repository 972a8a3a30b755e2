"""MOTSA, sMOTSA and MOTSP: CLEAR MOT of masks (Voigtlaender et al., CVPR 2019).

The counts are those of `clear_mot` on frames whose IoU is that of masks. From an IoU above 0.5 a mask has at
most one partner where masks of a frame share no pixel, so that matching is no choice.
"""

from __future__ import annotations

from dataclasses import dataclass

from masklet.metrics.clear_mot import ClearMot


@dataclass(frozen=True)
class Mots:
    """Shares of the true masks; nan without any."""

    smotsa: float
    """Sum of the matches' IoU less false masks and switches, per true mask."""
    motsa: float
    """Number of matches less false masks and switches, per true mask."""
    motsp: float
    """Mean IoU of the matches; nan without any."""


def mots(counts: ClearMot) -> Mots:
    """Return the measures of counts that were made with the IoU of masks.

    >>> one_of_two = ClearMot(1, 0, 1, 0, 0, 0, 1, 0, iou_sum=0.8)
    >>> mots(one_of_two)
    Mots(smotsa=0.4, motsa=0.5, motsp=0.8)
    """
    true_masks = counts.matches + counts.misses
    wrong = counts.false_positives + counts.switches
    return Mots(
        smotsa=_share(counts.iou_sum - wrong, true_masks),
        motsa=_share(counts.matches - wrong, true_masks),
        motsp=_share(counts.iou_sum, counts.matches),
    )


def _share(part: float, whole: int) -> float:
    return part / whole if whole else float("nan")
