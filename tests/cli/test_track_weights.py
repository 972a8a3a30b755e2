"""masklet track where weights cannot be had: said in one sentence before anything is written."""

import shutil

import pytest
from PIL import Image

from fakes import RED, walkers
from masklet.formats.davis import write_label_png
from masklet.weights import cached_path, fetch, find_weight


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
    assert "eiseg-hrnet18-ocr64" in err
    assert not (tmp_path / "run").exists()


def test_damaged_weights_are_refused_and_named(masklet, frames, tmp_path):
    weight = find_weight("pp-lcnetv2-base")
    for file in weight.files:
        path = cached_path(weight, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half of it")
    words = ("track", frames, "--box", "0:1:5,10,17,40", "--model", "label-propagation", "-o", tmp_path / "run")
    code, out, err = masklet(*words)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "inference.pdmodel" in err
    assert not (tmp_path / "run").exists()


@pytest.fixture
def mask(tmp_path):
    write_label_png(tmp_path / "mask.png", (walkers(1)[0] == RED).all(axis=2).astype("uint8"))
    return f"0:{tmp_path / 'mask.png'}"


@pytest.mark.parametrize(
    ("names", "says"),
    [
        pytest.param((), "Expected a file of weights at {own}, got none", id="no such file"),
        pytest.param(("own.pdmodel",), "own.pdiparams beside own.pdmodel, got none", id="half of them"),
        pytest.param(("own.pdmodel", "own.pdiparams"), "reads at {own}", id="no network"),
        pytest.param(("inference.pdmodel",), "published inference.pdmodel", id="a published name"),
    ],
)
def test_own_weights_that_do_not_serve_are_named(masklet, frames, mask, tmp_path, names, says):
    for name in names:
        (tmp_path / name).write_bytes(b"no network")
    own = tmp_path / (names[0] if names else "own.pdmodel")
    if own.name == "inference.pdmodel":
        own.with_suffix(".pdiparams").write_bytes(b"no network")
    words = ("track", frames, "--mask", mask, "--model", "label-propagation", "-o", tmp_path / "run")
    code, out, err = masklet(*words, "--weights", own)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert says.format(own=own) in err
    assert not (tmp_path / "run").exists()


def test_weights_of_another_network_are_refused(masklet, frames, mask, tmp_path):
    import openvino as ov
    from openvino import opset13 as ops

    picture = ops.parameter([1, 3, 16, 16], name="x")
    ov.save_model(ov.Model([ops.relu(picture)], [picture]), tmp_path / "own.xml")
    words = ("track", frames, "--mask", mask, "--model", "label-propagation", "-o", tmp_path / "run")
    code, _, err = masklet(*words, "--weights", tmp_path / "own.xml")
    assert (code, err.count("\n")) == (1, 1)
    assert "relu_10.tmp_0" in err
    assert "own.xml" in err


def test_own_weights_are_followed_by(masklet, frames, mask, tmp_path):
    published = fetch("masklet-s")
    for path in published.parent.glob("*.onnx"):
        shutil.copy(path, tmp_path / path.name.replace("masklet-s", "own"))
    words = ("track", frames, "--mask", mask, "--no-overlay", "-q")
    assert masklet(*words, "--weights", tmp_path / "own.encode.onnx", "-o", tmp_path / "own")[0] == 0
    assert masklet(*words, "-o", tmp_path / "published")[0] == 0
    own, plain = (tmp_path / name / "masklets.jsonl" for name in ("own", "published"))
    assert own.read_bytes() == plain.read_bytes()
