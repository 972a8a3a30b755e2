"""What sessions know of a video by being told, whatever their network."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from masklet.core.arrays import AnyArray, BoolArray
from masklet.core.values import Frame, Prompt
from masklet.models.layers.friends import Friends, are_friends, befriended
from masklet.models.layers.given import given_masks, not_followed


@dataclass(frozen=True)
class Told:
    """How large the frames are, and which objects lie on each other by the masks that were given of them."""

    size_HW: tuple[int, int] | None = None
    """None before the first frame."""
    friends: Friends = frozenset()

    def on(
        self, frame: Frame, prompts: Sequence[Prompt], followed: Collection[int]
    ) -> tuple[Told, dict[int, BoolArray]]:
        """Return what is known after a frame, and the prompted mask_HW of each object on it; raise what
        `given_masks` raises."""
        given = given_masks(frame, prompts, followed=followed, size_HW=self.size_HW)
        return Told(frame.size_HW, befriended(self.friends, given)), given

    def without(self, object_id: int, followed: Collection[int]) -> Told:
        """Return what is known without an object; raise PromptError for one that is not followed."""
        if object_id not in followed:
            raise not_followed(object_id, tuple(followed))
        return replace(self, friends=frozenset(pair for pair in self.friends if object_id not in pair))

    def masks(self, found: Mapping[int, BoolArray], given: Mapping[int, BoolArray]) -> dict[int, BoolArray]:
        """Return the prompted masks as they came, and of the found ones what is no rival's by prompt."""
        masks = {object_id: mask_HW.copy() for object_id, mask_HW in found.items()}
        for object_id, mask_HW in masks.items():
            for other, given_HW in given.items():
                if not are_friends(self.friends, object_id, other):
                    mask_HW &= ~given_HW
        return masks | dict(given)

    def state(self) -> dict[str, AnyArray]:
        """Return it as named arrays."""
        return {
            "size_HW": np.array(self.size_HW or (), dtype=np.int64),
            "friends_K2": np.array(sorted(self.friends), dtype=np.int64).reshape(-1, 2),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, AnyArray]) -> Told:
        """Return what gave this state."""
        size_HW = [int(side) for side in state["size_HW"]]
        friends = frozenset((first, second) for first, second in state["friends_K2"].tolist())
        return cls((size_HW[0], size_HW[1]) if size_HW else None, friends)
