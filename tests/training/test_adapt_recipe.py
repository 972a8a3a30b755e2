"""The recipe adapt: what each method learns, that labels of the target are never seen, going on exactly."""

from copy import deepcopy
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from masklet.models.semantic.files import read_semantic, write_semantic  # noqa: E402
from masklet.models.semantic.networks import make_network  # noqa: E402
from masklet.training.adapting import DannConfig  # noqa: E402
from masklet.training.config import LoopConfig  # noqa: E402
from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.loop import train  # noqa: E402
from masklet.training.recipes.adapt import Data, Settings, Target, build, finish  # noqa: E402
from masklet.training.self_training import TeacherConfig  # noqa: E402
from training.street_cache import STREET, street_cache  # noqa: E402
from training.test_training_loop import Interrupt, assert_same_run  # noqa: E402

METHODS = ("source", "dann", "adda", "teacher")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    root = tmp_path_factory.mktemp("streets")
    torch.manual_seed(0)
    write_semantic(root / "start.pt", "semantic-s", make_network("semantic-s", 3), STREET)
    return Settings(
        start_from=root / "start.pt",
        teacher=TeacherConfig(sure=0.3, masked=1.0, block=8),
        target=Target(pictures=("dusk-*",)),
        data=Data(
            cache=street_cache(root / "cache").path,
            source=("day-*",),
            validation=("dusk-[0-3]", "day-7"),
            size_HW=(32, 32),
        ),
        loop=LoopConfig(
            steps=4,
            batch_size=2,
            learning_rate=1e-3,
            ema_decay=0.5,
            precision="f32",
            gradient_clip=None,
            tensorboard=False,
            threads=1,
        ),
    )


def batch_of(task, count=2):
    samples = [task.sample(number) for number in range(count)]
    return {name: torch.stack([sample[name] for sample in samples]) for name in samples[0]}


def learnt(task, step, batch=None):
    """Run one loss and its way back; return the losses and which parts got a gradient."""
    task.network.zero_grad(set_to_none=True)
    losses = task.loss(batch_of(task) if batch is None else batch, step)
    losses["loss"].backward()
    parts = {name.partition(".")[0] for name, each in task.network.named_parameters() if each.grad is not None}
    return losses, parts


@pytest.mark.parametrize("method", METHODS)
def test_samples_never_see_a_label_of_the_target(settings, tmp_path, method):
    with_labels = build(replace(settings, method=method))
    bare = street_cache(tmp_path / "cache", labelled_dusk=False).path
    without = build(replace(settings, method=method, data=replace(settings.data, cache=bare)))
    for number in range(6):
        one, other = with_labels.sample(number), without.sample(number)
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_pictures_that_are_measured_or_adapted_to_are_not_learnt_from(settings):
    task = build(replace(settings, data=replace(settings.data, source=("*",))))
    assert len(task._source) == 7


def test_source_learns_from_labels_alone(settings):
    task = build(replace(settings, method="source"))
    assert task.sample(0).keys() == {"image", "labels"}
    losses, parts = learnt(task, 0)
    assert (losses.keys(), parts) == ({"loss", "entropy"}, {"segmenter"})


@pytest.mark.parametrize("config", [
    DannConfig(strength=0.25, reversal="loss"),
    DannConfig(strength=0.25, reversal="layer"),
], ids=["in the loss", "in the layer"])  # fmt: skip
def test_dann_drives_features_against_the_discriminator(settings, config):
    """Gradients of features are L_cls' less lambda times L_D's, worked out apart from gradient reversal."""
    from masklet.training.adversarial import domain_loss
    from masklet.training.label_losses import label_entropy

    task = build(replace(settings, method="dann", dann=config, class_weights="equal"))
    task.network.eval()
    batch = batch_of(task)
    losses, parts = learnt(task, 2, batch)
    assert parts == {"segmenter", "discriminator"}
    found = {name: each.grad.clone() for name, each in task.network.named_parameters()}

    segmenter, discriminator = task.network.segmenter, task.network.discriminator
    source, target = (segmenter.features(batch[name].float()) for name in ("image", "target"))
    classes = label_entropy(segmenter.classify(source, (32, 32)), batch["labels"])
    domain = domain_loss(discriminator(source), discriminator(target))
    names = dict(task.network.named_parameters())
    by_class = torch.autograd.grad(classes, list(names.values()), retain_graph=True, allow_unused=True)
    by_domain = torch.autograd.grad(domain, list(names.values()), allow_unused=True)
    torch.testing.assert_close(losses["domain"], domain)
    for name, of_class, of_domain in zip(names, by_class, by_domain, strict=True):
        own = 0.25 if config.reversal == "loss" else 1.0
        sign = own if name.startswith("discriminator") else -0.25
        expected = sum(
            part for part in (of_class, None if of_domain is None else sign * of_domain) if part is not None
        )
        torch.testing.assert_close(found[name], expected, rtol=1e-3, atol=1e-5)


def test_adda_takes_turns_and_leaves_classifier_and_source_as_they_were(settings, tmp_path):
    task = build(replace(settings, method="adda"))
    before = {name: value.clone() for name, value in task.network.state_dict().items()}
    assert learnt(task, 0)[1] == {"discriminator"}
    assert learnt(task, 1)[1] == {"segmenter"}
    assert not task.network.train().source.training
    train(task, settings.loop, tmp_path / "run")
    changed = {name for name, value in task.network.state_dict().items() if not torch.equal(value, before[name])}
    assert {name.partition(".")[0] for name in changed} == {"segmenter", "discriminator"}
    assert not any("classifier" in name for name in changed)


def test_the_teacher_s_pictures_are_mixed_and_masked_where_that_is_wanted(settings):
    both = build(replace(settings, method="teacher")).sample(0)
    assert both.keys() == {"image", "labels", "target", "there", "mixed", "pasted", "masked"}
    alone = build(replace(settings, method="teacher", teacher=TeacherConfig(masked=0.0))).sample(0)
    assert both.keys() - alone.keys() == {"masked"}
    assert both["pasted"].any()
    assert not (both["pasted"] & (both["labels"] == 255)).any()


def test_the_teacher_is_the_average_of_the_student_and_learns_nothing_itself(settings, tmp_path):
    task = build(replace(settings, method="teacher"))
    train(task, replace(settings.loop, steps=2), tmp_path / "run")
    average = task._method._average
    assert not any(each.requires_grad for each in average.parameters())
    assert not average.training
    kept = torch.load(tmp_path / "run/last.pt", weights_only=True)["ema"]
    assert all(torch.equal(value, kept[name]) for name, value in average.state_dict().items())
    losses, parts = learnt(task, 2)
    assert losses.keys() == {"loss", "entropy", "sure", "mixed", "masked"}
    assert parts == {"segmenter"}
    torch.testing.assert_close(losses["loss"], losses["entropy"] + losses["mixed"] + losses["masked"])


@pytest.mark.parametrize("method", METHODS[1:])
def test_a_killed_run_goes_on_exactly_and_leaves_a_network(settings, tmp_path, method):
    mine = replace(settings, method=method, loop=replace(settings.loop, validate_every=4))
    once_a_step = replace(mine.loop, checkpoint_every_steps=1)
    result = train(build(mine), mine.loop, tmp_path / "straight")
    with pytest.raises(RuntimeError, match="power"):
        train(build(mine), once_a_step, tmp_path / "killed", progress=Interrupt(after=3))
    train(build(mine), mine.loop, tmp_path / "killed", resume=True)
    assert_same_run(tmp_path / "straight", tmp_path / "killed")
    assert {"mIoU", "mIoU day-7", "mIoU dusk-[0-3]"} <= result.figures.keys()

    finish(mine, tmp_path / "straight")
    read = read_semantic(tmp_path / "straight/straight.pt")
    assert read.card.label_space == STREET


def test_a_video_without_labels_is_a_target_too(settings, tmp_path):
    from masklet.sources import write_video
    from masklet.training.recipes.adapt import PREPARE
    from training.street_cache import street

    write_video(tmp_path / "dusk.mp4", [street(n, dusk=True)[0] for n in range(7)], frames_per_second=25)
    target = Target(cache=tmp_path / "target", video=tmp_path / "dusk.mp4", every=3)
    mine = replace(settings, target=target)
    PREPARE(mine)
    task = build(mine)
    assert len(task._target) == 3
    assert task.sample(0)["target"].shape == (3, 32, 32)


def test_adda_needs_a_trained_network_and_all_need_a_target(settings):
    with pytest.raises(TrainingError, match="Expected start_from with the method adda"):
        build(replace(settings, method="adda", start_from=None, backbone=None))
    with pytest.raises(TrainingError, match="Expected pictures to adapt to, got none"):
        build(replace(settings, target=Target()))


@pytest.mark.parametrize("method", ["source", "dann", "teacher"])
def test_rare_classes_weigh_more_by_every_method(settings, method):
    losses = []
    for weighing in ("equal", "median"):
        task = build(replace(settings, method=method, class_weights=weighing))
        task.network.eval()
        with torch.no_grad():
            task.network.segmenter.classifier.bias += torch.tensor([3.0, 3.0, 0.0])  # the third class is rare
        task.take_average(deepcopy(task.network))
        losses.append(float(learnt(task, 2, batch_of(task))[0]["entropy"].detach()))
    assert losses[1] > 1.05 * losses[0]
