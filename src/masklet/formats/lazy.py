"""Frames that are read when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from masklet.masklets import ObjectMask

KEPT_FRAMES = 1024
"""How many frames, as run-length codes, stay in memory; a long video costs no more than these."""


class LazyFrames(Mapping[int, Sequence[ObjectMask]]):
    """The frames of a `Masklets`: their indices are known, their objects are loaded on demand.

    What `load` gives an empty mask is absent: it is left out.
    """

    def __init__(self, indices: Iterable[int], load: Callable[[int], Sequence[ObjectMask]]) -> None:
        self._indices = dict.fromkeys(sorted(indices))
        self._load = lru_cache(maxsize=KEPT_FRAMES)(
            lambda index: tuple(item for item in load(index) if item.rle.area)
        )

    def __getitem__(self, frame_index: int) -> Sequence[ObjectMask]:
        if frame_index not in self._indices:
            raise KeyError(frame_index)
        return self._load(frame_index)

    def __contains__(self, frame_index: object) -> bool:
        return frame_index in self._indices

    def __iter__(self) -> Iterator[int]:
        return iter(self._indices)

    def __len__(self) -> int:
        return len(self._indices)
