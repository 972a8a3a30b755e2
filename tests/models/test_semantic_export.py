import json
import shutil

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from masklet.core.errors import ModelError, WeightsError  # noqa: E402
from masklet.models import semantic_graph  # noqa: E402
from masklet.models.layers.semantic_card import SemanticCard  # noqa: E402
from masklet.models.layers.semantic_config import SemanticConfig  # noqa: E402
from masklet.models.semantic.export import export  # noqa: E402
from masklet.models.semantic.files import own_size  # noqa: E402
from masklet.models.semantic.runner import TorchSemantic  # noqa: E402
from models.semantic_parts import STREET, noise, small  # noqa: E402

LIGHT = ["espnet", "fcn", "feature-pyramid", "hrnet", "semantic-s", "unet-semantic"]


@pytest.fixture(scope="module", params=LIGHT)
def both(request, tmp_path_factory):
    """A network in torch, of one output more than classes, and the graph it was exported to."""
    network = small(request.param, outputs=6)
    card = SemanticCard(network=request.param, label_space=STREET, size=own_size(network))
    path = export(network, card, tmp_path_factory.mktemp("graphs") / "my.onnx")
    return TorchSemantic(network, card, torch.device("cpu")), path


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
def test_graphs_give_what_torch_gives(both, backend):
    ours, path = both
    exported = semantic_graph.load(path, precision="f32", threads=1, backend=backend)
    assert exported.card == ours.card
    for size_HW in ((96, 64), (70, 131)):
        frame = noise(size_HW, seed=1)
        expected_LHW, got_LHW = ours.scores(frame), exported.scores(frame)
        scale = float(expected_LHW.std())
        np.testing.assert_allclose(got_LHW, expected_LHW, atol=2e-3 * max(scale, 1e-3), rtol=2e-3)
        best = np.sort(expected_LHW, axis=0)[-2:]
        clear_HW = best[1] - best[0] > 0.01 * scale
        assert clear_HW.mean() > 0.5
        assert (exported.label(frame) == ours.label(frame))[clear_HW].all()


def test_a_network_that_no_graph_has_is_refused_in_a_sentence(tmp_path):
    network = small("pspnet")
    card = SemanticCard(network="pspnet", label_space=STREET, size=own_size(network))
    with pytest.raises(ModelError, match="Expected a network that becomes a graph, got pspnet") as raised:
        export(network, card, tmp_path / "my.onnx")
    assert "\n" not in str(raised.value)
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A network and where it was exported to, while it trained."""
    network, folder = small("semantic-s").train(), tmp_path_factory.mktemp("once")
    return network, export(network, SemanticCard(network="semantic-s", label_space=STREET), folder / "my.onnx")


@pytest.fixture
def exported(once, tmp_path):
    for file in once[1].parent.iterdir():
        shutil.copy(file, tmp_path)
    return tmp_path / "my.onnx"


def test_a_network_that_was_exported_goes_on_training(once):
    network, file = once
    assert network.training
    assert sorted(path.name for path in file.parent.iterdir()) == ["my.json", "my.onnx"]


def test_the_shorter_side_may_be_told(exported):
    graph = semantic_graph.load(exported, threads=1, config=SemanticConfig(shorter_side=32))
    assert graph.card.size.shorter_side == 32
    assert graph.label(noise((100, 150))).shape == (100, 150)


def test_a_graph_without_its_card_is_told_of(exported):
    exported.with_suffix(".json").unlink()
    with pytest.raises(WeightsError, match=r"Expected my\.json beside the graph"):
        semantic_graph.load(exported)


@pytest.mark.parametrize(("content", "told"), [
    ("{", "Expected JSON"),
    ("[]", "in format 1 in .* got format None"),
    (json.dumps({"format": 1, "network": "semantic-s"}), "Expected network, label_space and size"),
])  # fmt: skip
def test_a_card_that_says_something_else_is_refused(exported, content, told):
    exported.with_suffix(".json").write_text(content)
    with pytest.raises(WeightsError, match=told) as raised:
        semantic_graph.load(exported)
    assert "\n" not in str(raised.value)


def test_a_graph_of_something_else_is_refused(exported):
    exported.write_bytes(b"not a graph")
    with pytest.raises(WeightsError, match="Expected a network that OpenVINO reads"):
        semantic_graph.load(exported)
