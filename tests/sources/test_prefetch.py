"""Reading ahead: same items, same errors, and no thread left behind."""

import threading
import time

import pytest

from masklet.sources import prefetch


def running():
    return [thread for thread in threading.enumerate() if thread.name == "masklet-prefetch"]


def test_items_come_in_order():
    assert list(prefetch(range(100), depth=3)) == list(range(100))
    assert not running()


def test_it_reads_ahead_but_not_further_than_told():
    made = []

    def items():
        for number in range(100):
            made.append(number)
            yield number

    ahead = prefetch(items(), depth=3)
    next(ahead)
    deadline = time.monotonic() + 5
    while len(made) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    assert len(made) == 5  # one taken, three waiting, one in hand
    ahead.close()


def test_an_error_comes_after_the_items_before_it():
    def items():
        yield 1
        yield 2
        raise ValueError("broken")

    seen = []
    with pytest.raises(ValueError, match="broken"):
        seen.extend(prefetch(items()))
    assert seen == [1, 2]


def test_a_consumer_that_stops_stops_the_reader_and_closes_its_items():
    closed = threading.Event()

    def items():
        try:
            number = 0
            while True:
                yield number
                number += 1
        finally:
            closed.set()

    for item in prefetch(items(), depth=2):
        if item == 5:
            break
    assert closed.wait(5)
    assert not running()
