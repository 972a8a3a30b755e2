"""How XMem looks at a video and what it remembers of it; the defaults are the authors'."""

from __future__ import annotations

from dataclasses import dataclass

from masklet.core.errors import ModelError


@dataclass(frozen=True, kw_only=True)
class XMemConfig:
    """How a session looks at a frame and what it remembers. A cell is a square of 16 pixels of its look."""

    short_side: int | None = 480
    """Frames whose shorter side is longer are looked at at this size; None: as they are."""
    memory_every: int = 5
    """Frames from one that is remembered to the next."""
    most_frames: int = 10
    """Frames in working memory (T_max) at which the oldest go into long-term memory."""
    fewest_frames: int = 5
    """Frames that are left in working memory then (T_min), one that was prompted among them."""
    prompted: int = 5
    """Prompted frames that stay in working memory for ever; the first and the latest of each object are wanted."""
    prototypes: int = 128
    """Cells of old frames that go into long-term memory at a time (P)."""
    long_term: int = 10_000
    """Cells of long-term memory, at most; those used least go first. 0: there is none."""
    top_k: int = 30
    """Remembered cells that a cell of the frame listens to."""
    whole_every: int = 20
    """Frames from one in which objects are sought everywhere to the next. In between, fine features are worked out
    where an object can be, and sensory memory stays as it was elsewhere. 1: objects are sought everywhere in every
    frame, as the released code does."""
    margin: int = 2
    """Cells around those where an object was seen last that it can be in as well."""
    at_once: int = 8
    """Objects that go through the network together; the rest follow, which bounds what a frame needs to run."""

    def __post_init__(self) -> None:
        least = {"memory_every": 1, "fewest_frames": 2, "prompted": 1, "prototypes": 1, "long_term": 0, "top_k": 1}
        for name, smallest in {**least, "at_once": 1, "short_side": 16, "whole_every": 1, "margin": 1}.items():
            value = getattr(self, name)
            if value is not None and value < smallest:
                raise ModelError(f"Expected {name} of XMem to be {smallest} or more, got {value}.")
        if self.most_frames <= self.fewest_frames:
            raise ModelError(
                f"Expected most_frames of XMem to be more than fewest_frames ({self.fewest_frames}), "
                f"got {self.most_frames}."
            )
