"""What every network that labels pixels keeps to, whatever is in it."""

import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ModelError  # noqa: E402
from masklet.models.layers.semantic_network import SemanticNetwork  # noqa: E402
from masklet.models.semantic.networks import NETWORKS, make_network  # noqa: E402
from models.semantic_parts import SMALL, small  # noqa: E402

NAMES = [name for name in NETWORKS if name in SMALL]


def noise(batch, height, width, seed=0):
    return torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(seed)) * 255


def test_every_network_is_tested():
    assert NETWORKS.keys() - SMALL.keys() <= {"torchvision-fcn"}


@pytest.mark.parametrize("name", NAMES)
class TestNetworks:
    def test_it_keeps_to_the_interface(self, name):
        network = small(name, outputs=6)
        assert isinstance(network, SemanticNetwork)
        assert network.outputs == 6
        with torch.no_grad():
            feature_2Chw = network.features(noise(2, 64, 96))
            logits_26HW = network.classify(feature_2Chw, (64, 96))
            assert feature_2Chw.shape[:2] == (2, network.feature_channels)
            assert torch.equal(logits_26HW, network(noise(2, 64, 96)))
        assert logits_26HW.shape == (2, 6, 64, 96)
        assert logits_26HW.std() > 0

    @pytest.mark.parametrize("size_HW", [(1, 1), (50, 33), (97, 65)], ids=str)
    def test_pictures_may_have_any_size(self, name, size_HW):
        with torch.no_grad():
            logits_1LHW = small(name)(noise(1, *size_HW))
        assert logits_1LHW.shape == (1, 5, *size_HW)
        assert torch.isfinite(logits_1LHW).all()

    def test_more_logits_to_train_by_have_the_size_of_the_picture(self, name):
        network = small(name)
        with torch.no_grad():
            given = network.auxiliary(noise(1, 64, 64))
            torch.testing.assert_close(given["logits"], network(noise(1, 64, 64)))
        assert {tuple(logits.shape) for logits in given.values()} == {(1, 5, 64, 64)}

    def test_all_its_weights_learn(self, name):
        network = small(name).train()
        logits = network.auxiliary(noise(2, 65, 97))
        sum(each.square().mean() for each in logits.values()).backward()
        still = [key for key, each in network.named_parameters() if each.grad is None]
        assert not still

    def test_it_learns_what_a_picture_shows(self, name):
        network = small(name, seed=1).train()
        for module in network.modules():
            if isinstance(module, torch.nn.Dropout | torch.nn.Dropout2d):
                module.p = 0.0
        side = 64 + network.beyond
        image_23HW = torch.full((2, 3, side, side), 60.0)
        image_23HW[0, :, :, side // 2 :] = image_23HW[1, :, :, : side // 2] = 190
        label_2HW = (image_23HW[:, 0] > 100).long()
        optimiser = torch.optim.Adam(network.parameters(), 5e-3)
        for _ in range(25):
            loss = torch.nn.functional.cross_entropy(network(image_23HW), label_2HW)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        assert (network(image_23HW).argmax(1) == label_2HW).float().mean() > 0.9

    def test_a_brighter_picture_of_the_same_is_another_picture(self, name):
        network = small(name)
        with torch.no_grad():
            assert not torch.equal(network(noise(1, 64, 64)), network(noise(1, 64, 64) / 2))


@pytest.mark.parametrize(("name", "config", "told"), [
    ("fcn", {"stride": 4}, "Expected a stride of 32, 16, 8, got 4"),
    ("pspnet", {"bins": ()}, "Expected bins of 1 cell or more"),
    ("feature-pyramid", {"levels": 0}, "Expected 1 level and 1 block or more"),
])  # fmt: skip
def test_settings_that_make_no_network_are_refused(name, config, told):
    with pytest.raises(ModelError, match=told):
        make_network(name, 3, {**SMALL[name], **config})


@pytest.mark.parametrize("stride", [32, 16, 8])
def test_an_fcn_begins_as_the_coarsest(stride):
    coarse = small("fcn", stride=32)
    network = small("fcn", stride=stride)
    network.load_state_dict(coarse.state_dict(), strict=False)
    with torch.no_grad():
        expected, got = coarse(noise(1, 160, 160)), network(noise(1, 160, 160))
    inner = (..., slice(64, -64), slice(64, -64))
    assert (got[inner] - expected[inner]).abs().mean() < 0.1 * expected.std()


HEADS = {
    "espnet": None,
    "feature-pyramid": None,
    "unet-semantic": None,
    "fcn": {"score", "skips", "enlarging"},
    "hrnet": {"last_layer"},
    "pspnet": {"ppm", "cls", "aux"},
    "semantic-s": {
        *("lateral32", "whole", "refine32", "lateral16", "refine16", "down8", "lateral8", "refine8", "down4"),
        *("lateral4", "refine4", "classifier"),
    },
}
"""What does not come from ImageNet; None: nothing does."""


@pytest.mark.parametrize("name", NAMES)
def test_all_but_the_heads_comes_from_imagenet(name):
    network = small(name)
    taken = {id(each) for part in network.backbone_parts() for each in part.parameters()}
    rest = {key.partition(".")[0] for key, each in network.named_parameters() if id(each) not in taken}
    everything = {key.partition(".")[0] for key, _ in network.named_parameters()}
    assert rest == (everything if HEADS[name] is None else HEADS[name])


def test_skips_of_an_fcn_are_added_where_they_belong():
    network = small("fcn", stride=8)
    with torch.no_grad():
        for parameter in (network.score.weight, network.score.bias):
            parameter.zero_()
        torch.nn.init.normal_(network.skips[1].weight)
        scores = network.features(noise(1, 96, 64))
        pool3 = torch.nn.functional.max_pool2d
        feature = network.normalising(noise(1, 96, 64))
        for stage in network.stages[:3]:
            feature = pool3(stage(feature), 2)
        torch.testing.assert_close(scores, network.skips[1](feature))


def test_vgg16_of_torchvision_goes_into_an_fcn(tmp_path):
    network, other = small("fcn", seed=0), small("fcn", seed=1)
    convolutions = [module for stage in other.stages for module in stage if isinstance(module, torch.nn.Conv2d)]
    places = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
    state = {}
    for place, module in zip(places, convolutions, strict=True):
        state |= {f"features.{place}.weight": module.weight, f"features.{place}.bias": module.bias}
    for place, module in ((0, other.fc6), (3, other.fc7)):
        state |= {f"classifier.{place}.weight": module.weight.flatten(1), f"classifier.{place}.bias": module.bias}
    torch.save(state, tmp_path / "vgg16.pth")
    network.load_torchvision(tmp_path / "vgg16.pth")
    for ours, theirs in ((network.stages, other.stages), (network.fc6, other.fc6), (network.fc7, other.fc7)):
        for key, value in theirs.state_dict().items():
            assert torch.equal(ours.state_dict()[key], value)
