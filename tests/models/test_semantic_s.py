import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import WeightsError  # noqa: E402
from masklet.models.semantic_s.network import SemanticS, SemanticSConfig  # noqa: E402


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return SemanticS(5, SemanticSConfig(deep=16, middle=12, fine=8)).eval()


@pytest.mark.parametrize("size_HW", [(64, 96), (50, 33), (1, 1)], ids=str)
def test_logits_have_the_size_of_the_picture(network, size_HW):
    image_23HW = torch.rand(2, 3, *size_HW) * 255
    with torch.no_grad():
        logits_25HW = network(image_23HW)
    assert logits_25HW.shape == (2, 5, *size_HW)
    assert torch.isfinite(logits_25HW).all()


def test_features_are_those_of_cells_of_four_pixels(network):
    with torch.no_grad():
        feature_1Chw = network.features(torch.rand(1, 3, 64, 96) * 255)
    assert feature_1Chw.shape == (1, network.feature_channels, 16, 24)


def test_a_backbone_in_torchvisions_layout_goes_in(network, tmp_path):
    torch.save({"features.0.0.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match="Expected torchvision's layout of MobileNetV2"):
        network.load_torchvision(tmp_path / "other.pth")
