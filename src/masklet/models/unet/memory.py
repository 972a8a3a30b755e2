"""What a session remembers of one object: squares of frames with its mask, and where they were.

Shapes: H W pixels of the frame, h w of the square, M squares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from masklet.core.arrays import AnyArray, FloatArray, UInt8Array
from masklet.models.unet.config import SessionConfig
from masklet.models.unet.features import Features
from masklet.models.unet.window import Window

Encode = Callable[[UInt8Array, FloatArray], Features]
"""From picture_hw3 and mask_hw to features."""


@dataclass(frozen=True, eq=False)
class Remembered:
    """A window on a frame, what it shows, where the object is in it, and what the network makes of both."""

    window: Window
    picture_hw3: UInt8Array
    cover_hw: FloatArray
    features: Features


@dataclass(frozen=True, eq=False)
class ObjectMemory:
    """The frames of an object that are remembered; what it holds is replaced, never changed."""

    first: Remembered
    """The frame it was prompted on."""
    latest: Remembered
    """The latest frame that shows it."""
    lasting: tuple[Remembered, ...] = ()
    since: int = 0
    """Frames since the last one that lasts."""

    def told(self, config: SessionConfig) -> list[Features]:
        """Return what the network is told, from the first to the latest; no frame is told twice."""
        used = [*((self.first,) if config.first else ()), *self.lasting, self.latest]
        return [each.features for each in {id(each): each for each in used}.values()]

    def after(self, seen: Remembered | None, config: SessionConfig) -> ObjectMemory:
        """Return the memory one frame later; None: it was not seen."""
        since = self.since + 1
        if seen is None:
            return replace(self, since=since)
        lasts = config.lasting > 0 and since >= config.every
        lasting = (*self.lasting, seen)[-config.lasting :] if lasts else self.lasting
        return replace(self, latest=seen, lasting=lasting, since=0 if lasts else since)

    def state(self) -> dict[str, AnyArray]:
        """Return everything but the features as named arrays; each frame is in there once."""
        each = [self.first, *self.lasting, self.latest]
        kept = list({id(one): one for one in each}.values())
        places = {id(one): place for place, one in enumerate(kept)}
        return {
            "windows_M6": np.array([one.window.numbers for one in kept]),
            "pictures_Mhw3": np.stack([one.picture_hw3 for one in kept]),
            "covers_Mhw": np.stack([one.cover_hw for one in kept]),
            "places": np.array([places[id(one)] for one in each]),
            "since": np.array(self.since),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, AnyArray], encode: Encode) -> ObjectMemory:
        """Return the memory that gave this state; the network encodes its frames anew."""
        kept = [
            Remembered(
                Window.from_numbers(window_6.tolist()), picture_hw3, cover_hw, encode(picture_hw3, cover_hw)
            )
            for window_6, picture_hw3, cover_hw in zip(
                state["windows_M6"], state["pictures_Mhw3"], state["covers_Mhw"], strict=True
            )
        ]
        first, *lasting, latest = (kept[place] for place in state["places"].tolist())
        return cls(first, latest, tuple(lasting), int(state["since"]))
