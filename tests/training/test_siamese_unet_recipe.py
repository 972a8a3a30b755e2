from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import FormatError  # noqa: E402
from masklet.core.values import Frame, MaskPrompt  # noqa: E402
from masklet.models import load_tracker  # noqa: E402
from masklet.models.unet.config import NetworkConfig, SessionConfig  # noqa: E402
from masklet.training.cache import Shrinking, UncachedClip, build_cache  # noqa: E402
from masklet.training.config import LoopConfig  # noqa: E402
from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.loop import train  # noqa: E402
from masklet.training.mask_rollout import Rollout  # noqa: E402
from masklet.training.recipes.siamese_unet import Data, Losses, Settings, build, finish  # noqa: E402


def moving_square(frames, seed):
    rng = np.random.default_rng(seed)
    for number in range(frames):
        image_HW3 = rng.integers(0, 90, (96, 128, 3), dtype=np.uint8)
        labels_HW = np.zeros((96, 128), np.uint8)
        y, x = 20 + 2 * number, 20 + 3 * number
        image_HW3[y : y + 28, x : x + 28] = 200
        labels_HW[y : y + 28, x : x + 28] = 1
        yield image_HW3, labels_HW


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache") / "clips"
    clips = [
        UncachedClip(
            name=name,
            frames=[image for image, _ in moving_square(count, seed)],
            labels=[labels for _, labels in moving_square(count, seed)],
            source="made up",
            licence="none",
        )
        for seed, (name, count) in enumerate([("video-a", 8), ("video-b", 4), ("still", 1)])
    ]
    build_cache([clips], cache, shrinking=Shrinking(short_side=96))
    return Settings(
        data=Data(cache=cache, validation=("video-b",), size=64, length=3),
        network=NetworkConfig(width=8 / 64),
        rollout=Rollout(size=32),
        loop=LoopConfig(steps=2, batch_size=2, workers=0, learning_rate=3e-3, ema_decay=0.0, tensorboard=False),
    )


@pytest.fixture(params=["siamese", "unet"])
def each(request, settings):
    return replace(settings, network=NetworkConfig(kind=request.param, width=8 / 64, dropout=0.0))


def batch_of(task, count):
    samples = [task.sample(number) for number in range(count)]
    return {name: torch.stack([sample[name] for sample in samples]) for name in samples[0]}


def test_a_sample_is_one_object_and_a_pure_function_of_its_number(settings):
    first, second, other = build(settings).sample(3), build(settings).sample(3), build(settings).sample(4)
    assert first["frames"].shape == (3, 3, 64, 64)
    assert set(first["labels"].unique().tolist()) <= {0, 1, 255}
    assert (first["labels"][0] == 1).any()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["frames"], other["frames"])


def test_the_loss_falls_on_a_batch(each):
    task = build(each)
    batch = batch_of(task, 4)
    optimiser = torch.optim.Adam(task.network.parameters(), lr=3e-3)
    losses = []
    for _ in range(25):
        torch.manual_seed(0)
        loss = task.loss(batch, 0)["loss"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]


@pytest.mark.parametrize(
    ("weights", "parts"),
    [
        pytest.param({"bce": 0.0}, {"squared-dice"}, id="Dice"),
        pytest.param({"squared_dice": 0.0}, {"bce"}, id="entropy"),
        pytest.param({}, {"squared-dice", "bce"}, id="both"),
    ],
)
def test_losses_are_chosen_by_their_weights(settings, weights, parts):
    task = build(replace(settings, losses=Losses(**weights)))
    losses = task.loss(batch_of(task, 2), 0)
    assert losses.keys() == {"loss"} | parts
    torch.testing.assert_close(losses["loss"], sum(losses[part] for part in parts))


def test_no_loss_at_all_is_refused():
    with pytest.raises(TrainingError, match=r"Expected weights of losses .* got 0 and 0"):
        Losses(squared_dice=0, bce=0)


def test_a_clip_to_validate_on_that_is_not_there_is_named(settings):
    with pytest.raises(FormatError, match=r"Expected a clip .* 'video-z'"):
        build(replace(settings, data=replace(settings.data, validation=("video-z",))))


def test_what_a_run_leaves_is_a_tracker(each, tmp_path):
    config = replace(each.loop, validate_every=2, keep_best="J")
    result = train(build(each), config, tmp_path / "run")
    assert result.figures.keys() == {"J", "J video-b"}
    finish(each, tmp_path / "run")
    name = {"siamese": "siamese-unet", "unet": "unet"}[each.network.kind]
    tracker = load_tracker(name, weights=tmp_path / "run/run.pt", precision="f32")
    assert tracker.config == SessionConfig(size=32)
    session = tracker.start()
    (image_HW3, labels_HW), (next_HW3, _) = moving_square(2, 0)
    session.step(Frame(0, 0.0, image_HW3), [MaskPrompt(0, 1, labels_HW == 1)])
    assert session.step(Frame(1, 0.1, next_HW3)).object_ids == (1,)


def test_samples_go_on_in_the_next_clip_only_where_that_is_wanted(settings, monkeypatch):
    from masklet.training import tracker_clips

    clips = []
    read = tracker_clips.read_across
    monkeypatch.setattr(
        tracker_clips,
        "read_across",
        lambda places: clips.append({clip.name for clip, _ in places}) or read(places),
    )
    data = replace(settings.data, validation=(), synthetic=0.0, pasted=0.0, length=2, most_gap=1)
    task = build(replace(settings, data=data))
    assert [task.sample(number)["labels"].shape for number in range(3)] == [(2, 64, 64)] * 3
    assert not clips
    task = build(replace(settings, data=replace(data, across_clips=True, kept_megabytes=0)))
    assert all((task.sample(number)["labels"][0] == 1).any() for number in range(40))
    assert {"video-a", "video-b"} in clips
