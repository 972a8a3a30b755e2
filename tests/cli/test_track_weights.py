"""masklet track where weights cannot be had: said in one sentence before anything is written."""

import pytest
from PIL import Image

from fakes import walkers
from masklet.weights import cached_path, find_weight


@pytest.fixture
def frames(tmp_path, monkeypatch):
    monkeypatch.setenv("MASKLET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MASKLET_OFFLINE", "1")
    folder = tmp_path / "frames"
    folder.mkdir()
    for index, image in enumerate(walkers(2)):
        Image.fromarray(image).save(folder / f"{index:05d}.png")
    return folder


def test_without_network_and_weights_nothing_is_begun(masklet, frames, tmp_path):
    code, out, err = masklet("track", frames, "--box", "0:1:5,10,17,40", "-o", tmp_path / "run")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "pp-lcnetv2-base" in err
    assert not (tmp_path / "run").exists()


def test_damaged_weights_are_refused_and_named(masklet, frames, tmp_path):
    weight = find_weight("pp-lcnetv2-base")
    for file in weight.files:
        path = cached_path(weight, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half of it")
    code, out, err = masklet("track", frames, "--box", "0:1:5,10,17,40", "-o", tmp_path / "run")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "inference.pdmodel" in err
    assert not (tmp_path / "run").exists()
