"""A function fed from a thread gets everything in order, and nobody waits for one that failed."""

import threading
import time

import pytest

from masklet.pipelines.background import AbandonedError, Background


def test_items_arrive_in_order_and_all_of_them():
    got = []
    with Background(got.extend) as background:
        for number in range(50):
            background.put(number)
    assert got == list(range(50))


def test_work_goes_on_beside_the_caller():
    here, there = threading.Event(), threading.Event()

    def consume(items):
        for _ in items:
            there.set()
            assert here.wait(5)

    with Background(consume) as background:
        background.put(1)
        assert there.wait(5)  # while the caller is still in the block
        here.set()


def test_no_more_than_the_depth_waits():
    go_on = threading.Event()
    put = []

    def fill(background):
        for number in range(10):
            background.put(number)
            put.append(number)

    with Background(lambda items: [go_on.wait(5) for _ in items], depth=2) as background:
        filling = threading.Thread(target=fill, args=(background,))
        filling.start()
        time.sleep(0.1)
        assert len(put) == 3  # one is worked on, two wait
        go_on.set()
        filling.join()
    assert len(put) == 10


def test_settling_waits_for_what_was_put():
    done = []

    def slowly(items):
        for item in items:
            time.sleep(0.02)
            done.append(item)

    with Background(slowly) as background:
        for number in range(3):
            background.put(number)
        background.settle()
        assert done == [0, 1, 2]


def failing(items):
    for item in items:
        if item == 2:
            raise ValueError("two")


@pytest.mark.parametrize("way", ["put", "settle", "leave"])
def test_an_error_of_the_function_comes_out(way):
    def use(background):
        for number in range(3):
            background.put(number)
        for _ in range(100 if way == "put" else 0):
            background.put(3)  # far more than fit: none waits for ever
        if way == "settle":
            background.settle()

    with pytest.raises(ValueError, match="two"), Background(failing) as background:
        use(background)


@pytest.mark.parametrize("error", [ValueError("mine"), KeyboardInterrupt()], ids=repr)
def test_a_block_that_fails_hands_on_what_was_put_and_then_abandons(error):
    got = []

    def consume(items):
        try:
            for item in items:
                time.sleep(0.01)
                got.append(item)
        except AbandonedError:
            got.append("abandoned")
            raise

    def use(background):
        for number in range(3):
            background.put(number)
        raise error

    with pytest.raises(type(error)) as caught, Background(consume) as background:
        use(background)
    assert caught.value is error
    assert got == [0, 1, 2, "abandoned"]


def test_no_thread_is_left():
    before = threading.active_count()
    with Background(list) as background:
        background.put(1)
    assert threading.active_count() == before
