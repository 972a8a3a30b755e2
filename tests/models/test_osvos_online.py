"""Online training of OSVOS, on a scene that anybody could learn."""

import math
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ModelError, PromptError  # noqa: E402
from masklet.core.values import Frame  # noqa: E402
from masklet.models.osvos.config import PAPER, OnlineConfig, OsvosConfig  # noqa: E402
from masklet.models.osvos.head import OsvosNetwork  # noqa: E402
from masklet.models.osvos.looking import Place, probabilities  # noqa: E402
from masklet.models.osvos.online import learn_online  # noqa: E402
from masklet.models.protocols import Example  # noqa: E402

SIZE = (64, 96)
CPU = Place(torch.device("cpu"), torch.float32)
QUICK = OnlineConfig(steps=25, seconds=None, learning_rate=3e-2, backbone_lr_factor=1.0, average=0.5)


class Small(OsvosNetwork):
    """A backbone of two layers under the head."""

    def __init__(self):
        super().__init__((8, 8), (1, 2))
        self.first = torch.nn.Conv2d(3, 8, 3, padding=1)
        self.second = torch.nn.Conv2d(8, 8, 3, padding=1, stride=2)

    def features(self, image_B3HW):
        first = torch.relu(self.first(image_B3HW / 255 - 0.5))
        return [first, torch.relu(self.second(first))]

    def freeze(self, parts):
        self.first.requires_grad_(parts < 1)


@pytest.fixture
def parent():
    torch.manual_seed(0)
    return Small()


def example(mask=True):
    image_HW3 = np.full((*SIZE, 3), (40, 90, 40), np.uint8)
    mask_HW = np.zeros(SIZE, bool)
    mask_HW[20:50, 30:60] = mask
    image_HW3[20:50, 30:60] = (220, 30, 30)
    return Example(frame=Frame(0, 0.0, image_HW3), mask_HW=mask_HW)


def learned(parent, config=QUICK, examples=None, **given):
    return learn_online(parent, examples or [example()], config, place=CPU, short_side=480, **given)


def test_the_object_is_learned_and_the_parent_stays_as_it_is(parent):
    before = {name: value.clone() for name, value in parent.state_dict().items()}
    result = learned(parent)
    found_HW = probabilities(result.network, [example().frame.image_HW3], place=CPU, short_side=480)[0] > 0.5
    truth_HW = example().mask_HW
    assert (found_HW & truth_HW).sum() / (found_HW | truth_HW).sum() > 0.7
    assert result.curve[-1].loss < 0.5 * result.curve[0].loss
    assert (result.ended, len(result.curve)) == ("steps", 25)
    assert all(torch.equal(value, before[name]) for name, value in parent.state_dict().items())


def test_the_same_examples_give_the_same_bits(parent):
    first, second = (learned(parent).network.state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_frozen_parts_stay_as_they_are(parent):
    result = learned(parent, OnlineConfig(steps=3, seconds=None, frozen_parts=1))
    assert torch.equal(result.network.first.weight, parent.first.weight)
    assert not torch.equal(result.network.second.weight, parent.second.weight)


def test_a_network_says_what_stays_as_it_is_where_the_settings_do_not(parent, monkeypatch):
    monkeypatch.setattr(Small, "usually_frozen", 1)
    assert torch.equal(learned(parent).network.first.weight, parent.first.weight)
    unfrozen = replace(QUICK, frozen_parts=0)
    assert not torch.equal(learned(parent, unfrozen).network.first.weight, parent.first.weight)


def test_no_steps_leave_the_parent(parent):
    result = learned(parent, OnlineConfig(steps=0))
    assert (result.curve, result.ended) == ((), "steps")
    assert torch.equal(result.network.fuse.weight, parent.fuse.weight)


def test_time_ends_learning(parent, monkeypatch):
    clock = iter(np.arange(0, 100, 0.5))
    monkeypatch.setattr("masklet.models.osvos.online.time.monotonic", lambda: float(next(clock)))
    result = learned(parent, OnlineConfig(steps=1000, seconds=6))
    assert result.ended == "time"
    assert 2 < len(result.curve) < 20


def test_patience_ends_learning(parent):
    result = learned(parent, OnlineConfig(steps=200, seconds=None, learning_rate=1e-12, patience=8))
    assert result.ended == "patience"
    assert 8 <= len(result.curve) < 60


def test_a_loss_that_is_no_number_ends_with_the_last_good_weights(parent, monkeypatch):
    from masklet.models.osvos import online

    true_loss, calls = online.osvos_loss, []

    def breaking(*given, **options):
        calls.append(1)
        parts = true_loss(*given, **options)
        return {"loss": parts["loss"] * math.nan} if len(calls) > 10 else parts

    monkeypatch.setattr(online, "osvos_loss", breaking)
    result = learned(parent)
    assert result.ended.startswith("Expected a loss that is a number, got nan at step 10;")
    assert all(bool(value.isfinite().all()) for value in result.network.state_dict().values())
    assert len(result.curve) == 10


def test_a_loss_that_is_no_number_at_once_is_an_error(parent):
    with torch.no_grad():
        parent.fuse.bias.fill_(math.nan)
    with pytest.raises(ModelError, match="Expected a loss that is a number at the first step"):
        learned(parent)


def test_examples_without_the_object_are_refused(parent):
    with pytest.raises(PromptError, match="Expected at least one pixel in the masks"):
        learned(parent, examples=[example(mask=False)])


def test_progress_is_told_of_every_step(parent):
    told = []

    def progress(moments):
        for moment in moments:
            told.append(moment)
            yield moment

    result = learned(parent, OnlineConfig(steps=3, seconds=None), progress=progress)
    assert result.curve == tuple(told)
    assert [(moment.step, moment.steps) for moment in told] == [(0, 3), (1, 3), (2, 3)]
    assert told[0].seconds_left > told[-1].seconds_left == 0


def test_time_left_is_that_of_the_budget_where_it_ends_first(parent):
    result = learned(parent, OnlineConfig(steps=10**6, seconds=0.5))
    assert result.ended == "time"
    assert all(0 <= moment.seconds_left <= 0.5 - moment.seconds + 1e-6 for moment in result.curve[:-1])


def test_the_papers_settings_learn_by_sgd_on_summed_losses(parent):
    from masklet.models.osvos.online import _optimiser

    groups = _optimiser(parent, PAPER).param_groups
    names = [name for name, _ in parent.named_parameters() if "score_dsn" not in name]
    factors = dict(zip(names, [group["lr_factor"] for group in groups], strict=True))
    assert (factors["first.weight"], factors["first.bias"]) == (1.0, 2.0)
    assert (factors["fuse.weight"], factors["fuse.bias"]) == pytest.approx((0.01, 0.02))
    assert (PAPER.learning_rate, PAPER.weight_decay, PAPER.summed) == (1e-8, 0.0002, True)
    assert {group["momentum"] for group in groups} == {0.9}


@pytest.mark.parametrize(
    "wrong", [{"steps": -1}, {"batch_size": 0}, {"learning_rate": 0.0}, {"seconds": 0.0}], ids=str
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ModelError, match=r"Expected .* got "):
        OnlineConfig(**wrong)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param(OsvosConfig(), 0.35, id="pixels weigh alike"),
        pytest.param(OsvosConfig(online=PAPER), 200 / 255, id="a balanced loss errs towards the object"),
        pytest.param(OsvosConfig(online=PAPER, threshold=0.5), 0.5, id="one's own"),
    ],
)
def test_where_probabilities_are_cut_depends_on_the_loss(config, expected):
    assert config.decided_at == expected
