"""A pipeline to be compared: a strategy and the networks in it, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from masklet.core import defaults
from masklet.core.errors import EvaluationError
from masklet.core.values import Prompt
from masklet.experiments.clicking import MOST_CLICKS
from masklet.models import Precision
from masklet.pipelines import TrackJob
from masklet.pipelines.strategies import STRATEGIES

CLICKS = "clicks"
"""Track-Anything (P0, B13): whoever is in the first frame is clicked on, a tracker does the rest."""


@dataclass(frozen=True, kw_only=True)
class PipelineSetup:
    """One pipeline. `strategy` is one of `pipelines.strategies`, or clicks; P0's threshold is 0.8.

    Raise EvaluationError for another strategy, or a number out of its range.
    """

    name: str
    strategy: str
    model: str = defaults.TRACKER
    weights: Path | None = None
    """Of the tracker, a file of your own; none: the published ones."""
    detector: str = defaults.DETECTOR
    """A name, or a file of boxes of the whole video."""
    detector_weights: Path | None = None
    segmenter: str = defaults.SEGMENTER
    segmenter_weights: Path | None = None
    threshold: float = 0.8
    """Detection score that begins a track."""
    every: int = 1
    """Frames between two looks of the detector (hybrid)."""
    clicks: int = MOST_CLICKS
    """At most so many on a person (clicks)."""
    classes: tuple[str, ...] = ("person",)

    def __post_init__(self) -> None:
        if self.strategy not in (*STRATEGIES, CLICKS):
            known = ", ".join((*STRATEGIES, CLICKS))
            raise EvaluationError(f"Expected a pipeline of a strategy ({known}), got {self.strategy!r}.")
        if not 0 <= self.threshold <= 1 or self.every < 1 or self.clicks < 1:
            raise EvaluationError(
                f"Expected a threshold from 0 to 1, every and clicks from 1 on in the pipeline {self.name}, "
                f"got {self.threshold}, {self.every} and {self.clicks}."
            )

    @classmethod
    def parse(cls, text: str, common: PipelineSetup) -> PipelineSetup:
        """Return the pipeline of a text such as hybrid, or NAME=STRATEGY,model=xmem,threshold=0.5.

        `common` has what the text does not say. Raise EvaluationError for a text of another form.

        >>> common = PipelineSetup(name="", strategy="hybrid", threshold=0.6)
        >>> setup = PipelineSetup.parse("rare=hybrid,every=10", common)
        >>> setup.name, setup.every, setup.threshold
        ('rare', 10, 0.6)
        """
        first, *settings = text.split(",")
        name, equals, strategy = first.partition("=")
        given: dict[str, Any] = {"name": name, "strategy": strategy if equals else name}
        given |= dict(_setting(setting, text) for setting in settings)
        return replace(common, **given)

    def job(
        self,
        source: str,
        span: range,
        *,
        threads: int | None,
        precision: Precision,
        prompts: Mapping[str, Prompt] | None = None,
    ) -> TrackJob:
        """Return the job of some frames of a source; prompts are those of clicks."""
        detects = self.strategy != CLICKS
        return TrackJob(
            source=source,
            span=span,
            model=self.model,
            weights=None if self.strategy == "per-frame" else self.weights,
            detector=self.detector,
            detector_weights=self.detector_weights if detects else None,
            segmenter=self.segmenter,
            segmenter_weights=self.segmenter_weights if detects or prompts else None,
            threshold=self.threshold,
            detect_every=self.every,
            threads=threads,
            precision=precision,
            strategy=self.strategy if detects else "hybrid",
            detect=self.classes if detects else (),
            prompts=prompts or {},
        )


_COMMON = PipelineSetup(name="", strategy="hybrid")
DEFAULT_SETUPS = tuple(
    PipelineSetup.parse(name, _COMMON) for name in ("hybrid", "first-frame", "per-frame", CLICKS)
)
"""The pipelines of P0 and its future work."""

_SETTINGS: dict[str, Any] = {
    "model": str,
    "weights": Path,
    "detector": str,
    "detector_weights": Path,
    "segmenter": str,
    "segmenter_weights": Path,
    "threshold": float,
    "every": int,
    "clicks": int,
}


def _setting(setting: str, text: str) -> tuple[str, Any]:
    key, _, value = setting.partition("=")
    try:
        return key, _SETTINGS[key](value)
    except (KeyError, ValueError):
        raise EvaluationError(
            "Expected a pipeline such as hybrid or NAME=hybrid,model=xmem, with settings among "
            f"{', '.join(_SETTINGS)}, got {text!r}."
        ) from None
