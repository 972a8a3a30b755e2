"""What contract suites share: every network of a capability, loaded once, skipped where weights cannot be had."""

from functools import cache

import pytest

from masklet import load_model
from masklet.core.errors import MissingExtraError, WeightsError
from masklet.models import MODELS
from masklet.weights import Package, find_weight, state_of


def names_of(capability):
    return [name for name, entry in MODELS.items() if entry.capability == capability]


def quick_settings(name):
    """Return settings with which a network that learns online does so in a moment, the same on every run."""
    if name != "osvos":
        return None
    from masklet.models.osvos.config import OnlineConfig, OsvosConfig

    online = OnlineConfig(steps=12, seconds=None, batch_size=1, learning_rate=2e-3, augmentation="flip")
    return OsvosConfig(online=online)


@cache
def _load(name):
    weight = find_weight(MODELS[name].weights)
    is_here = all(state_of(weight, file) == "ok" for file in weight.files)
    if not is_here and not any(isinstance(source, Package) for source in weight.sources):
        return f"no package carries {weight.name}, and tests fetch nothing else"
    try:
        return load_model(name, config=quick_settings(name))
    except (WeightsError, MissingExtraError) as error:
        return str(error)


def loaded(name):
    network = _load(name)
    if isinstance(network, str):
        pytest.skip(f"needs weights: {network}")
    return network
