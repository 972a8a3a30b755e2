"""The field's own measures beside the tables: MOTA, IDF1, HOTA and, of masks, sMOTSA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.evaluation.json_values import for_json
from masklet.evaluation.pedestrians.definitions import Definitions
from masklet.evaluation.pedestrians.matching import Pairs, share_inside
from masklet.evaluation.pedestrians.people import PeopleFrame
from masklet.masklets import ObjectMask
from masklet.metrics.clear_mot import ClearMot, clear_mot
from masklet.metrics.hota import Hota, hota
from masklet.metrics.identity import Identity, identity
from masklet.metrics.mots import mots
from masklet.metrics.overlap import FrameOverlap

IGNORED_FROM = 0.5
"""Share of a mask in a region to be ignored from which the mask is not false."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Counts of one clip or of several; ids of different clips are different."""

    clear: ClearMot
    identity: Identity
    hota: Hota
    of_masks: bool

    def __add__(self, other: Scores) -> Scores:
        return Scores(
            self.clear + other.clear,
            self.identity + other.identity,
            self.hota + other.hota,
            self.of_masks and other.of_masks,
        )

    def to_json(self) -> dict[str, float | None]:
        """Return the figures by their usual names; null for what cannot be computed, sMOTSA without masks."""
        of_masks = mots(self.clear)
        figures: dict[str, float] = {
            "MOTA": self.clear.mota,
            "IDF1": self.identity.idf1,
            "HOTA": self.hota.hota,
            "DetA": self.hota.det_a,
            "AssA": self.hota.ass_a,
            "sMOTSA": of_masks.smotsa if self.of_masks else float("nan"),
            "Recall": self.clear.recall,
            "Precision": self.clear.precision,
            "FP": self.clear.false_positives,
            "FN": self.clear.misses,
            "IDSW": self.clear.switches,
        }
        return {name: for_json(value) for name, value in figures.items()}


def scores(frames: Sequence[FrameOverlap], *, threshold: float, of_masks: bool) -> Scores:
    """Return the counts of one clip from what is judged in each frame."""
    clear, names = clear_mot(frames, threshold=threshold), identity(frames, threshold=threshold)
    return Scores(clear, names, hota(frames), of_masks)


def judged_overlap(
    people: PeopleFrame,
    masks: Sequence[ObjectMask],
    overlap_NM: FloatArray,
    pairs: Pairs,
    definitions: Definitions,
) -> FrameOverlap:
    """Return who is judged in a frame, and the masks that count.

    A mask does not count, neither for nor against, that is right on someone who is not judged, or that is nobody's
    and lies by half in a region to be ignored.
    """
    judged_N = people.judged_N(definitions)
    forgiven = {pairs.right.get(person) for person in _those(people.person_ids, ~judged_N)}
    taken = set(pairs.right.values())
    ignored_M = share_inside(masks, people.regions) >= IGNORED_FROM
    counts_M = np.array(
        [
            item.object_id not in forgiven and not (ignored and item.object_id not in taken)
            for item, ignored in zip(masks, ignored_M, strict=True)
        ],
        dtype=bool,
    )
    return FrameOverlap(
        truth_ids=tuple(_those(people.person_ids, judged_N)),
        predicted_ids=tuple(_those([item.object_id for item in masks], counts_M)),
        iou_NM=overlap_NM[judged_N][:, counts_M],
    )


def _those(ids: Sequence[int], chosen: np.ndarray) -> Iterator[int]:
    return (item for item, is_chosen in zip(ids, chosen.tolist(), strict=True) if is_chosen)
