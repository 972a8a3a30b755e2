import pytest

torch = pytest.importorskip("torch")

from masklet.models.layers.aggregation import aggregated, evidence, others  # noqa: E402

GENERATOR = torch.Generator().manual_seed(0)
PROBABILITY = torch.rand((3, 4, 5), generator=GENERATOR, dtype=torch.float64)
ALL = torch.ones(3, 3, dtype=torch.float64)
FRIENDS = torch.tensor([[1, 0, 1], [0, 1, 1], [1, 1, 1]], dtype=torch.float64)
"""The first two lie on each other."""


def softmax_of_logits(probability):
    """Objects and the background beside them, as STM and XMem write it; the background comes first."""
    background = (1 - probability).prod(dim=0, keepdim=True)
    each = torch.cat([background, probability]).clamp(1e-7, 1 - 1e-7)
    return (each / (1 - each)).log().softmax(dim=0)


def test_rivals_share_pixels_by_a_softmax_of_logits():
    share, background = aggregated(PROBABILITY, ALL)
    expected = softmax_of_logits(PROBABILITY)
    torch.testing.assert_close(share, expected[1:])
    for each in background:
        torch.testing.assert_close(each, expected[0])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_sure_objects_share_without_overflow(dtype):
    masks = torch.tensor([[[1.0, 0, 0]], [[0, 1, 0]], [[0, 1, 0]]], dtype=dtype)
    share, background = aggregated(masks, ALL.to(dtype))
    expected = torch.tensor([[[1.0, 0, 0]], [[0, 0.5, 0]], [[0, 0.5, 0]]], dtype=dtype)
    torch.testing.assert_close(share, expected, atol=1e-5, rtol=0)
    torch.testing.assert_close(background[0], torch.tensor([[0, 0, 1.0]], dtype=dtype), atol=1e-5, rtol=0)


def test_objects_on_each_other_do_not_take_pixels_from_each_other():
    share, background = aggregated(PROBABILITY, FRIENDS)
    expected = softmax_of_logits(PROBABILITY[[0, 2]])
    torch.testing.assert_close(share[0], expected[1])
    torch.testing.assert_close(background[0], expected[0])
    torch.testing.assert_close(share[2], softmax_of_logits(PROBABILITY)[3])


def test_evidence_is_for_the_best_alone():
    share, background = aggregated(PROBABILITY, ALL)
    found = evidence(share, background, ALL) > 0
    best = torch.cat([background[:1], share]).argmax(dim=0)
    assert torch.equal(found, torch.stack([best == number for number in (1, 2, 3)]))


def test_the_others_are_the_rivals():
    torch.testing.assert_close(others(PROBABILITY, ALL)[0], PROBABILITY[1] + PROBABILITY[2])
    torch.testing.assert_close(others(PROBABILITY, FRIENDS)[0], PROBABILITY[2])
    assert not others(PROBABILITY[:1], ALL[:1, :1]).any()
