import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import WeightsError  # noqa: E402
from masklet.models.layers.mobilenet_v2 import _STAGES, MobileNetV2  # noqa: E402
from masklet.models.masklet_s.config import MaskletSConfig  # noqa: E402
from masklet.models.masklet_s.network import (  # noqa: E402
    Decoder,
    FrameEncoder,
    KeyProjection,
    ValueEncoder,
    affinity,
    aggregate,
    others,
    place,
    placed,
)

SMALL = MaskletSConfig(key_dim=8, value_dim=16, decoder_dims=(16, 8, 8))


@pytest.fixture(autouse=True)
def _same_every_time():
    torch.manual_seed(0)


def torchvision_state():
    """Random weights of MobileNetV2's blocks as torchvision names them, and a layer that is not used."""
    state = {"classifier.1.weight": torch.zeros(2, 2)}

    def conv(name, norm, outputs, inputs, kernel):
        state[f"{name}.weight"] = torch.randn(outputs, inputs, kernel, kernel) * (inputs * kernel**2) ** -0.5
        state[f"{norm}.weight"], state[f"{norm}.bias"] = torch.rand(outputs) + 0.5, torch.randn(outputs) * 0.1
        state[f"{norm}.running_mean"], state[f"{norm}.running_var"] = (
            torch.randn(outputs),
            torch.rand(outputs) + 0.5,
        )

    conv("features.0.0", "features.0.1", 32, 3, 3)
    width, block = 32, 0
    for expansion, channels, repeats, _ in _STAGES:
        for _ in range(repeats):
            block += 1
            inner, hidden, place = f"features.{block}.conv", width * expansion, 0
            if expansion > 1:
                conv(f"{inner}.0.0", f"{inner}.0.1", hidden, width, 1)
                place = 1
            conv(f"{inner}.{place}.0", f"{inner}.{place}.1", hidden, 1, 3)
            conv(f"{inner}.{place + 1}", f"{inner}.{place + 2}", channels, hidden, 1)
            width = channels
    return state


def stem_and_first_block(state, image_B3HW):
    """The definition: convolution, batch norm, ReLU6; of the first block depthwise and projection."""

    def normed(feature, conv, norm, **how):
        feature = torch.nn.functional.conv2d(feature, state[f"{conv}.weight"], **how)
        names = ("running_mean", "running_var", "weight", "bias")
        return torch.nn.functional.batch_norm(feature, *(state[f"{norm}.{name}"] for name in names))

    feature = normed(image_B3HW, "features.0.0", "features.0.1", stride=2, padding=1).clamp(0, 6)
    inner = "features.1.conv"
    feature = normed(feature, f"{inner}.0.0", f"{inner}.0.1", padding=1, groups=32).clamp(0, 6)
    return normed(feature, f"{inner}.1", f"{inner}.2")


def test_folded_batch_norms_do_what_they_did(tmp_path):
    state = torchvision_state()
    torch.save(state, tmp_path / "weights.pth")
    backbone, image_B3HW = MobileNetV2(), torch.randn(2, 3, 32, 48)
    backbone.load_torchvision(tmp_path / "weights.pth")
    ours = backbone.blocks[0](torch.nn.functional.relu6(backbone.stem(image_B3HW)))
    torch.testing.assert_close(ours, stem_and_first_block(state, image_B3HW), atol=1e-4, rtol=1e-4)


def test_features_have_4_8_16_and_32_pixels_a_cell():
    shapes = [tuple(feature.shape) for feature in MobileNetV2()(torch.zeros(2, 3, 64, 96))]
    assert shapes == [(2, 24, 16, 24), (2, 32, 8, 12), (2, 96, 4, 6), (2, 320, 2, 3)]


def test_weights_of_another_network_are_refused(tmp_path):
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match=r"Expected torchvision's layout .* got"):
        MobileNetV2().load_torchvision(tmp_path / "other.pth")


def test_frozen_blocks_do_not_learn():
    backbone = MobileNetV2()
    backbone.freeze(3)
    learning = {name.split(".")[1] for name, p in backbone.named_parameters() if p.requires_grad}
    assert learning == {str(number) for number in range(3, 17)}


def test_similarity_is_the_negative_squared_distance_of_keys_and_for_placed_cells_of_places():
    project, f16 = KeyProjection(SMALL), torch.randn(1, 96, 3, 4)
    query_BQP, key_BRP = project(f16)
    assert query_BQP.shape[1] == key_BRP.shape[1] + 4
    unit_CP = query_BQP[0, : SMALL.key_dim]
    sharpness_P = project.log_scale.exp() * (1 + project.shrinkage(f16).flatten().square())
    distance_MP = torch.cdist(unit_CP.T, unit_CP.T).square()
    expected_MP = -0.5 * sharpness_P[:, None] * distance_MP
    anywhere_MP = (placed(key_BRP, None).mT @ query_BQP)[0]
    torch.testing.assert_close(anywhere_MP, expected_MP, atol=1e-4, rtol=1e-3)
    there_MP = (placed(key_BRP, place(3, 4)).mT @ query_BQP)[0]
    y_P, x_P = torch.meshgrid(torch.arange(3.0), torch.arange(4.0), indexing="ij")
    at_P2 = torch.stack([x_P.flatten(), y_P.flatten()], dim=1)
    nearness = project.log_nearness.exp()
    expected_MP = expected_MP - nearness * torch.cdist(at_P2, at_P2).square()
    torch.testing.assert_close(there_MP, expected_MP, atol=1e-3, rtol=1e-3)
    assert unit_CP.norm(dim=0).tolist() == pytest.approx([1] * 12, abs=1e-5)


def test_what_is_read_sums_to_one_over_the_memory():
    weight_BMP = affinity(torch.randn(2, 9, 5), torch.randn(2, 9, 7))
    assert weight_BMP.shape == (2, 7, 5)
    torch.testing.assert_close(weight_BMP.sum(dim=1), torch.ones(2, 5))


def test_rivals_and_their_background_share_each_pixel():
    rivals_KK = torch.tensor([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]])
    log_probability_KHW, log_background_KHW = aggregate(torch.randn(3, 4, 5) * 3, rivals_KK)
    together_HW = log_probability_KHW[:2].exp().sum(dim=0) + log_background_KHW[0].exp()
    alone_HW = log_probability_KHW[2].exp() + log_background_KHW[2].exp()
    torch.testing.assert_close(together_HW, torch.ones(4, 5))
    torch.testing.assert_close(alone_HW, torch.ones(4, 5))


def test_alone_an_object_keeps_its_probability():
    logits_KHW = torch.randn(1, 4, 5) * 3
    log_probability_KHW, _ = aggregate(logits_KHW, torch.ones(1, 1))
    # odds p/(1-p) of the object and (1-p)/p of the background: p squared against (1-p) squared
    torch.testing.assert_close(log_probability_KHW.exp(), (2 * logits_KHW).sigmoid(), atol=1e-5, rtol=1e-4)


def test_odds_of_any_size_give_numbers():
    logits_KHW = torch.tensor([[[1e4, -1e4]], [[1e4, -1e4]]], requires_grad=True)
    log_probability_KHW, log_background_KHW = aggregate(logits_KHW, torch.ones(2, 2))
    (log_probability_KHW.sum() + log_background_KHW.sum()).backward()
    assert torch.isfinite(log_probability_KHW).all()
    assert torch.isfinite(logits_KHW.grad).all()
    assert log_probability_KHW[:, 0, 0].exp().tolist() == pytest.approx([0.5, 0.5], abs=1e-3)


def test_the_others_are_the_rivals_without_oneself():
    shares_KHW = torch.tensor([[[0.2]], [[0.3]], [[0.4]]])
    rivals_KK = torch.tensor([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]])
    assert others(shares_KHW, rivals_KK).flatten().tolist() == pytest.approx([0.3, 0.2, 0.0])


def test_the_deepest_stage_is_heard_by_all_that_is_told_of_a_frame():
    encode, image_B3HW = FrameEncoder(SMALL).eval(), torch.rand(1, 3, 80, 96)
    without = encode(image_B3HW)
    torch.nn.init.normal_(encode.context.weight)
    changed = [not torch.allclose(a, b) for a, b in zip(without, encode(image_B3HW), strict=True)]
    told = dict(zip(without._fields, changed, strict=True))
    assert [name for name, differs in told.items() if not differs] == ["skip8", "skip4", "value8"]


def test_parts_fit_each_other():
    code = FrameEncoder(SMALL)(torch.rand(1, 3, 64, 96))
    masks_K1hw = torch.rand(2, 1, 16, 24)
    value_KCP = ValueEncoder(SMALL)(code.value8, code.value16, masks_K1hw, masks_K1hw)
    assert value_KCP.shape == (2, 16, 24)
    readout_KChw = value_KCP.unflatten(2, (4, 6))
    logits_K1hw = Decoder(SMALL)(readout_KChw, code.skip16, code.skip8, code.skip4, masks_K1hw, masks_K1hw)
    assert logits_K1hw.shape == (2, 1, 16, 24)
