"""How far a command is, on stderr: rows that renew themselves on a terminal, else a plain line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

    from masklet.models.protocols import Moment

Item = TypeVar("Item")


class Display:
    """What a command shows while it goes; rows that are there at the same time stand below one another."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._rows: Progress | None = None

    def items(self, items: Iterable[Item], *, total: int | None, what: str = "frames") -> Iterator[Item]:
        """Yield the items, showing their rate and the time left."""
        if self._quiet:
            yield from items
        elif sys.stderr.isatty():
            yield from self._live_items(items, total=total, what=what)
        else:
            yield from _plain_items(items, total=total, what=what)

    def learning(self, object_id: int, moments: Iterable[Moment]) -> Iterator[Moment]:
        """Yield the steps of learning an object online, showing the loss and the time left."""
        what = f"steps for object {object_id}"
        if self._quiet:
            yield from moments
        elif sys.stderr.isatty():
            yield from self._live_learning(moments, what)
        else:
            yield from _plain_learning(moments, what)

    def _live_items(self, items: Iterable[Item], *, total: int | None, what: str) -> Iterator[Item]:
        started = time.monotonic()
        with self._row(what, total) as update:
            for done, item in enumerate(items, start=1):
                yield item
                rate = done / max(time.monotonic() - started, 1e-9)
                update(completed=done, said=_rate(rate, what))

    def _live_learning(self, moments: Iterable[Moment], what: str) -> Iterator[Moment]:
        with self._row(what, None) as update:
            for moment in moments:
                update(completed=moment.step + 1, total=moment.steps, said=_loss(moment), left=moment.seconds_left)
                yield moment

    @contextmanager
    def _row(self, what: str, total: int | None) -> Iterator[Callable[..., Any]]:
        """Give what changes a row, which is there as long as the context is."""
        shown = self._rows
        rows = self._rows = shown or _terminal_rows()
        rows.start()
        task = rows.add_task(what, total=total, said="", left=None)
        try:
            yield partial(rows.update, task)
        finally:
            rows.remove_task(task)
            self._rows = shown
            if shown is None:
                rows.stop()


def _terminal_rows() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class TimeLeft(TimeRemainingColumn):
        """The time that the row's task says is left, else what its pace lets expect."""

        def render(self, task: Task) -> Text:
            left = task.fields["left"]
            return super().render(task) if left is None else Text(f"{left:.0f} s", style="progress.remaining")

    return Progress(
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[said]}"),
        TimeLeft(),
        console=Console(stderr=True),
        transient=True,
    )


def _plain_items(items: Iterable[Item], *, total: int | None, what: str) -> Iterator[Item]:
    started, lines = time.monotonic(), _PlainLines()
    for done, item in enumerate(items, start=1):
        yield item
        rate = done / max(time.monotonic() - started, 1e-9)
        left = f", {(total - done) / rate:.0f} s left" if total else ""
        lines.say(f"{done}/{total or '?'} {what}, {_rate(rate, what)}{left}")


def _plain_learning(moments: Iterable[Moment], what: str) -> Iterator[Moment]:
    lines = _PlainLines()
    for moment in moments:
        lines.say(f"{moment.step + 1}/{moment.steps} {what}, {_loss(moment)}, {moment.seconds_left:.0f} s left")
        yield moment


class _PlainLines:
    """Lines that are said when the last one is long enough ago."""

    def __init__(self, *, every_seconds: float = 10) -> None:
        self._every_seconds = every_seconds
        self._said = time.monotonic()

    def say(self, text: str) -> None:
        """Print the text, or let it pass."""
        now = time.monotonic()
        if now - self._said >= self._every_seconds:
            self._said = now
            print(text, file=sys.stderr)


def _loss(moment: Moment) -> str:
    return f"loss {moment.loss:.3g}"


def _rate(rate: float, what: str) -> str:
    """Return how fast it goes.

    >>> _rate(12.34, "frames"), _rate(0.05, "runs")
    ('12.3 frames/s', '20 s each')
    """
    return f"{rate:.1f} {what}/s" if rate >= 0.5 else f"{1 / rate:.0f} s each"
