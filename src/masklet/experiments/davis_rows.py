"""Ways to segment the sequences of DAVIS-2016, a row of a table each: what is finished is not done again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from masklet.datasets import Clip, Davis2016
from masklet.evaluation.problems import Watch
from masklet.experiments.kept import is_kept, keep
from masklet.masklets import Masklets


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way, ready to go."""

    name: str
    """Of its row, and of its folder."""
    settings: Mapping[str, Any]
    """What its masks depend on."""
    segment: Callable[[Clip[Masklets], Path], dict[str, Any]]
    """Writes the masks of a sequence into a folder and returns figures to keep."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """J and F of a row, means by the rules of DAVIS."""

    j: float
    f: float

    @property
    def j_and_f(self) -> float:
        """The mean of both."""
        return (self.j + self.f) / 2

    def scores(self) -> dict[str, float]:
        """Return them as a table has them."""
        return {"J&F": round(self.j_and_f, 4), "J": round(self.j, 4), "F": round(self.f, 4)}


def segment_davis(
    dataset: Davis2016, names: Sequence[str], out: Path, ways: Iterable[Way], *, count: int, watch: Watch
) -> None:
    """Segment these sequences in `count` ways, one after the other, into OUT/WAY/SEQUENCE/ and .json.

    Raise EvaluationError for results of other settings in OUT, and what the ways raise.
    """

    def done() -> Iterator[None]:
        for way in ways:
            for name in names:
                report = out / way.name / f"{name}.json"
                if not is_kept(report, way.settings):
                    report.parent.mkdir(parents=True, exist_ok=True)
                    keep(report, way.settings, way.segment(dataset.clip(name), report.parent / name))
                yield

    for _ in watch(done(), total=count * len(names)):
        pass


def kept_figures(folder: Path, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the figures that were kept of each sequence in a way's folder."""
    return [json.loads((folder / f"{name}.json").read_text()) for name in names]
