"""The loop over frames, forward and backward, and snapshots of what a session remembers."""

from masklet.propagation.loop import (
    Step,
    earlier_frames,
    first_frames,
    first_prompts,
    only_before,
    propagate,
    steps,
)
from masklet.propagation.snapshot import nest, pack, read_snapshot, unnest, unpack, write_snapshot

__all__ = [
    "Step",
    "earlier_frames",
    "first_frames",
    "first_prompts",
    "nest",
    "only_before",
    "pack",
    "propagate",
    "read_snapshot",
    "steps",
    "unnest",
    "unpack",
    "write_snapshot",
]
