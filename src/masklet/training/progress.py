"""What a run says while it goes: a line that renews itself on a terminal, plain lines now and then elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TextIO


@dataclass(frozen=True)
class StepReport:
    """One step, done."""

    step: int
    """Steps done so far, this one included."""
    steps: int
    losses: Mapping[str, float]
    learning_rate: float
    seconds: float
    waiting_share: float
    """Share of the seconds that was spent waiting for samples."""


class Progress(Protocol):
    """Whoever is told how the run goes."""

    def step(self, report: StepReport) -> None:
        """Called after every step."""
        ...

    def say(self, text: str) -> None:
        """Called with one sentence when something happens."""
        ...


class Silent:
    """Says nothing."""

    def step(self, report: StepReport) -> None:
        """Say nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""


class Lines:
    """Plain text on stderr, without any package."""

    def __init__(self, stream: TextIO | None = None, *, every_seconds: float = 10) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._live = self._stream.isatty()
        self._every_seconds = 0.2 if self._live else every_seconds
        self._said = time.monotonic()
        self._rate = Rate()

    def step(self, report: StepReport) -> None:
        """Say where the run is, if the last word is long enough ago."""
        self._rate.add(report.seconds)
        now = time.monotonic()
        if now - self._said >= self._every_seconds or report.step == report.steps:
            self._said = now
            stays = not self._live or report.step == report.steps
            self._write(describe(report, self._rate.steps_per_second), end="\n" if stays else "")

    def say(self, text: str) -> None:
        """Say it on a line of its own."""
        self._write(text, end="\n")

    def _write(self, text: str, *, end: str) -> None:
        begin = "\r\x1b[K" if self._live else ""
        if not end:
            text = text[: shutil.get_terminal_size().columns - 1]
        print(f"{begin}{text}", end=end, file=self._stream, flush=True)


class Rate:
    """Steps per second over the last fifty."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=50)

    def add(self, seconds: float) -> None:
        """Count one step."""
        self._seconds.append(seconds)

    @property
    def steps_per_second(self) -> float:
        """The rate; 0 before the first step."""
        return len(self._seconds) / max(sum(self._seconds), 1e-9)


def describe(report: StepReport, steps_per_second: float) -> str:
    """Return one line about a step."""
    losses = ", ".join(f"{name} {value:.4g}" for name, value in report.losses.items())
    left = (report.steps - report.step) / max(steps_per_second, 1e-9)
    return (
        f"step {report.step}/{report.steps}, {steps_per_second:.2f} steps/s, {clock(left)} left, "
        f"{report.waiting_share:.0%} waiting for data, {losses}"
    )


def clock(seconds: float) -> str:
    """Return hours, minutes and seconds.

    >>> clock(3725.4)
    '1:02:05'
    """
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
