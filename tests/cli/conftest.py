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


@pytest.fixture
def shipped_toy(tmp_path, monkeypatch):
    """A weight that comes with masklet beside the true ones, an empty cache, and no network."""
    from masklet.weights import WEIGHTS
    from masklet.weights.cache import SHIPPED
    from toys import toy_folder, toy_weight

    monkeypatch.setenv("MASKLET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MASKLET_OFFLINE", "1")
    monkeypatch.setattr("masklet.weights.cache.SHIPPED", tmp_path / "shipped")
    toy_folder(tmp_path / "shipped/toy")
    for folder in (folder for folder in SHIPPED.iterdir() if folder.is_dir()):
        (tmp_path / "shipped" / folder.name).symlink_to(folder)
    weight = toy_weight(shipped=True)
    monkeypatch.setitem(WEIGHTS, "toy", weight)
    return weight
