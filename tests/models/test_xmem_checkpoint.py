import pickle

import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import WeightsError  # noqa: E402
from masklet.models.xmem.checkpoint import network_of, read_network  # noqa: E402
from masklet.models.xmem.layout import layout_of  # noqa: E402
from models.xmem_parts import DIMS, random_state  # noqa: E402


def saved(path, state):
    torch.save(state, path)
    return path


def changed(**changes):
    """The state dict with these tensors changed; None takes one out."""
    state = {**random_state(), **changes}
    return {name: value for name, value in state.items() if value is not None}


@pytest.mark.parametrize(("sizes", "tensors"), [
    pytest.param({}, 412, id="as released"),
    pytest.param({"input_channels": 4}, 412, id="of a single object"),
    pytest.param({"sensory": 0}, 402, id="without sensory memory"),
])  # fmt: skip
def test_the_layout_has_the_released_number_of_tensors(sizes, tensors):
    assert len(layout_of(**sizes)) == tensors


@pytest.mark.parametrize(("name", "shape"), [
    ("key_encoder.layer3.5.bn3.running_var", (1024,)),
    ("key_encoder.res2.0.downsample.0.weight", (256, 64, 1, 1)),
    ("value_encoder.conv1.weight", (64, 5, 7, 7)),
    ("value_encoder.fuser.block1.downsample.weight", (512, 1280, 3, 3)),
    ("value_encoder.hidden_reinforce.transform.weight", (192, 576, 3, 3)),
    ("key_proj.e_proj.bias", (64,)),
    ("decoder.fuser.block1.conv1.weight", (512, 1600, 3, 3)),
    ("decoder.fuser.attention.ChannelGate.mlp.1.weight", (32, 512)),
    ("decoder.fuser.attention.SpatialGate.spatial.conv.weight", (1, 2, 7, 7)),
    ("decoder.hidden_update.g4_conv.weight", (256, 257, 1, 1)),
    ("decoder.up_16_8.out_conv.downsample.weight", (256, 512, 3, 3)),
    ("decoder.pred.bias", (1,)),
])  # fmt: skip
def test_the_layout_has_the_released_shapes(name, shape):
    assert layout_of()[name] == shape


def test_sizes_are_read_from_the_tensors(tmp_path):
    network = read_network(saved(tmp_path / "mine.pth", random_state()))
    assert (network.dims.key, network.dims.value, network.dims.sensory) == DIMS
    assert not any(parameter.is_meta for parameter in network.parameters())


@pytest.mark.parametrize(("state", "told"), [
    pytest.param(changed(**{"decoder.pred.bias": None}), "decoder.pred.bias is missing", id="a tensor too few"),
    pytest.param(changed(more=torch.zeros(3)), r"more is \(3,\) in place of nothing", id="a tensor too many"),
    pytest.param(changed(**{"decoder.pred.bias": torch.zeros(2)}), r"is \(2,\) in place of \(1,\)", id="a shape"),
    pytest.param(changed(**{"value_encoder.conv1.weight": torch.zeros(64, 6, 7, 7)}), "conv1", id="6 channels"),
    pytest.param({"conv1.weight": torch.zeros(1)}, "1 tensors and no key_proj", id="another network"),
    pytest.param({}, "0 tensors", id="nothing"),
])  # fmt: skip
def test_another_layout_is_refused(state, told):
    with pytest.raises(WeightsError, match=rf"Expected .*got the state dict with .*{told}"):
        network_of(state)


@pytest.mark.parametrize("content", [
    pytest.param({"state_dict": {"a": torch.zeros(1)}}, id="nested"),
    pytest.param([torch.zeros(1)], id="a list"),
])  # fmt: skip
def test_a_file_of_other_things_is_refused(tmp_path, content):
    with pytest.raises(
        WeightsError,
        match=r"Expected tensors by name in .*mine\.pth, .*got (a list|something else)",
    ):
        read_network(saved(tmp_path / "mine.pth", content))


class Opens:
    def __reduce__(self):
        return (open, ("run.txt", "w"))


@pytest.mark.parametrize("make", [
    pytest.param(lambda path: saved(path, {"a": Opens()}), id="in a new file"),
    pytest.param(lambda path: path.write_bytes(pickle.dumps(Opens(), protocol=2)), id="in an old file"),
])  # fmt: skip
def test_code_is_refused_and_not_run(tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "mine.pth")
    with pytest.raises(WeightsError, match=r"Expected a file of XMem .* pickled code, which is not run"):
        read_network(tmp_path / "mine.pth")
    assert not (tmp_path / "run.txt").exists()


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_part_of_a_file_is_refused(tmp_path, share):
    whole = saved(tmp_path / "whole.pth", {"a": torch.zeros(10_000)}).read_bytes()
    (tmp_path / "mine.pth").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(WeightsError, match=r"Expected a file of XMem such as .*mine\.pth, got one that"):
        read_network(tmp_path / "mine.pth")


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n", b"just words", bytes(range(256))], ids=["png", "text", "bytes"]
)
def test_a_file_of_anything_else_is_refused(tmp_path, content):
    (tmp_path / "mine.pth").write_bytes(content)
    with pytest.raises(WeightsError, match=r"Expected a file of XMem such as .*mine\.pth, got one that"):
        read_network(tmp_path / "mine.pth")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"mine\.pth, got none"):
        read_network(tmp_path / "mine.pth")
