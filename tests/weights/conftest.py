import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache of the test's own, and the network switch as it is by default."""
    monkeypatch.setenv("MASKLET_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MASKLET_OFFLINE", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def register(monkeypatch):
    """Make a weight known for the time of one test."""
    from masklet.weights import WEIGHTS

    def known(weight):
        monkeypatch.setitem(WEIGHTS, weight.name, weight)
        return weight

    return known


@pytest.fixture
def shipped(register, tmp_path, monkeypatch):
    """A weight that comes with masklet, and no network."""
    from toys import toy_folder, toy_weight

    monkeypatch.setattr("masklet.weights.cache.SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("MASKLET_OFFLINE", "1")
    toy_folder(tmp_path / "shipped/toy")
    return register(toy_weight(shipped=True))
