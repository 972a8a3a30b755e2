"""Who is looked at: of what lies in each sample's disk, what the look is said to be at.

Shapes: K samples, P pairs of a sample and a candidate, N targets.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.label_space import VOID, LabelSpace
from masklet.metrics.gaze import NOTHING
from masklet.pipelines.gaze.found import Found
from masklet.pipelines.gaze.in_labels import FoundClasses
from masklet.pipelines.gaze.in_masks import FoundObjects

Decision = Literal["pixel", "disk"]
"""What the very pixel belongs to, or what has the most of the disk; nothing can be either."""


@dataclass(frozen=True)
class Target:
    """An object that is followed, or a class of which single objects are not told apart."""

    object_id: int | None
    label: str | None

    @property
    def name(self) -> str:
        """What it is called.

        >>> Target(3, "person").name, Target(None, "road").name, Target(2, None).name
        ('person 3', 'road', 'object 2')
        """
        if self.object_id is None:
            return self.label or "unnamed"
        return f"{self.label or 'object'} {self.object_id}"


@dataclass(frozen=True, eq=False)
class Looks:
    """What each sample is looked at, and what else its disk has."""

    targets: tuple[Target, ...]
    target_K: IntArray
    """A place in `targets`, or NOTHING."""
    share_K: FloatArray
    """How much of its disk that has (nothing: what no candidate has)."""
    sample_P: IntArray
    """Of the candidates, ordered by sample, and of a sample the larger share first."""
    target_P: IntArray
    share_P: FloatArray

    def name_of(self, target: int) -> str:
        """Return the name of a target, `nothing` for none."""
        return "nothing" if target == NOTHING else self.targets[target].name


def looks_of(
    count: int,
    objects: FoundObjects | None,
    classes: FoundClasses | None,
    *,
    space: LabelSpace | None,
    decide: Decision = "pixel",
) -> Looks:
    """Return who `count` samples are looked at.

    At the pixel, an object goes before a class, and of several objects that with the best score. An object without
    a name is called by the class that most samples at it have under them.
    """
    pairs = Found.joined([part.found for part in (objects, classes) if part is not None])
    is_object_P = np.arange(len(pairs.key_P)) < (len(objects.found.key_P) if objects else 0)
    rank_P = np.where(is_object_P, pairs.score_P, -1)
    beyond = int(pairs.key_P.max(initial=0)) + 1
    code_P = np.where(is_object_P, pairs.key_P, beyond + pairs.key_P)  # objects first
    code_N = np.unique(code_P)
    target_P = np.searchsorted(code_N, code_P)
    names = _names_of(objects, classes, space)
    targets = tuple(
        Target(None, space.names[key] if space else None) if is_class else Target(key, names.get(key))
        for is_class, key in (divmod(code, beyond) for code in code_N.tolist())
    )
    nothing_K = np.maximum(1 - np.bincount(pairs.sample_P, weights=pairs.share_P, minlength=count), 0)
    if decide == "pixel":
        wins_P, weight_P = pairs.is_at_P, rank_P
    else:
        wins_P, weight_P = pairs.share_P > nothing_K[pairs.sample_P], pairs.share_P
    target_K, share_K = np.full(count, NOTHING, dtype=np.int64), nothing_K.copy()
    by_weight = np.flatnonzero(wins_P)[np.argsort(weight_P[wins_P], kind="stable")]  # the last one written stays
    target_K[pairs.sample_P[by_weight]] = target_P[by_weight]
    share_K[pairs.sample_P[by_weight]] = pairs.share_P[by_weight]
    order_P = np.lexsort((target_P, -pairs.share_P, pairs.sample_P))
    return Looks(
        targets=targets,
        target_K=target_K,
        share_K=share_K,
        sample_P=pairs.sample_P[order_P],
        target_P=target_P[order_P],
        share_P=pairs.share_P[order_P],
    )


def _names_of(
    objects: FoundObjects | None, classes: FoundClasses | None, space: LabelSpace | None
) -> dict[int, str | None]:
    """Return names for objects: their own, else the class that most samples at the object have."""
    if objects is None:
        return {}
    if classes is None or space is None:
        return objects.labels
    at = objects.found.where(objects.found.is_at_P)
    values = classes.under_K[at.sample_P]
    votes = Counter(zip(at.key_P[values != VOID].tolist(), values[values != VOID].tolist(), strict=True))
    names: dict[int, str | None] = {}
    for (object_id, value), _ in sorted(votes.items(), key=lambda item: item[1]):
        names[object_id] = space.names[value]  # the last one has the most
    return names | {object_id: label for object_id, label in objects.labels.items() if label}
