import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ModelError, WeightsError  # noqa: E402
from masklet.models.unet.checkpoint import network_of, read_network  # noqa: E402
from masklet.models.unet.config import NetworkConfig, SessionConfig  # noqa: E402
from masklet.models.unet.features import parameters_of  # noqa: E402
from masklet.models.unet.loading import load  # noqa: E402
from masklet.models.unet.networks import make_network  # noqa: E402
from masklet.training.checkpoint import write_checkpoint  # noqa: E402

SMALL = 4 / 64


def small(**settings):
    torch.manual_seed(0)
    return make_network(NetworkConfig(width=SMALL, **settings)).eval()


def pictures(count=1, size=32, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, 3, size, size, generator=generator), torch.rand(
        count, 1, size, size, generator=generator
    )


@pytest.mark.parametrize(
    ("settings", "count", "prefixes"),
    [
        pytest.param(
            {"kind": "siamese"},
            22_932_673,
            "conv1 conv2 conv3s conv3 conv4s conv4 conv5s conv5 center dec5 dec4 dec3 dec2 dec1 final",
            id="siamese",
        ),
        pytest.param(
            {"kind": "unet"},
            49_926_337,
            "inc down1 down2 down3 down4 bottleneck up4 up3 up2 up1 outc",
            id="unet",
        ),
    ],
)
def test_the_released_sizes_and_names(settings, count, prefixes):
    with torch.device("meta"):
        network = make_network(NetworkConfig(**settings))
    assert parameters_of(network) == count
    assert {key.partition(".")[0] for key in network.state_dict()} == set(prefixes.split())


@pytest.mark.parametrize("kind", ["siamese", "unet"])
@pytest.mark.parametrize("size", [32, 96])
def test_a_mask_is_drawn_at_the_size_of_the_picture(kind, size):
    network = small(kind=kind)
    memory = network.encode(*pictures(2, size, seed=1))
    logits = network.decode(network.encode(*pictures(2, size)), [memory])
    assert logits.shape == (2, 1, size, size)
    assert logits.dtype == torch.float32


@pytest.mark.parametrize("fusion", ["average", "max", "min"])
def test_what_is_remembered_twice_is_told_once(fusion):
    network = small(fusion=fusion)
    now, memory = network.encode(*pictures()), network.encode(*pictures(seed=1))
    torch.testing.assert_close(network.decode(now, [memory, memory]), network.decode(now, [memory]))


def test_fusions_are_three_different_networks():
    drawn = []
    for fusion in ("average", "max", "min"):
        network = small(fusion=fusion)
        drawn.append(network.decode(network.encode(*pictures()), [network.encode(*pictures(seed=1))]))
    assert not any(torch.allclose(drawn[first], drawn[second]) for first, second in ((0, 1), (0, 2), (1, 2)))


def test_as_released_only_the_deepest_feature_comes_from_the_memory():
    network = small(fused_levels=1)
    now, memory, other = (network.encode(*pictures(seed=seed)) for seed in range(3))
    mixed = (*other[:-1], memory[-1])
    torch.testing.assert_close(network.decode(now, [mixed]), network.decode(now, [memory]))
    network = small(fused_levels=3)
    assert not torch.allclose(network.decode(now, [mixed]), network.decode(now, [memory]))


def test_the_baseline_looks_at_the_latest_memory_alone():
    network = small(kind="unet")
    now, first, latest = (network.encode(*pictures(seed=seed)) for seed in range(3))
    torch.testing.assert_close(network.decode(now, [first, latest]), network.decode(now, [latest]))


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"kind": "unet", "width": 3 / 64}, id="unet"),
        pytest.param({"width": SMALL}, id="vgg11"),
        pytest.param({"width": SMALL, "encoder": "vgg16"}, id="vgg16"),
    ],
)
def test_a_plain_state_dict_says_which_network_it_is(settings, tmp_path):
    network = make_network(NetworkConfig(**settings))
    torch.save(network.state_dict(), tmp_path / "model.pth")
    loaded = read_network(tmp_path / "model.pth").network
    assert loaded.config == NetworkConfig(fused_levels=1, prior=1.0, **settings)
    for key, value in network.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[key], value)


def test_counters_of_batch_norm_may_be_missing():
    state = {key: value for key, value in small().state_dict().items() if not key.endswith("tracked")}
    assert network_of(state).config.kind == "siamese"


def test_a_width_that_the_first_layer_rounds_is_told_by_the_file(tmp_path):
    network = make_network(NetworkConfig(width=0.1))
    torch.save({"ema": network.state_dict(), "settings": {"network.width": 0.1}}, tmp_path / "a.pt")
    assert read_network(tmp_path / "a.pt").network.config.width == 0.1


def test_a_file_of_a_run_says_how_it_was_trained(tmp_path):
    network = small(fusion="max", prior=0.25)
    settings = {"network.fusion": "max", "network.prior": 0.25, "rollout.size": 64, "rollout.first": False}
    write_checkpoint(tmp_path / "mine.pt", {"ema": network.state_dict()}, settings)
    tracker = load(tmp_path / "mine.pt", kind="siamese", device="cpu")
    assert tracker.config == SessionConfig(size=64, first=False)
    assert read_network(tmp_path / "mine.pt").network.config == NetworkConfig(
        width=SMALL, fusion="max", prior=0.25
    )


def without(key):
    return {name: value for name, value in small().state_dict().items() if name != key}


@pytest.mark.parametrize(
    ("state", "message"),
    [
        pytest.param({"layer.weight": torch.zeros(3)}, r"neither conv1 nor inc", id="another network"),
        pytest.param(without("dec3.block.0.weight"), r"dec3.block.0.weight is missing", id="missing"),
        pytest.param(
            small().state_dict() | {"extra.weight": torch.zeros(1)},
            r"extra.weight .* in place of nothing",
            id="more",
        ),
        pytest.param(
            small().state_dict() | {"final.weight": torch.zeros(2, 2, 1, 1)},
            r"final.weight is \(2, 2, 1, 1\)",
            id="shape",
        ),
        pytest.param(
            {"conv1.block.0.weight": torch.zeros(64, 3, 3, 3)}, r"\(channels, 4, 3, 3\)", id="three channels"
        ),
    ],
)
def test_another_layout_is_refused(state, message):
    with pytest.raises(WeightsError, match=rf"Expected .*{message}"):
        network_of(state)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "got none", id="missing"),
        pytest.param(b"no archive", "cannot be read", id="damaged"),
        pytest.param([1, 2], "no named tensors", id="a list"),
    ],
)
def test_a_file_that_holds_no_weights_is_refused(content, message, tmp_path):
    path = tmp_path / "model.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises(WeightsError, match=rf"Expected .*(?:{message})"):
        load(path, kind="unet", device="cpu")


def test_weights_of_the_other_network_are_named(tmp_path):
    torch.save(small(kind="unet").state_dict(), tmp_path / "model.pth")
    with pytest.raises(WeightsError, match=r"Expected weights of a Siamese U-Net .* got model.pth of a U-Net"):
        load(tmp_path / "model.pth", kind="siamese", device="cpu")


@pytest.mark.parametrize(
    ("config", "settings"),
    [
        pytest.param(NetworkConfig, {"width": 0.0}, id="width"),
        pytest.param(NetworkConfig, {"prior": 2.0}, id="prior"),
        pytest.param(NetworkConfig, {"fused_levels": 6}, id="levels"),
        pytest.param(NetworkConfig, {"dropout": 1.0}, id="dropout"),
        pytest.param(SessionConfig, {"size": 100}, id="size"),
        pytest.param(SessionConfig, {"margin": -1.0}, id="margin"),
        pytest.param(SessionConfig, {"lasting": -1}, id="lasting"),
    ],
)
def test_settings_that_cannot_be_are_refused(config, settings):
    with pytest.raises(ModelError, match=r"Expected .* got "):
        config(**settings)
