"""Reads ahead in a thread, so that decoding and computing go on at the same time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class _End:
    """The last thing in the queue: why there are no more items."""

    error: BaseException | None = None


def prefetch(items: Iterable[Item], *, depth: int = 4) -> Iterator[Item]:
    """Yield the items in order while a thread makes the next ones, at most `depth` ahead.

    An error of the iterable is raised here, after the items before it. The thread ends when the items
    do, or when the consumer stops (closes or drops the iterator); the iterable is then closed in it.
    """
    ready: queue.Queue[Item | _End] = queue.Queue(maxsize=depth)
    stopped = threading.Event()
    worker = threading.Thread(target=_fill, args=(items, ready, stopped), daemon=True, name="masklet-prefetch")
    worker.start()
    try:
        while not isinstance(item := ready.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopped.set()
        worker.join()


def _fill(items: Iterable[Item], ready: queue.Queue[Item | _End], stopped: threading.Event) -> None:
    iterator = iter(items)
    end = _End()
    try:
        for item in iterator:
            if not _put(ready, item, stopped):
                break
    except BaseException as error:  # carried over to the consumer, whatever it is
        end = _End(error)
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            close()
        _put(ready, end, stopped)


def _put(ready: queue.Queue[Item | _End], item: Item | _End, stopped: threading.Event) -> bool:
    """Return whether the item went in before the consumer stopped."""
    while not stopped.is_set():
        try:
            ready.put(item, timeout=0.05)
        except queue.Full:
            continue
        return True
    return False
