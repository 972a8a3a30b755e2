"""The recipe semantic: samples, losses, what a run leaves, going on exactly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.values import Frame  # noqa: E402
from masklet.models.semantic.loading import load  # noqa: E402
from masklet.models.semantic_graph import load as load_graph  # noqa: E402
from masklet.training.config import LoopConfig  # noqa: E402
from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.label_losses import HardPixels  # noqa: E402
from masklet.training.label_networks import (  # noqa: E402
    backbone_factor,
    confusion,
    figures_of,
    parameter_groups,
)
from masklet.training.loop import train  # noqa: E402
from masklet.training.recipes.semantic import Data, Settings, build, finish  # noqa: E402
from models.semantic_parts import small  # noqa: E402
from training.street_cache import STREET, street, street_cache  # noqa: E402
from training.test_training_loop import Interrupt, assert_same_run  # noqa: E402

FRAME = Frame(0, 0.0, street(0)[0])


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    cache = street_cache(tmp_path_factory.mktemp("streets") / "cache").path
    return Settings(
        data=Data(cache=cache, training=("day-*",), validation=("day-[67]",), size_HW=(32, 32)),
        loop=LoopConfig(steps=4, batch_size=2, learning_rate=2e-3, ema_decay=0.5, tensorboard=False, threads=1),
    )


def batch_of(task, count):
    samples = [task.sample(number) for number in range(count)]
    return {name: torch.stack([sample[name] for sample in samples]) for name in samples[0]}


def test_a_sample_is_a_crop_and_a_pure_function_of_its_number(settings):
    first, second, other = build(settings).sample(3), build(settings).sample(3), build(settings).sample(4)
    assert (first["image"].shape, first["image"].dtype) == ((3, 32, 32), torch.uint8)
    assert set(first["labels"].unique().tolist()) <= {0, 1, 2, 255}
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["image"], other["image"])


def test_auxiliary_heads_are_trained_too_where_a_network_has_them(settings, monkeypatch):
    task = build(settings)
    task.network.eval()
    batch = batch_of(task, 2)
    alone = task.loss(batch, 0)
    assert torch.equal(alone["loss"], alone["entropy"])
    logits = task.network(batch["image"].float())
    monkeypatch.setattr(task.network, "auxiliary", lambda image: {"logits": logits, "deep": 0.5 * logits})
    losses = task.loss(batch, 0)
    assert losses.keys() == {"loss", "entropy", "deep"}
    torch.testing.assert_close(losses["loss"], losses["entropy"] + 0.4 * losses["deep"])


def test_hard_pixels_cost_more_than_all_of_them(settings):
    losses = []
    for hard in (HardPixels(probability=1.0), HardPixels(probability=0.3, least=0.1)):
        task = build(replace(settings, hard=hard))
        task.network.eval()
        losses.append(float(task.loss(batch_of(task, 2), 0)["entropy"].detach()))
    assert losses[1] > losses[0]


def test_rare_classes_weigh_more(settings):
    task = build(replace(settings, class_weights="median"))
    assert task._label_loss.weight_L[2] > 3 * task._label_loss.weight_L[:2].max()


def test_the_backbone_learns_by_its_own_factor_and_biases_do_not_decay(settings):
    task = build(settings)
    groups = task.parameter_groups()
    assert sorted(
        (group["lr_factor"], group.get("weight_decay")) for group in groups if "weight_decay" in group
    ) == [
        (0.3, 0.0),
        (1.0, 0.0),
    ]
    counted = sum(parameter.numel() for group in groups for parameter in group["params"])
    assert counted == sum(parameter.numel() for parameter in task.network.parameters())


@pytest.mark.parametrize(("backbone", "factors"), [(None, {1.0}), (Path("vgg16.pth"), {0.3, 1.0})], ids=str)
def test_a_backbone_that_starts_from_nothing_learns_as_fast_as_the_rest(backbone, factors):
    network = small("fcn")
    factor = backbone_factor(network, 0.3, start_from=None, backbone=backbone)
    groups = parameter_groups(network, network, backbone_lr_factor=factor)
    assert {group["lr_factor"] for group in groups} == factors


def test_a_killed_run_goes_on_exactly_and_leaves_a_network_that_labels(settings, tmp_path):
    config = replace(settings.loop, validate_every=2, keep_best="mIoU", checkpoint_every_steps=1, precision="f32")
    result = train(build(settings), config, tmp_path / "straight")
    assert result.figures.keys() == {"mIoU", "accuracy", "IoU sky", "IoU road", "IoU post"}
    with pytest.raises(RuntimeError, match="power"):
        train(build(settings), config, tmp_path / "killed", progress=Interrupt(after=3))
    train(build(settings), config, tmp_path / "killed", resume=True)
    assert_same_run(tmp_path / "straight", tmp_path / "killed")

    finish(settings, tmp_path / "straight")
    model = load(tmp_path / "straight/straight.pt", network="semantic-s", precision="f32")
    assert model.label_space == STREET
    assert model.label(FRAME).shape == (48, 64)
    graph = load_graph(tmp_path / "straight/straight.onnx", precision="f32")
    assert (graph.label(FRAME) == model.label(FRAME)).mean() > 0.999
    task = build(settings)
    again = figures_of(confusion(model.network, task._validation, 3), STREET)
    assert again["mIoU"] == pytest.approx(result.best.value)
    on = build(replace(settings, start_from=tmp_path / "straight/straight.pt"))
    for name, value in model.network.state_dict().items():
        assert torch.equal(on.network.state_dict()[name], value)


def test_pictures_are_validated_as_a_model_sees_them(settings, tmp_path):
    """Whose sides are no whole cells: 48 by 64 pixels, 32 a cell."""
    from masklet.metrics.classes import confusion_matrix
    from masklet.models.semantic.files import write_semantic

    task = build(settings)
    write_semantic(tmp_path / "street.pt", "semantic-s", task.network.eval(), STREET)
    model = load(tmp_path / "street.pt", network="semantic-s", precision="f32")
    expected = 0
    for clip in task._validation:
        images_1HW3, labels_1HW = clip.read([0])
        expected = expected + confusion_matrix(model.label(Frame(0, 0.0, images_1HW3[0])), labels_1HW[0], 3)
    assert images_1HW3.shape[1] % 32
    assert np.array_equal(confusion(task.network, task._validation, 3), expected)


def test_weights_for_other_classes_are_no_start(settings, tmp_path):
    from masklet.core.label_space import label_space
    from masklet.models.semantic.files import write_semantic
    from masklet.models.semantic.networks import make_network

    other = label_space("field", [("sky", (1, 2, 3)), ("corn", (4, 5, 6))])
    write_semantic(tmp_path / "field.pt", "semantic-s", make_network("semantic-s", 2), other)
    with pytest.raises(
        TrainingError, match=r"Expected weights for the classes of street in .*, got those for field"
    ):
        build(replace(settings, start_from=tmp_path / "field.pt"))


def test_figures_are_those_of_a_confusion_worked_out_by_hand():
    counts = np.array([[6, 2, 0, 0], [1, 3, 0, 0], [0, 0, 0, 0]])
    figures = figures_of(counts, STREET)
    assert figures["IoU sky"] == pytest.approx(6 / 9)
    assert figures["IoU road"] == pytest.approx(3 / 6)
    assert np.isnan(figures["IoU post"])
    assert figures["mIoU"] == pytest.approx((6 / 9 + 3 / 6) / 2)
    assert figures["accuracy"] == pytest.approx(9 / 12)
