"""Sizes of the network, and how its sessions look and remember; the shipped weights and defaults go together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MaskletSConfig:
    """Channels of the network."""

    key_dim: int = 64
    """Channels of the key that pixels and memory are compared by."""
    value_dim: int = 96
    """Channels of what is remembered of an object in a cell."""
    decoder_dims: tuple[int, int, int] = (96, 48, 32)
    """Channels of the decoder at 16, 8 and 4 pixels a cell."""


@dataclass(frozen=True, kw_only=True)
class SessionConfig:
    """How a session looks at a frame and what it remembers. A memory holds the cells of one frame."""

    canvas_pixels: int = 320 * 560
    """What is looked at is brought to about this many pixels, whatever the size of the video."""
    zoom: float = 2.0
    """How much closer than the whole frame a session may look."""
    view_margin: float = 1.0
    """Room on each side of what is followed, as a share of its size."""
    prompted: int = 6
    """Memories of frames that were prompted, at most; the first and the latest of every object are wanted."""
    recent: int = 1
    """Memories of the latest frames."""
    every: int = 5
    """Frames from one lasting memory to the next."""
    lasting: int = 2
    """Lasting memories, at most; of what is older the most used cells go into long-term memory."""
    long_term: float = 0.5
    """Size of long-term memory in memories."""
    consolidated: float = 0.25
    """Share of an old memory's cells that go into long-term memory."""
    object_memories: int = 40
    """Memories times objects, at most: with many objects, fewer lasting memories are read."""
    growth: float = 1.25
    """By how much the place where a lost object is looked for grows with every frame."""
