"""Files as their authors publish them: every name and shape, and what comes out."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import FormatError, WeightsError  # noqa: E402
from masklet.core.label_spaces import CAMVID, CITYSCAPES, VOC  # noqa: E402
from masklet.models import load_semantic  # noqa: E402
from masklet.models.hrnet.network import W18, W48, Hrnet  # noqa: E402
from masklet.models.layers.semantic_config import SemanticConfig  # noqa: E402
from masklet.models.layers.semantic_view import InputSize  # noqa: E402
from masklet.models.pspnet.network import Pspnet, PspnetConfig  # noqa: E402
from masklet.models.semantic.loading import read_network  # noqa: E402
from models import semantic_reference as reference  # noqa: E402
from models.semantic_parts import noise, small  # noqa: E402

SMALL_HRNET = reference.hrnet_layout((4, 6, 8, 10), 19, first_width=4, first_blocks=2, modules=(1, 2, 1), blocks=1)
SMALL_PSPNET = reference.pspnet_layout((1, 1, 2, 1), 21, width=4)
EXACT = {"atol": 1e-9, "rtol": 1e-9}


def image(height, width):
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(1)).double() * 255


def saved(tmp_path, content):
    torch.save(content, tmp_path / "released.pth")
    return tmp_path / "released.pth"


def layout_of(network):
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}


class TestHrnet:
    @pytest.fixture
    def state(self):
        return reference.random_state(SMALL_HRNET)

    @pytest.mark.parametrize(("config", "parameters"), [(W18, 9.64), (W48, 65.86)], ids=["W18", "W48"])
    def test_names_and_shapes_are_the_authors(self, config, parameters):
        with torch.device("meta"):
            network = Hrnet(19, config)
        assert layout_of(network) == reference.hrnet_layout(config.widths, 19)
        assert sum(each.numel() for each in network.parameters()) / 1e6 == pytest.approx(parameters, abs=0.01)

    def test_the_large_one_loads_from_its_1840_tensors(self):
        from masklet.models.hrnet.released import released

        layout = reference.hrnet_layout(W48.widths, 19)
        state = {f"model.{name}": torch.zeros(()).expand(shape) for name, shape in layout.items()}
        state["loss.criterion.weight"] = torch.ones(19)
        assert len(state) == 1840
        network = released(state, "W48", SemanticConfig()).network
        assert (network.config, network.feature_channels) == (W48, 720)

    @pytest.mark.parametrize("align_corners", [False, True])
    @pytest.mark.parametrize("size_HW", [(64, 96), (72, 56)], ids=str)
    def test_it_computes_what_the_plain_reference_computes(self, tmp_path, state, align_corners, size_HW):
        content = {f"model.{name}": value for name, value in state.items()}
        content["loss.criterion.weight"] = torch.ones(19)
        path = saved(tmp_path, {"state_dict": content})
        read = read_network(path, "hrnet", SemanticConfig(align_corners=align_corners))
        network = read.network.double()
        joined, logits = reference.hrnet(state, image(*size_HW), align_corners)
        with torch.no_grad():
            torch.testing.assert_close(network.features(image(*size_HW)), joined, **EXACT)
            torch.testing.assert_close(network(image(*size_HW)), logits, **EXACT)
        other = reference.hrnet(state, image(*size_HW), not align_corners)[1]
        assert (other - logits).abs().max() > 0.05 * logits.std()

    def test_what_a_file_is_wrapped_in_changes_nothing(self, tmp_path, state):
        plain = read_network(saved(tmp_path, state), "hrnet").network.state_dict()
        wrapped = {f"module.model.{name}": value for name, value in state.items()}
        again = read_network(saved(tmp_path, wrapped), "hrnet").network.state_dict()
        assert all(torch.equal(again[name], value) for name, value in plain.items())

    def test_classes_are_those_of_cityscapes(self, tmp_path, state):
        model = load_semantic("hrnet", weights=saved(tmp_path, state))
        assert (model.label_space, model.card.size) == (CITYSCAPES, InputSize(multiple=32))

    @pytest.mark.parametrize("way", ["missing", "more", "shape"])
    def test_every_tensor_has_to_be_its_own(self, tmp_path, state, way):
        match way:
            case "missing":
                del state["stage3.1.fuse_layers.2.0.0.1.weight"]
            case "more":
                state["stage3.1.fuse_layers.2.0.0.2.weight"] = torch.zeros(1)
            case "shape":
                state["transition2.2.0.0.weight"] = torch.zeros(8, 6, 1, 1)
        with pytest.raises(WeightsError, match=r"Expected weights of HRNet in .* got those of another network"):
            read_network(saved(tmp_path, state), "hrnet")

    def test_a_file_with_ocr_is_named(self, tmp_path, state):
        for name in [name for name in state if name.startswith("last_layer")]:
            del state[name]
        state["ocr_gather_head.x"] = torch.zeros(1)
        with pytest.raises(WeightsError, match="another network with OCR"):
            read_network(saved(tmp_path, state), "hrnet")

    def test_a_backbone_comes_from_a_file_for_classification(self, tmp_path, state):
        network = Hrnet(3, read_network(saved(tmp_path, state), "hrnet").network.config)
        head = {name: value.clone() for name, value in network.last_layer.state_dict().items()}
        backbone = {name: value for name, value in state.items() if not name.startswith("last_layer")}
        network.load_torchvision(saved(tmp_path, {**backbone, "incre_modules.0.0.conv1.weight": torch.zeros(1)}))
        assert torch.equal(network.layer1[0].conv1.weight, state["layer1.0.conv1.weight"])
        assert all(torch.equal(network.last_layer.state_dict()[name], value) for name, value in head.items())
        del backbone["conv1.weight"]
        with pytest.raises(WeightsError, match=r"conv1\.weight is not there"):
            network.load_torchvision(saved(tmp_path, backbone))


class TestPspnet:
    @pytest.fixture
    def state(self):
        return reference.random_state(SMALL_PSPNET)

    @pytest.mark.parametrize("blocks", [(3, 4, 6, 3), (3, 4, 23, 3)], ids=["PSPNet50", "PSPNet101"])
    def test_names_and_shapes_are_those_of_semseg(self, blocks):
        with torch.device("meta"):
            network = Pspnet(150, PspnetConfig(blocks=blocks))
        assert layout_of(network) == reference.pspnet_layout(blocks, 150)
        assert network.feature_channels == 4096

    @pytest.mark.parametrize("size_HW", [(65, 97), (57, 81)], ids=str)
    def test_it_computes_what_the_plain_reference_computes(self, tmp_path, state, size_HW):
        content = {"epoch": 200, "state_dict": {f"module.{name}": value for name, value in state.items()}}
        network = read_network(saved(tmp_path, content | {"optimizer": {"lr": 0.1}}), "pspnet").network.double()
        joined, logits, auxiliary = reference.pspnet(state, image(*size_HW))
        with torch.no_grad():
            torch.testing.assert_close(network.features(image(*size_HW)), joined, **EXACT)
            given = network.auxiliary(image(*size_HW))
        torch.testing.assert_close(given["logits"], logits, **EXACT)
        torch.testing.assert_close(given["aux"], auxiliary, **EXACT)

    def test_sides_of_what_it_looks_at_are_8k_and_1(self, tmp_path, state):
        model = load_semantic("pspnet", weights=saved(tmp_path, state), precision="f32")
        assert (model.label_space, model.card.size) == (VOC, InputSize(multiple=8, beyond=1))
        frame = noise((60, 65))
        padded_HW3 = np.full((65, 65, 3), (124, 116, 104), np.uint8)
        padded_HW3[:60] = frame.image_HW3
        _, logits, _ = reference.pspnet(state, torch.tensor(padded_HW3).permute(2, 0, 1)[None])
        np.testing.assert_allclose(model.scores(frame), logits[0, :, :60], atol=2e-3, rtol=2e-3)

    def test_a_resnet_comes_from_a_file_for_classification(self, tmp_path, state):
        network = Pspnet(3, read_network(saved(tmp_path, state), "pspnet").network.config)
        head = {name: value.clone() for name, value in network.ppm.state_dict().items()}
        stem = {"0": "conv1", "1": "bn1", "3": "conv2", "4": "bn2", "6": "conv3", "7": "bn3"}
        backbone = {name: value for name, value in state.items() if not name.startswith(("ppm", "cls", "aux"))}
        for name in [name for name in backbone if name.startswith("layer0.")]:
            _, place, part = name.split(".")
            backbone[f"{stem[place]}.{part}"] = backbone.pop(name)
        network.load_torchvision(saved(tmp_path, {**backbone, "fc.weight": torch.zeros(1)}))
        assert torch.equal(network.layer0[6].weight, state["layer0.6.weight"])
        assert torch.equal(network.layer4[0].conv3.weight, state["layer4.0.conv3.weight"])
        assert all(torch.equal(network.ppm.state_dict()[name], value) for name, value in head.items())
        del backbone["conv3.weight"]
        with pytest.raises(WeightsError, match=r"layer0\.6\.weight is not there"):
            network.load_torchvision(saved(tmp_path, backbone))

    def test_weights_of_a_common_stem_are_refused(self, tmp_path, state):
        names = {name.replace("layer0.0.", "conv1."): value for name, value in state.items()}
        with pytest.raises(WeightsError, match="those of other libraries have one convolution for a stem"):
            read_network(saved(tmp_path, names), "pspnet")

    def test_a_file_without_its_auxiliary_head_is_refused(self, tmp_path, state):
        names = {name: value for name, value in state.items() if not name.startswith("aux.")}
        with pytest.raises(WeightsError, match=r"aux\.0\.weight is not there in the file"):
            read_network(saved(tmp_path, names), "pspnet")


class TestEspnet:
    @pytest.mark.parametrize(("settings", "outputs"), [
        pytest.param({"q": 3, "picture_in_decoder": False}, 20, id="Cityscapes"),
        pytest.param({"q": 2, "picture_in_decoder": True}, 12, id="CamVid"),
        pytest.param({"q": 1, "decoder": False}, 20, id="ESPNet-C"),
    ])  # fmt: skip
    def test_which_of_them_it_is_is_told_by_names_and_shapes(self, tmp_path, settings, outputs):
        network = small("espnet", outputs=outputs, **settings)
        state = {
            name if settings.get("decoder", True) else name.removeprefix("encoder."): value
            for name, value in network.state_dict().items()
            if not name.endswith("num_batches_tracked")
        }
        read = read_network(saved(tmp_path, state), "espnet")
        found = {name: getattr(read.network.config, name) for name in settings}
        assert (found, read.network.outputs) == (settings, outputs)
        assert read.card.label_space is (CAMVID if outputs == 12 else CITYSCAPES)
        for name, value in network.state_dict().items():
            assert torch.equal(read.network.state_dict()[name], value)

    def test_weights_that_decayed_to_nothing_are_nothing(self, tmp_path):
        state = small("espnet", outputs=20).state_dict()
        state["encoder.level2.0.d1.conv.weight"] = torch.full_like(state["encoder.level2.0.d1.conv.weight"], 1e-40)
        read = read_network(saved(tmp_path, state), "espnet").network
        assert not read.encoder.level2[0].d1.conv.weight.any()

    def test_another_network_is_refused(self, tmp_path):
        with pytest.raises(WeightsError, match="Expected weights of ESPNet"):
            read_network(saved(tmp_path, {"fc.weight": torch.zeros(2, 2)}), "espnet")


class TestFilesOfAnyKind:
    def test_a_network_that_nobody_released_wants_a_file_of_masklet(self, tmp_path):
        with pytest.raises(WeightsError, match="Expected a file of fcn that `masklet train semantic` wrote"):
            read_network(saved(tmp_path, {"a": torch.zeros(1)}), "fcn")

    def test_code_in_a_file_is_not_run(self, tmp_path):
        torch.save({"network": small("semantic-s")}, tmp_path / "released.pth")
        with pytest.raises(WeightsError, match="pickled code, which is not run"):
            read_network(tmp_path / "released.pth", "hrnet")

    def test_a_label_space_may_be_told_and_has_to_fit(self, tmp_path):
        path = saved(tmp_path, reference.random_state(SMALL_PSPNET))
        assert read_network(path, "pspnet", SemanticConfig(label_space="camvid")).card.label_space is CAMVID
        with pytest.raises(FormatError, match="Expected 150 outputs for label space ade20k, got a network of 21"):
            read_network(path, "pspnet", SemanticConfig(label_space="ade20k"))

    def test_the_shorter_side_may_be_told(self, tmp_path):
        path = saved(tmp_path, reference.random_state(SMALL_PSPNET))
        read = read_network(path, "pspnet", SemanticConfig(shorter_side=240))
        assert read.card.size == InputSize(shorter_side=240, multiple=8, beyond=1)
