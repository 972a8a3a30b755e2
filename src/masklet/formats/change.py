"""Masklets with other ids or labels, changed frame by frame as they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from masklet.formats.lazy import LazyFrames
from masklet.masklets import Masklets, ObjectMask


def renumbered(masklets: Masklets) -> Masklets:
    """Return the masklets with ids 1, 2, 3, ... in the order of their old ones."""
    new_id = {old: new for new, old in enumerate(masklets.object_ids, start=1)}
    return _changed(masklets, lambda item: replace(item, object_id=new_id[item.object_id]))


def labelled(masklets: Masklets, label: str) -> Masklets:
    """Return the masklets with this label on every object that had none."""
    known = masklets.labels
    return _changed(masklets, lambda item: replace(item, label=known[item.object_id] or label))


def _changed(masklets: Masklets, change: Callable[[ObjectMask], ObjectMask]) -> Masklets:
    frames = LazyFrames(masklets.frame_indices, lambda index: [change(item) for item in masklets.objects(index)])
    return Masklets(masklets.size_HW, frames, {index: masklets.frame_name(index) for index in frames})
