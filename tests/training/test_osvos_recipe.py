"""The recipe of OSVOS's parent, and the loss that tells instances apart."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.models.osvos.files import read_network  # noqa: E402
from masklet.models.osvos.mobile import MobileOsvos  # noqa: E402
from masklet.training.cache import Shrinking, UncachedClip, build_cache  # noqa: E402
from masklet.training.config import LoopConfig  # noqa: E402
from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.instance_contrast import instance_contrast  # noqa: E402
from masklet.training.loop import train  # noqa: E402
from masklet.training.recipes.osvos import Data, Settings, build, finish  # noqa: E402


def picture(seed):
    """Two bright squares over noise."""
    image_HW3 = np.random.default_rng(seed).integers(0, 90, (64, 96, 3), dtype=np.uint8)
    labels_HW = np.zeros((64, 96), np.uint8)
    for object_id, x in ((1, 12), (2, 60)):
        image_HW3[20:44, x : x + 24] = 60 * object_id + 100
        labels_HW[20:44, x : x + 24] = object_id
    return image_HW3, labels_HW


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache") / "clips"
    clips = []
    for name, frames in (("video", 4), ("held-out", 3), ("still", 1)):
        pictures = [picture(seed) for seed in range(frames)]
        clips.append(
            UncachedClip(
                name=name,
                frames=[image for image, _ in pictures],
                labels=[labels for _, labels in pictures],
                source="made up",
                licence="none",
            )
        )
    build_cache([clips], cache, shrinking=Shrinking(short_side=64))
    data = Data(cache=cache, validation=("held-out",), size_HW=(64, 96), stills=0.5)
    loop = LoopConfig(steps=2, batch_size=2, workers=0, learning_rate=1e-3, validate_every=2, tensorboard=False)
    return Settings(data=data, loop=loop)


def test_a_sample_is_a_pure_function_of_its_number(settings):
    first, second, other = build(settings).sample(3), build(settings).sample(3), build(settings).sample(4)
    assert (first["image"].shape, first["labels"].shape) == ((3, 64, 96), (64, 96))
    assert torch.equal(first["image"], second["image"])
    assert not torch.equal(first["image"], other["image"])


def test_supervision_of_the_scales_fades_out(settings):
    task = build(settings)
    batch = {name: value[None] for name, value in task.sample(0).items()}
    first, last = (task.loss(batch, step) for step in (0, settings.loop.steps))
    assert float((first["loss"]).detach()) == pytest.approx(
        float((first["fused"] + first["sides"]).detach()), rel=1e-5
    )
    assert set(last) == {"loss"}


def test_a_parent_of_several_persons_also_tells_instances_apart(settings):
    task = build(replace(settings, instances=0.5))
    batch = {name: torch.stack([value] * 2) for name, value in task.sample(1).items()}
    parts = task.loss(batch, settings.loop.steps)
    fused = parts["loss"] - 0.5 * parts["instances"]
    assert float((parts["instances"]).detach()) > 0
    assert float(fused.detach()) == pytest.approx(
        float(build(settings).loss(batch, settings.loop.steps)["loss"].detach()), rel=1e-4
    )


def test_a_run_leaves_a_parent_that_the_tracker_reads(settings, tmp_path):
    result = train(build(settings), settings.loop, tmp_path / "run", settings={})
    finish(settings, tmp_path / "run")
    assert result.step == 2
    parent = read_network(tmp_path / "run" / "parent.pt")
    assert isinstance(parent, MobileOsvos)
    again = build(replace(settings, start_from=tmp_path / "run" / "parent.pt")).network
    assert torch.equal(again.fuse.weight, parent.fuse.weight)


def test_weights_of_the_other_network_are_refused(settings, tmp_path):
    train(build(settings), settings.loop, tmp_path / "run", settings={})
    finish(settings, tmp_path / "run")
    with pytest.raises(TrainingError, match="Expected weights of the network vgg16"):
        build(replace(settings, network="vgg16", start_from=tmp_path / "run" / "parent.pt"))


def test_instances_of_different_features_are_told_apart():
    labels_BHW = torch.zeros(1, 8, 8, dtype=torch.uint8)
    labels_BHW[0, :, :3], labels_BHW[0, :, 5:] = 1, 2
    alike, apart = torch.ones(1, 2, 8, 8), torch.ones(1, 2, 8, 8)
    apart[0, 0, :, 4:] = -1
    assert float(instance_contrast(alike, labels_BHW)) == pytest.approx(np.log(2), abs=1e-5)
    assert float(instance_contrast(apart, labels_BHW)) < 1e-3


@pytest.mark.parametrize(
    "labels", [pytest.param(0, id="nobody"), pytest.param(1, id="one alone"), pytest.param(255, id="void")]
)
def test_without_two_instances_there_is_nothing_to_tell(labels):
    labels_BHW = torch.full((1, 8, 8), labels, dtype=torch.uint8)
    assert float(instance_contrast(torch.randn(1, 4, 8, 8), labels_BHW)) == 0.0
