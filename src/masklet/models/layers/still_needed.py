"""Which memories of prompted frames are kept when there are too many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class OfObjects(Protocol):
    """A memory that knows of some objects."""

    @property
    def object_ids(self) -> tuple[int, ...]:
        """Which."""
        ...


Remembered = TypeVar("Remembered", bound=OfObjects)


def still_needed(memories: Iterable[Remembered], limit: int) -> tuple[Remembered, ...]:
    """Return, oldest first, at most `limit` prompted memories.

    Of every object its first and its latest are wanted. Where these are too many, those go that leave the
    fewest objects without a prompted memory, of equals the older one.
    """
    kept = [memory for memory in memories if memory.object_ids]
    first = {object_id: memory for memory in reversed(kept) for object_id in memory.object_ids}
    latest = {object_id: memory for memory in kept for object_id in memory.object_ids}
    wanted = {id(memory) for memory in (*first.values(), *latest.values())}
    kept = [memory for memory in kept if id(memory) in wanted]
    while len(kept) > limit:
        times = [object_id for memory in kept for object_id in memory.object_ids]
        alone = [sum(times.count(object_id) == 1 for object_id in memory.object_ids) for memory in kept]
        del kept[alone.index(min(alone))]
    return tuple(kept)
