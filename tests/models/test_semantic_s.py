import pytest

torch = pytest.importorskip("torch")

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


def test_it_learns_what_a_picture_shows():
    torch.manual_seed(0)
    network = SemanticS(2, SemanticSConfig(deep=16, middle=12, fine=8, dropout=0.0))
    image_13HW = torch.full((1, 3, 64, 64), 60.0)
    image_13HW[:, :, :, 32:] = 190
    label_1HW = torch.zeros(1, 64, 64, dtype=torch.long)
    label_1HW[:, :, 32:] = 1
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3)
    for _ in range(30):
        loss = torch.nn.functional.cross_entropy(network(image_13HW), label_1HW)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert (network(image_13HW).argmax(1) == label_1HW).float().mean() > 0.95
