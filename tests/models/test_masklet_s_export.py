import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import WeightsError  # noqa: E402
from masklet.models.masklet_s.config import MaskletSConfig  # noqa: E402
from masklet.models.masklet_s.export import TorchGraphs, export  # noqa: E402
from masklet.models.masklet_s.graphs import load_graphs  # noqa: E402
from masklet.models.masklet_s.network import MaskletS  # noqa: E402
from masklet.training.recipes.masklet_s import Settings, finish  # noqa: E402

SMALL = MaskletSConfig(key_dim=8, value_dim=16, decoder_dims=(16, 8, 8))


def placed(key_PR):
    """Keys of cells that may be anywhere by now."""
    return np.concatenate([key_PR, np.zeros((len(key_PR), 4), np.float32)], axis=1)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    torch.manual_seed(0)
    network = MaskletS(SMALL)
    torch.nn.init.normal_(network.encode.context.weight, std=0.2)  # begins at nothing
    encode = export(network, tmp_path_factory.mktemp("graphs"), "my.tracker")
    return TorchGraphs(network), {
        backend: load_graphs(encode, precision="f32", threads=1, backend=backend)
        for backend in ("openvino", "onnxruntime")
    }


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
@pytest.mark.parametrize(("size_HW", "objects", "frames"), [((48, 80), 1, 1), ((96, 64), 3, 2)], ids=str)
def test_exported_graphs_do_what_the_network_does(both, backend, size_HW, objects, frames):
    ours, exported = both[0], both[1][backend]
    rng = np.random.default_rng(0)
    canvas_HW3 = rng.integers(0, 256, (*size_HW, 3), dtype=np.uint8)
    masks_Nhw = rng.random((objects, size_HW[0] // 4, size_HW[1] // 4), dtype=np.float32)
    rivals_NN = np.ones((objects, objects), np.float32)
    answers = []
    for graphs in (ours, exported):
        code = graphs.encode(canvas_HW3)
        value_NCP = graphs.value(code, masks_Nhw, rivals_NN)
        memory = np.tile(placed(code.key_PR), (frames, 1)), np.tile(value_NCP, frames)
        reading = graphs.read(code, *memory, masks_Nhw, rivals_NN)
        answers.append((code.query_PQ, code.key_PR, value_NCP, *vars(reading).values()))
    for expected, got in zip(*answers, strict=True):
        np.testing.assert_allclose(got, expected, atol=2e-3, rtol=2e-3)


def test_cells_that_know_nothing_of_an_object_are_not_read_for_it(both):
    graphs, rng = both[0], np.random.default_rng(0)
    code = graphs.encode(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    mask_1hw, rivals_11 = rng.random((1, 16, 16), dtype=np.float32), np.ones((1, 1), np.float32)
    value_1CP = graphs.value(code, mask_1hw, rivals_11)
    alone = graphs.read(code, placed(code.key_PR), value_1CP, mask_1hw, rivals_11)
    with_unknown = graphs.read(
        code,
        np.concatenate([placed(code.key_PR), placed(code.key_PR[::-1])]),
        np.concatenate([value_1CP, np.zeros_like(value_1CP)], axis=2),
        mask_1hw,
        rivals_11,
    )
    # half of what is read comes from cells that know nothing: what the others say must not fade
    assert np.abs(with_unknown.log_probability_Nhw - alone.log_probability_Nhw).max() < 0.5
    assert with_unknown.usage_M.mean() == pytest.approx(1, abs=1e-4)


@pytest.fixture
def named(tmp_path):
    """Three files named as graphs are."""
    for part in ("encode", "read", "value"):
        (tmp_path / f"my-tracker.{part}.onnx").touch()
    return tmp_path / "my-tracker.encode.onnx"


@pytest.mark.parametrize("part", ["encode", "read", "value"])
def test_a_missing_graph_is_named(named, part):
    named.with_name(f"my-tracker.{part}.onnx").unlink()
    with pytest.raises(WeightsError, match=rf"Expected my-tracker\.{part}\.onnx in .*, got none"):
        load_graphs(named)


@pytest.mark.parametrize("name", ["best.pt", "encode.onnx", "my-tracker.read.onnx"])
def test_a_file_that_is_not_the_first_graph_is_refused(named, name):
    with pytest.raises(WeightsError, match=rf"Expected NAME\.encode\.onnx, .* got {name}"):
        load_graphs(named.with_name(name))


def test_graphs_bear_the_name_of_the_run_and_those_of_another_network_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("masklet.training.recipes.masklet_s.read_weights", lambda _: MaskletS().state_dict())
    finish(Settings(), tmp_path / "my-tracker")
    encode, read, value = (
        tmp_path / f"my-tracker/graphs/my-tracker.{part}.onnx" for part in ("encode", "read", "value")
    )
    assert set(encode.parent.iterdir()) == {encode, read, value, encode.with_name("my-tracker.pt")}
    read.write_bytes(value.read_bytes())
    with pytest.raises(WeightsError, match=r"my-tracker\.read\.onnx, got one of another network"):
        load_graphs(encode, threads=1)
