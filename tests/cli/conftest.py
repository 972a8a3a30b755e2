"""Calling the command line as its user does."""

import sys

import pytest

from masklet.cli import main


@pytest.fixture
def masklet(monkeypatch, capsys):
    """Call a command; returns exit code, stdout, stderr."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["masklet", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return call
