"""How far a command is: what a terminal shows, what a file gets, and that quiet is quiet."""

import io
import time

import pytest

from masklet.cli.display import Display
from masklet.models.protocols import Moment


class Terminal(io.StringIO):
    def isatty(self):
        return True


def moments(count=3, pause=0.0):
    for step in range(count):
        time.sleep(pause)
        yield Moment(
            step=step,
            steps=count,
            seconds=step,
            seconds_left=40.0 - step,
            loss=0.5 / (step + 1),
            learning_rate=1e-3,
        )


def frames_that_learn(display, **given):
    """Two frames; an object is learned on the first."""
    for frame in range(2):
        if frame == 0:
            assert len(list(display.learning(14, moments(**given)))) == 3
        yield frame


def a_terminal(monkeypatch):
    """Put a terminal in place of stderr, once the test runs (before, pytest has its own)."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stderr", shown := Terminal())
    return shown


def test_a_terminal_shows_learning_below_the_frames_it_stops(monkeypatch):
    terminal = a_terminal(monkeypatch)
    display = Display()
    assert list(display.items(frames_that_learn(display, pause=0.3), total=2)) == [0, 1]
    shown = terminal.getvalue()
    assert "0/2 frames" in shown
    assert "2/3 steps for object 14" in shown
    assert "loss 0.25" in shown
    assert "39 s" in shown


def test_a_terminal_shows_learning_before_the_first_frame(monkeypatch):
    terminal = a_terminal(monkeypatch)
    assert len(list(Display().learning(3, moments(pause=0.3)))) == 3
    assert "2/3 steps for object 3" in terminal.getvalue()


def test_what_learning_raises_leaves_the_display_in_order(monkeypatch):
    terminal = a_terminal(monkeypatch)
    display = Display()
    with pytest.raises(ZeroDivisionError):
        list(display.learning(14, (1 / 0 for _ in range(2))))
    assert list(display.items(range(2), total=2)) == [0, 1]
    hidden, back = (terminal.getvalue().count(f"\x1b[?25{mode}") for mode in "lh")  # the cursor
    assert hidden == back == 2


def test_elsewhere_a_plain_line_is_said_now_and_then(monkeypatch, capsys):
    clock = iter(range(0, 1000, 6))
    monkeypatch.setattr("masklet.cli.display.time.monotonic", lambda: next(clock))
    list(Display().learning(14, moments()))
    assert capsys.readouterr().err == "2/3 steps for object 14, loss 0.25, 39 s left\n"


def test_elsewhere_frames_are_counted_now_and_then(monkeypatch, capsys):
    clock = iter(range(0, 1000, 3))
    monkeypatch.setattr("masklet.cli.display.time.monotonic", lambda: next(clock))
    list(Display().items(range(3), total=3))
    assert capsys.readouterr().err == "2/3 frames, 6 s each, 6 s left\n"


def test_quiet_is_quiet(monkeypatch, capsys):
    terminal = a_terminal(monkeypatch)
    display = Display(quiet=True)
    assert list(display.items(frames_that_learn(display), total=2)) == [0, 1]
    assert (terminal.getvalue(), capsys.readouterr().out) == ("", "")
