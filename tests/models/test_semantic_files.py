import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ModelError, OutputError, WeightsError  # noqa: E402
from masklet.models.layers.semantic_view import InputSize  # noqa: E402
from masklet.models.semantic.files import read_semantic, write_semantic  # noqa: E402
from masklet.models.semantic.networks import make_network  # noqa: E402
from models.semantic_parts import SMALL, STREET, small  # noqa: E402

IMAGE_13HW = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(0)) * 255


@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_network_comes_back_as_it_went(tmp_path, name):
    network, size = small(name), InputSize(shorter_side=48, multiple=64)
    write_semantic(tmp_path / "my.pt", name, network, STREET, size=size)
    read = read_semantic(tmp_path / "my.pt")
    assert (read.card.network, read.card.label_space, read.card.size) == (name, STREET, size)
    assert (read.network.config, read.network.outputs) == (network.config, 5)
    with torch.no_grad():
        assert torch.equal(read.network(IMAGE_13HW), network(IMAGE_13HW))


def test_half_precision_takes_half_the_bytes_and_changes_little(tmp_path):
    network = small("semantic-s")
    for name, half in (("full", False), ("half", True)):
        write_semantic(tmp_path / f"{name}.pt", "semantic-s", network, STREET, half=half)
    full, half = (tmp_path / f"{name}.pt" for name in ("full", "half"))
    assert half.stat().st_size < 0.65 * full.stat().st_size
    read = read_semantic(half).network
    assert {parameter.dtype for parameter in read.parameters()} == {torch.float32}
    with torch.no_grad():
        torch.testing.assert_close(read(IMAGE_13HW), network(IMAGE_13HW), atol=0.05, rtol=0.05)


def test_averaged_weights_are_written_in_place_of_the_last(tmp_path):
    network, averaged = small("semantic-s", seed=0), small("semantic-s", seed=1)
    write_semantic(tmp_path / "my.pt", "semantic-s", network, STREET, state=averaged.state_dict())
    with torch.no_grad():
        assert torch.equal(read_semantic(tmp_path / "my.pt").network(IMAGE_13HW), averaged(IMAGE_13HW))


def test_without_a_size_pictures_are_padded_to_the_cells_of_the_network(tmp_path):
    write_semantic(tmp_path / "my.pt", "semantic-s", small("semantic-s"), STREET)
    assert read_semantic(tmp_path / "my.pt").card.size == InputSize(multiple=32)


def test_a_network_with_fewer_outputs_than_classes_is_not_written(tmp_path):
    with pytest.raises(ModelError, match="Expected 5 outputs for street, got a network of 2"):
        write_semantic(tmp_path / "my.pt", "semantic-s", small("semantic-s", outputs=2), STREET)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_told_of(tmp_path):
    with pytest.raises(OutputError, match="Expected to write"):
        write_semantic(tmp_path / "none/my.pt", "semantic-s", small("semantic-s"), STREET)


def damaged(content, way):
    state = dict(content["state"])
    match way:
        case "tensor":
            del state["classifier.weight"]
        case "name":
            content["network"] = "no-such"
        case "setting":
            content["config"] = {"depth": 3}
        case "class":
            content["label_space"]["classes"][0].pop("colour")
        case "format":
            content["format"] = 99
    return {**content, "state": state}


@pytest.mark.parametrize(("way", "told"), [
    ("tensor", r"classifier\.weight is not there in the file"),
    ("name", r"Expected a network that masklet has .* got 'no-such'"),
    ("setting", r"Expected settings of semantic-s .* got 'depth'"),
    ("class", "Expected network, label_space and size"),
    ("format", r"Expected a network written by `masklet train semantic`"),
])  # fmt: skip
def test_a_file_whose_parts_do_not_fit_is_refused_in_a_sentence(tmp_path, way, told):
    path = tmp_path / "my.pt"
    write_semantic(path, "semantic-s", small("semantic-s"), STREET)
    torch.save(damaged(torch.load(path, weights_only=True), way), path)
    with pytest.raises(WeightsError, match=told) as raised:
        read_semantic(path)
    assert "\n" not in str(raised.value)


def test_settings_may_be_told_by_name_and_unknown_ones_are_refused():
    assert make_network("semantic-s", 2, {"deep": 16}).config.deep == 16
    with pytest.raises(ModelError, match=r"Expected settings of semantic-s \(deep, .*got 'width'"):
        make_network("semantic-s", 2, {"width": 2})
    with pytest.raises(ModelError, match="Expected the name of a network that labels pixels"):
        make_network("no-such", 2)
