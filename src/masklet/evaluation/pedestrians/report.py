"""The tables of P0 for several pipelines on one truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from masklet.evaluation.pedestrians.clips import ClipLengths, ClipSpan
from masklet.evaluation.pedestrians.definitions import Comparison, Definitions
from masklet.evaluation.pedestrians.measure import ClipResult
from masklet.evaluation.pedestrians.printed import PRINTED, PRINTED_TEXT
from masklet.evaluation.pedestrians.scores import Scores
from masklet.evaluation.pedestrians.tables import Tables
from masklet.evaluation.pedestrians.truth import TrueSequence


@dataclass(frozen=True, eq=False)
class PipelineReport:
    """One pipeline: its clips, and all of them together."""

    name: str
    clips: Sequence[ClipResult]
    frames_per_second: float | None
    """How many frames its runs did in a second, by their run.json; None where these do not tell."""

    @property
    def tables(self) -> Tables:
        """The three tables over all clips."""
        return reduce(add, (clip.tables for clip in self.clips))

    @property
    def scores(self) -> Scores:
        """MOTA, IDF1, HOTA, sMOTSA over all clips."""
        return reduce(add, (clip.scores for clip in self.clips))

    def to_json(self) -> dict[str, Any]:
        """Return all figures as JSON values."""
        return {
            **self.tables.to_json(),
            "scores": self.scores.to_json(),
            "frames_per_second": self.frames_per_second,
            "clips": [clip.to_json() for clip in self.clips],
        }


@dataclass(frozen=True, eq=False)
class PedestrianReport:
    """All pipelines by name, on the same clips."""

    truth: Path
    pipelines: Mapping[str, PipelineReport]
    sequences: Mapping[str, TrueSequence]
    definitions: Definitions
    compare: Comparison
    """What the comparison `auto` has become."""
    lengths: ClipLengths
    frames_per_second: Mapping[str, float]
    """Of the videos, by sequence."""

    @property
    def clips(self) -> list[tuple[str, ClipSpan]]:
        """The measured clips: sequence and span."""
        first = next(iter(self.pipelines.values()))
        return [(clip.sequence, clip.span) for clip in first.clips]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values; the paper's figures stand apart, as printed."""
        return {
            "truth": str(self.truth),
            "definitions": {**asdict(self.definitions), "compare": self.compare},
            "clip_seconds": self.lengths.seconds,
            "video_frames_per_second": dict(self.frames_per_second),
            "pipelines": {name: report.to_json() for name, report in self.pipelines.items()},
            "printed": {"tables": [asdict(row) for row in PRINTED], "text": PRINTED_TEXT},
        }
