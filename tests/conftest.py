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
