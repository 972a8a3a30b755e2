"""The networks of OSVOS: the released layout, and the head."""

import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import WeightsError  # noqa: E402
from masklet.models.osvos.files import read_network, write_network  # noqa: E402
from masklet.models.osvos.mobile import MobileOsvos  # noqa: E402
from masklet.models.osvos.vgg import VggOsvos, bilinear_kernel  # noqa: E402

CONVOLUTIONS = {0: (0, 2), 1: (1, 3), 2: (1, 3, 5), 3: (1, 3, 5), 4: (1, 3, 5)}
"""Places of VGG16's convolutions in each stage of the released files."""


@pytest.fixture(scope="module")
def vgg():
    torch.manual_seed(0)
    return VggOsvos().eval()


@pytest.fixture(scope="module")
def mobile():
    torch.manual_seed(0)
    return MobileOsvos().eval()


def picture(height, width, seed=0):
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed)) * 255


def test_vgg_has_the_52_tensors_of_the_released_files(vgg):
    layers = [f"stages.{stage}.{place}" for stage, places in CONVOLUTIONS.items() for place in places]
    layers += [f"{part}.{scale}" for part in ("side_prep", "score_dsn") for scale in range(4)] + ["fuse"]
    names = {f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")}
    names |= {f"{part}.{scale}.weight" for part in ("upscale", "upscale_") for scale in range(4)}
    assert (set(vgg.state_dict()), len(names)) == (names, 52)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        pytest.param("stages.4.5.weight", (512, 512, 3, 3), id="last convolution"),
        pytest.param("side_prep.0.weight", (16, 128, 3, 3), id="first side is of the second stage"),
        pytest.param("upscale.3.weight", (16, 16, 32, 32), id="coarsest up-sampling"),
        pytest.param("upscale_.0.weight", (1, 1, 4, 4), id="finest up-sampling of a score"),
        pytest.param("fuse.weight", (1, 64, 1, 1), id="fusion"),
    ],
)
def test_released_shapes(vgg, name, shape):
    assert tuple(vgg.state_dict()[name].shape) == shape


def test_up_sampling_is_bilinear_and_never_learns(vgg):
    assert not any(each.requires_grad for each in (*vgg.upscale.parameters(), *vgg.upscale_.parameters()))
    ramp = torch.arange(6.0)[None, None, None] * torch.ones(1, 1, 6, 1)
    up = torch.nn.functional.conv_transpose2d(ramp, bilinear_kernel(1, 2), stride=2)[0, 0, 6]
    torch.testing.assert_close(up[3:11].diff(), torch.full((7,), 0.5))


@pytest.mark.parametrize("size", [(48, 64), (37, 53)], ids=str)
def test_the_fused_mask_is_the_linear_layer_over_all_scales_at_full_size(vgg, size):
    image_13HW = picture(*size)
    with torch.no_grad():
        sides = vgg.side_features(image_13HW)
        joined = torch.cat(vgg.upsampled(sides, size), dim=1)
        torch.testing.assert_close(vgg(image_13HW).fused_BHW, vgg.fuse(joined)[:, 0], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("size", [(64, 96), (33, 70)], ids=str)
def test_every_scale_gives_a_mask_of_the_pictures_size(vgg, mobile, size):
    with torch.no_grad():
        shapes = [tuple(network(picture(*size), with_sides=True).sides_BSHW.shape) for network in (vgg, mobile)]
    assert shapes == [(1, 4, *size), (1, 5, *size)]


def test_the_scales_masks_are_made_when_asked_for_and_change_nothing_else(mobile):
    with torch.no_grad():
        plain, with_sides = mobile(picture(64, 96)), mobile(picture(64, 96), with_sides=True)
    assert plain.sides_BSHW is None
    assert torch.equal(plain.fused_BHW, with_sides.fused_BHW)


def test_vgg_takes_rgb_and_sees_bgr_less_the_mean(vgg):
    mean_rgb = torch.tensor([122.67892, 116.66877, 104.00699])[None, :, None, None]
    with torch.no_grad():
        first = vgg.stages[0](torch.zeros(1, 3, 16, 16))
        seen = []
        handle = vgg.stages[0].register_forward_hook(lambda _module, _given, out: seen.append(out))
        vgg(mean_rgb.expand(1, 3, 16, 16).contiguous())
        handle.remove()
    torch.testing.assert_close(seen[0], first, atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", ["vgg", "mobile"])
def test_files_come_back_as_they_went(name, request, tmp_path):
    network = request.getfixturevalue(name)
    write_network(network, tmp_path / "network.pt")
    again = read_network(tmp_path / "network.pt")
    assert type(again) is type(network)
    for key, value in network.state_dict().items():
        assert torch.equal(again.state_dict()[key], value), key


def test_a_file_of_another_network_is_refused(tmp_path):
    torch.save({"conv.weight": torch.zeros(2)}, tmp_path / "other.pt")
    with pytest.raises(WeightsError, match=r"Expected weights of OSVOS .* got 1 tensors of another network"):
        read_network(tmp_path / "other.pt")


def test_a_file_that_lacks_a_tensor_is_refused(mobile, tmp_path):
    state = {name: value for name, value in mobile.state_dict().items() if name != "fuse.bias"}
    torch.save(state, tmp_path / "less.pt")
    with pytest.raises(WeightsError, match=r"fuse\.bias is not there in the file"):
        read_network(tmp_path / "less.pt")
