"""All that a session remembers of its frames, and what is forgotten, so that it stays bounded.

First and prompted frames are kept; of the others the latest, every few frames a lasting one, and the most used
cells of lasting ones that had to go: long-term memory (after XMem, Cheng and Schwing 2022, section 3.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from masklet.core.arrays import AnyArray, FloatArray
from masklet.models.layers.still_needed import still_needed
from masklet.models.masklet_s.config import SessionConfig
from masklet.models.masklet_s.memory import Memory, joined

_KINDS = ("prompted", "long_term", "lasting", "recent")


@dataclass(frozen=True, eq=False)
class Bank:
    """Memories by kind, oldest first; replaced, never changed, so that copies of a session share them safely."""

    prompted: tuple[Memory, ...] = ()
    long_term: tuple[Memory, ...] = ()
    """One memory, or none."""
    lasting: tuple[Memory, ...] = ()
    recent: tuple[Memory, ...] = ()
    steps: int = 0
    """Frames remembered so far."""

    def memories(self) -> tuple[Memory, ...]:
        """Return all of them in the order in which they are read."""
        return tuple(memory for _, memory in self._all())

    def knows(self, object_id: int) -> bool:
        """Return whether anything is remembered of an object."""
        return any(object_id in memory.values for memory in self.memories())

    def used(self, usage_M: FloatArray) -> Bank:
        """Return it after all its cells were read, one after the other, as much as `usage_M` says."""
        ends = np.cumsum([len(memory) for memory in self.memories()])[:-1]
        parts = iter(np.split(usage_M, ends))
        used: dict[str, list[Memory]] = {kind: [] for kind in _KINDS}
        for kind, memory in self._all():
            used[kind].append(memory.used(next(parts)))
        return Bank(**{kind: tuple(memories) for kind, memories in used.items()}, steps=self.steps)

    def with_frame(self, memory: Memory, prompted: Memory | None, config: SessionConfig) -> Bank:
        """Return it with one frame more: what it shows of all objects, and of those that were prompted on it."""
        bank = self
        if prompted is not None:
            bank = replace(bank, prompted=still_needed((*bank.prompted, prompted), config.prompted))
        if bank.steps % config.every == 0 and prompted is None:
            bank = replace(bank, lasting=(*bank.lasting, replace(memory, view=None)))
        recent = (*bank.recent, memory)[max(len(bank.recent) + 1 - config.recent, 0) :]
        return replace(bank, recent=recent, steps=bank.steps + 1).consolidated(config)

    def consolidated(self, config: SessionConfig) -> Bank:
        """Return it with no more lasting memories than there is room for; the most used cells live on."""
        objects = max(len({known for memory in self.memories() for known in memory.values}), 1)
        room = max(min(config.lasting, config.object_memories // objects - len(self.prompted) - config.recent), 1)
        bank = self
        while len(bank.lasting) > room:
            old, rest = bank.lasting[0], bank.lasting[1:]
            kept = old.most_used(round(config.consolidated * len(old)))
            whole = joined(bank.long_term[0], kept) if bank.long_term else kept
            long_term = (whole.most_used(round(config.long_term * len(old))),) if config.long_term else ()
            bank = replace(bank, lasting=rest, long_term=long_term)
        return bank

    def without(self, object_id: int, *kinds: str) -> Bank:
        """Return it as if these kinds of memories (all, where none is named) had never known an object."""
        kept: dict[str, tuple[Memory, ...]] = {kind: getattr(self, kind) for kind in _KINDS}
        for kind in kinds or _KINDS:
            memories = (memory.without(object_id) for memory in kept[kind])
            kept[kind] = tuple(memory for memory in memories if memory.values)
        return Bank(**kept, steps=self.steps)

    def state(self) -> dict[str, AnyArray]:
        """Return it as named arrays."""
        arrays: dict[str, AnyArray] = {"steps": np.array(self.steps)}
        for kind in _KINDS:
            for number, memory in enumerate(getattr(self, kind)):
                arrays |= {f"{kind}.{number}.{name}": array for name, array in memory.state().items()}
        return arrays

    @classmethod
    def from_state(cls, state: Mapping[str, AnyArray]) -> Bank:
        """Return what gave this state."""
        memories: dict[str, tuple[Memory, ...]] = {kind: tuple(_read(state, kind)) for kind in _KINDS}
        return cls(**memories, steps=int(state["steps"]))

    def _all(self) -> Iterator[tuple[str, Memory]]:
        for kind in _KINDS:
            for memory in getattr(self, kind):
                yield kind, memory


def _read(state: Mapping[str, AnyArray], kind: str) -> Iterator[Memory]:
    number = 0
    while f"{kind}.{number}.key_MR" in state:
        prefix = f"{kind}.{number}."
        named = {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
        yield Memory.from_state(named)
        number += 1
