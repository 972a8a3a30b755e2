"""What contract suites share: every network of a capability, loaded once, skipped where weights cannot be had."""

from functools import cache

import pytest

from masklet import load_model
from masklet.core.errors import WeightsError
from masklet.models import MODELS


def names_of(capability):
    return [name for name, entry in MODELS.items() if entry.capability == capability]


@cache
def _load(name):
    try:
        return load_model(name)
    except WeightsError as error:
        return str(error)


def loaded(name):
    network = _load(name)
    if isinstance(network, str):
        pytest.skip(f"needs weights: {network}")
    return network
