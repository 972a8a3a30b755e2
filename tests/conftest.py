"""Fixtures for all tests: where the development data lies."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data beside the checkout; tests that need it skip without it."""
    folder = Path(os.environ.get("MASKLET_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("needs the development data in ../shared/data (or MASKLET_SHARED)")
    return folder


@pytest.fixture
def painted_models(monkeypatch):
    """Runs take painted fakes in place of networks, so that they need no weights."""
    from fakes import PaintedDetector, PaintedSegmenter, PaintedTracker
    from masklet import models
    from masklet.pipelines import job

    for kind, fake in (
        ("detector", PaintedDetector),
        ("segmenter", PaintedSegmenter),
        ("tracker", PaintedTracker),
    ):
        load = getattr(job, f"load_{kind}")
        monkeypatch.setattr(
            f"masklet.pipelines.job.load_{kind}",
            # a name that is none goes to the real door, which says so
            lambda name, load=load, fake=fake, **options: (
                fake() if name in models.MODELS else load(name, **options)
            ),
        )


@pytest.fixture
def street(tmp_path, monkeypatch):
    """A painted street in a folder (see painted_people.py), and painted fakes in place of networks."""
    from painted_people import use_painted_people, write_street

    use_painted_people(monkeypatch)
    return write_street(tmp_path / "street")
