"""Gradient reversal, the discriminator and its loss, held to what is worked out by hand."""

import math

import pytest

torch = pytest.importorskip("torch")

from masklet.training.adversarial import (  # noqa: E402
    Discriminator,
    domain_loss,
    reverse_gradient,
    strength_at,
)


def test_reversal_leaves_the_value_and_turns_the_gradient():
    value = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64, requires_grad=True)
    turned = reverse_gradient(value, 0.25)
    assert torch.equal(turned, value)
    (turned * torch.tensor([4.0, 8.0, -2.0])).sum().backward()
    assert value.grad.tolist() == [-1.0, -2.0, 0.5]


def test_the_discriminator_s_loss_is_equation_2_1():
    source = torch.tensor([0.3, -1.2, 2.0], dtype=torch.float64)
    target = torch.tensor([-0.7, 0.4], dtype=torch.float64)
    right_source = [1 / (1 + math.exp(-logit)) for logit in source.tolist()]
    right_target = [1 - 1 / (1 + math.exp(-logit)) for logit in target.tolist()]
    expected = -sum(map(math.log, right_source)) / 3 - sum(map(math.log, right_target)) / 2
    assert domain_loss(source, target).item() == pytest.approx(expected, rel=1e-14)


def test_it_is_finite_where_the_discriminator_is_quite_wrong():
    assert domain_loss(torch.tensor([-500.0]), torch.tensor([500.0])).item() == pytest.approx(1000)


@pytest.mark.parametrize(("in_layer", "in_loss"), [(1.0, 0.01), (0.01, 1.0)], ids=["in the loss", "in the layer"])
def test_lambda_reaches_features_alike_and_the_discriminator_only_from_the_loss(in_layer, in_loss):
    """x w is the feature, u its weight in a linear discriminator; L = (w x_s - 1)^2 + lambda L_D by hand."""
    x_s, x_t = 1.5, -0.5
    w = torch.tensor(0.8, dtype=torch.float64, requires_grad=True)
    u = torch.tensor(-0.6, dtype=torch.float64, requires_grad=True)
    features = torch.tensor([x_s, x_t], dtype=torch.float64) * w
    logits = reverse_gradient(features, in_layer) * u
    classes = (features[0] - 1) ** 2
    (classes + in_loss * domain_loss(logits[:1], logits[1:])).backward()

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    slope_s, slope_t = sigmoid(0.8 * x_s * -0.6) - 1, sigmoid(0.8 * x_t * -0.6)
    domain_by_w = slope_s * -0.6 * x_s + slope_t * -0.6 * x_t
    domain_by_u = slope_s * 0.8 * x_s + slope_t * 0.8 * x_t
    assert w.grad.item() == pytest.approx(2 * (0.8 * x_s - 1) * x_s - 0.01 * domain_by_w, rel=1e-12)
    assert u.grad.item() == pytest.approx(in_loss * domain_by_u, rel=1e-12)


def test_the_discriminator_takes_pictures_of_any_size_and_keeps_64_channels():
    discriminator = Discriminator(7)
    assert [layer.out_channels for layer in discriminator.layers if hasattr(layer, "out_channels")][-1] == 64
    assert discriminator.answer.in_features == 64
    for size in ((1, 1), (9, 30)):
        assert discriminator(torch.randn(2, 7, *size)).shape == (2,)


def test_the_published_schedule_rises_from_nothing_and_the_constant_one_stays():
    published = [strength_at(step, 1000, schedule="published", highest=0.5) for step in (0, 250, 1000)]
    assert published == pytest.approx(
        [0, 0.5 * (2 / (1 + math.exp(-2.5)) - 1), 0.5 * (2 / (1 + math.exp(-10)) - 1)]
    )
    assert {strength_at(step, 1000, schedule="constant", highest=0.01) for step in (0, 999)} == {0.01}
