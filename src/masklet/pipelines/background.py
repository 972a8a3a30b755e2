"""Finished things are worked on in a thread while the next ones are made: the other end of `sources.prefetch`."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")


class AbandonedError(Exception):
    """Raised inside the function in place of a next item: no more will come, and those before are not all."""


@dataclass(frozen=True)
class _End:
    """The last thing in the queue."""

    is_whole: bool


class Background(Generic[Item]):
    """Calls `consume` once, in a thread, with the items that are put, in their order.

    At most `depth` items wait, then `put` waits too. An error of the function is raised here, by the next
    call or at the end of the block. Where the block itself fails, the items put before are still handed on;
    then `AbandonedError` is raised in the function, so that nothing half is taken for whole.
    """

    def __init__(self, consume: Callable[[Iterator[Item]], object], *, depth: int = 2) -> None:
        self._consume = consume
        self._waiting: queue.Queue[Item | threading.Event | _End] = queue.Queue(maxsize=depth)
        self._thread = threading.Thread(target=self._run, daemon=True, name="masklet-background")
        self._error: BaseException | None = None
        self._has_ended = False

    def put(self, item: Item) -> None:
        """Give the next item."""
        self._raise()
        self._waiting.put(item)

    def settle(self) -> None:
        """Return when the function is done with every item put so far."""
        reached = threading.Event()
        self._waiting.put(reached)
        reached.wait()
        self._raise()

    def __enter__(self) -> Background[Item]:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._waiting.put(_End(is_whole=error is None))
        self._thread.join()
        if error is None:
            self._raise()

    def _run(self) -> None:
        try:
            self._consume(self._items())
        except BaseException as error:  # carried over to the caller, whatever it is
            self._error = error
        while not self._has_ended:  # nobody shall wait for a function that failed
            self._take()

    def _items(self) -> Iterator[Item]:
        while not isinstance(item := self._take(), _End):
            yield item
        if not item.is_whole:
            raise AbandonedError

    def _take(self) -> Item | _End:
        while isinstance(item := self._waiting.get(), threading.Event):
            item.set()
        self._has_ended = isinstance(item, _End)
        return item

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
