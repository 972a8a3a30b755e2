"""G of YouTube-VOS: J and F of the objects whose category the training videos show, and of those it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan, nan
from statistics import fmean

_SEEN = """
airplane ape bear bike bird boat bucket bus camel cat cow crocodile deer dog dolphin duck eagle earless_seal
elephant fish fox frisbee frog giant_panda giraffe hand hat hedgehog horse knife leopard lion lizard monkey
motorbike mouse others owl paddle parachute parrot penguin person plant rabbit raccoon sedan shark sheep sign
skateboard snail snake snowboard squirrel surfboard tennis_racket tiger toilet train truck turtle umbrella
whale zebra
"""
SEEN_CATEGORIES = frozenset(_SEEN.split())
"""The 65 categories of the training videos (Xu et al., ECCV 2018)."""


@dataclass(frozen=True)
class ObjectScore:
    """Mean J and F of one object; a category of None (nobody said) counts as seen."""

    category: str | None
    j: float
    f: float

    @property
    def seen(self) -> bool:
        """Whether the training videos show its category."""
        return self.category is None or self.category in SEEN_CATEGORIES


@dataclass(frozen=True)
class YoutubeVosScore:
    """Means over the objects of each group, nan where a group is empty."""

    j_seen: float
    j_unseen: float
    f_seen: float
    f_unseen: float

    @property
    def g(self) -> float:
        """Mean of the four; of those there are, where one group is empty."""
        known = [value for value in (self.j_seen, self.j_unseen, self.f_seen, self.f_unseen) if not isnan(value)]
        return fmean(known) if known else nan


def youtube_vos_score(objects: Iterable[ObjectScore]) -> YoutubeVosScore:
    """Return the score of all objects of all videos.

    >>> youtube_vos_score([ObjectScore("cat", 0.5, 0.75), ObjectScore("ant", 0.25, 0.5)]).g
    0.5
    """
    everything = list(objects)
    seen = [item for item in everything if item.seen]
    unseen = [item for item in everything if not item.seen]
    return YoutubeVosScore(
        j_seen=_mean(item.j for item in seen),
        j_unseen=_mean(item.j for item in unseen),
        f_seen=_mean(item.f for item in seen),
        f_unseen=_mean(item.f for item in unseen),
    )


def _mean(values: Iterable[float]) -> float:
    collected = list(values)
    return fmean(collected) if collected else nan
