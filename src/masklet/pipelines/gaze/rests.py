"""Fixations and what they are at: given by the tracker, detected, or every sample one of its own.

Shapes: K samples that are looked up, F fixations, P pairs of a fixation and a candidate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.errors import PromptError
from masklet.metrics.gaze import NOTHING, sample_durations
from masklet.pipelines.gaze.looks import Decision, Looks
from masklet.pipelines.gaze.use import Use
from masklet.prompts.fixations import detect_fixations
from masklet.prompts.gaze import Fixations, Gaze
from masklet.prompts.gaze_clock import Placed

Kind = Literal["given", "detected", "samples"]
_SLOW = 10
"""Samples a second below which each counts as a fixation: so few are one for each frame that somebody chose."""

UNKNOWN = -2
"""In place of the target of a fixation of which no sample was looked up."""


@dataclass(frozen=True, eq=False)
class Rests:
    """Fixations in the time of the video, in order."""

    kind: Kind
    start_F: FloatArray
    end_F: FloatArray
    xy_F2: FloatArray

    def __len__(self) -> int:
        return len(self.start_F)


@dataclass(frozen=True, eq=False)
class RestLooks:
    """What fixations are at, by their samples; each sample counts alike."""

    target_F: IntArray
    """A place among the targets, NOTHING, or UNKNOWN."""
    share_F: FloatArray
    """The mean share of it in the disks of the samples; nothing: of what no candidate has."""
    samples_F: IntArray
    """How many were looked up."""
    rest_P: IntArray
    """Of the candidates, ordered by fixation, and of a fixation the larger share first."""
    target_P: IntArray
    share_P: FloatArray


def rests_of(
    gaze: Gaze,
    placed: Placed,
    use: Use,
    video_T: FloatArray,
    *,
    kind: Literal["auto", "given", "detected", "samples"] = "auto",
    dispersion: float,
    duration: float,
) -> Rests:
    """Return the fixations of gaze in pixels.

    auto: those the recording has; else every sample where they are few a second; else detected ones (I-DT).
    Raise PromptError where the recording should have some, and has none.
    """
    seen_S = np.flatnonzero(use.is_seen_S)
    seconds_S = placed.seconds_S[seen_S]
    if kind == "given" or (kind == "auto" and gaze.fixations is not None):
        if gaze.fixations is None:
            raise PromptError(f"Expected fixations beside {gaze.origin}, got none; they can be detected.")
        return _given(gaze.fixations, placed, video_T)
    usual = float(np.median(np.diff(placed.seconds_S))) if len(placed.seconds_S) > 1 else 1.0
    if kind == "samples" or (kind == "auto" and usual > 1 / _SLOW):
        used_S = np.flatnonzero(use.is_used_S)
        start_F = placed.seconds_S[used_S]
        return Rests("samples", start_F, start_F + sample_durations(start_F), gaze.xy_S2[used_S])
    found = detect_fixations(seconds_S, gaze.xy_S2[seen_S], dispersion=dispersion, duration=duration)
    return Rests("detected", found.start_F, found.end_F, found.xy_F2)


def _given(fixations: Fixations, placed: Placed, video_T: FloatArray) -> Rests:
    """Return the recording's fixations that begin or end while the video runs."""
    start_F, end_F = (placed.to_video(times_F, video_T) for times_F in (fixations.start_F, fixations.end_F))
    while_F = (end_F >= video_T[0]) & (start_F <= video_T[-1])
    return Rests("given", start_F[while_F], end_F[while_F], fixations.xy_F2[while_F])


def looks_of_rests(rests: Rests, seconds_K: FloatArray, looks: Looks, decide: Decision) -> RestLooks:
    """Return what each fixation is at: what most of its samples are at, or what has the most of their disks."""
    targets = len(looks.targets)
    first_F = np.searchsorted(seconds_K, rests.start_F)
    last_F = np.searchsorted(seconds_K, rests.end_F, side="right")
    if rests.kind == "samples":
        last_F = np.minimum(last_F, first_F + 1)
    count_F = np.maximum(last_F - first_F, 0)
    rest_M = np.repeat(np.arange(len(rests)), count_F)  # a sample may be of two fixations that touch
    sample_M = np.arange(len(rest_M)) + np.repeat(first_F - np.cumsum(count_F) + count_F, count_F)
    pairs_K1 = np.searchsorted(looks.sample_P, np.arange(len(seconds_K) + 1))
    pairs_M = np.diff(pairs_K1)[sample_M]
    pair_L = np.arange(pairs_M.sum()) + np.repeat(pairs_K1[sample_M] - np.cumsum(pairs_M) + pairs_M, pairs_M)
    key_L = np.repeat(rest_M, pairs_M) * targets + looks.target_P[pair_L]
    key_P, place_L = np.unique(key_L, return_inverse=True)
    rest_P, target_P = np.divmod(key_P, max(targets, 1))
    share_P = np.bincount(place_L, weights=looks.share_P[pair_L], minlength=len(key_P)) / count_F[rest_P]
    votes_FN = np.zeros((len(rests), targets + 1))
    np.add.at(votes_FN, (rest_M, looks.target_K[sample_M] % (targets + 1)), 1)  # NOTHING becomes the last column
    shares_FN = np.zeros((len(rests), targets + 1))
    shares_FN[rest_P, target_P] = share_P
    shares_FN[:, -1] = np.maximum(1 - shares_FN[:, :-1].sum(axis=1), 0)
    best_F = (votes_FN + shares_FN / 2 if decide == "pixel" else shares_FN).argmax(axis=1)
    order_P = np.lexsort((target_P, -share_P, rest_P))
    target_F = np.where(count_F == 0, UNKNOWN, np.where(best_F == targets, NOTHING, best_F))
    return RestLooks(
        target_F=target_F,
        share_F=np.where(count_F == 0, 0.0, shares_FN[np.arange(len(rests)), best_F]),
        samples_F=count_F,
        rest_P=rest_P[order_P],
        target_P=target_P[order_P],
        share_P=share_P[order_P],
    )
