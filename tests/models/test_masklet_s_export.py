import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.models.masklet_s.config import MaskletSConfig  # noqa: E402
from masklet.models.masklet_s.export import TorchGraphs, export  # noqa: E402
from masklet.models.masklet_s.graphs import load_graphs  # noqa: E402
from masklet.models.masklet_s.network import MaskletS  # noqa: E402

SMALL = MaskletSConfig(key_dim=8, value_dim=16, decoder_dims=(16, 8, 8))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    torch.manual_seed(0)
    network, folder = MaskletS(SMALL), tmp_path_factory.mktemp("graphs")
    export(network, folder)
    return TorchGraphs(network), {
        backend: load_graphs(folder, precision="f32", threads=1, backend=backend)
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
        memory = np.tile(code.key_PQ, (frames, 1)), np.tile(value_NCP, frames)
        reading = graphs.read(code, *memory, masks_Nhw, rivals_NN)
        answers.append((code.query_PQ, code.key_PQ, value_NCP, *vars(reading).values()))
    for expected, got in zip(*answers, strict=True):
        np.testing.assert_allclose(got, expected, atol=2e-3, rtol=2e-3)


def test_cells_that_know_nothing_of_an_object_are_not_read_for_it(both):
    graphs, rng = both[0], np.random.default_rng(0)
    code = graphs.encode(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    mask_1hw, rivals_11 = rng.random((1, 16, 16), dtype=np.float32), np.ones((1, 1), np.float32)
    value_1CP = graphs.value(code, mask_1hw, rivals_11)
    alone = graphs.read(code, code.key_PQ, value_1CP, mask_1hw, rivals_11)
    with_unknown = graphs.read(
        code,
        np.concatenate([code.key_PQ, code.key_PQ[::-1]]),
        np.concatenate([value_1CP, np.zeros_like(value_1CP)], axis=2),
        mask_1hw,
        rivals_11,
    )
    # half of what is read comes from cells that know nothing: what the others say must not fade
    assert np.abs(with_unknown.log_probability_Nhw - alone.log_probability_Nhw).max() < 0.5
    assert with_unknown.usage_M.mean() == pytest.approx(1, abs=1e-4)
