"""Frames on which objects were prompted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PromptedFrame:
    """A frame of working memory on which objects were prompted."""

    number: int
    object_ids: tuple[int, ...]

    def without(self, object_id: int) -> PromptedFrame:
        """Return it as if the object had not been prompted there."""
        return PromptedFrame(self.number, tuple(known for known in self.object_ids if known != object_id))
