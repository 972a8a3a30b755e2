"""The strategies by name, and the way from names to a tracker put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from masklet.models.protocols import Detector, Segmenter, Tracker
from masklet.pipelines.hybrid import Hybrid
from masklet.pipelines.hybrid_config import HybridConfig
from masklet.pipelines.per_frame import PerFrame, PerFrameConfig
from masklet.pipelines.prompted import Prompted


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The networks a strategy is put together from."""

    detector: Detector
    segmenter: Segmenter
    tracker: Callable[[], Tracker]
    """Loads the tracker; a strategy that needs none does not call it."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a strategy is to find by itself."""

    classes: tuple[str, ...]
    new_from: float = 0.5
    """Detection score that begins a track."""
    detect_every: int = 2
    """Frames between two questions to the detector (hybrid)."""
    first_object_id: int = 1
    """Ids below are left to prompts given by hand."""


def _hybrid(parts: Parts, finding: Finding) -> Tracker:
    return _propagating(parts, finding, detect_every=finding.detect_every)


def _first_frame(parts: Parts, finding: Finding) -> Tracker:
    return _propagating(parts, finding, detect_every=None)


def _propagating(parts: Parts, finding: Finding, *, detect_every: int | None) -> Tracker:
    config = HybridConfig(classes=finding.classes, new_from=finding.new_from, detect_every=detect_every)
    tracker = Prompted(parts.tracker(), parts.segmenter)
    first_object_id = finding.first_object_id
    return Hybrid(parts.detector, parts.segmenter, tracker, config, first_object_id=first_object_id)


def _per_frame(parts: Parts, finding: Finding) -> Tracker:
    config = PerFrameConfig(classes=finding.classes, new_from=finding.new_from)
    return PerFrame(parts.detector, parts.segmenter, config, first_object_id=finding.first_object_id)


STRATEGIES: dict[str, Callable[[Parts, Finding], Tracker]] = {
    "hybrid": _hybrid,
    "first-frame": _first_frame,
    "per-frame": _per_frame,
}
