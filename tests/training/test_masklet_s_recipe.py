from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import FormatError, WeightsError  # noqa: E402
from masklet.training.cache import Shrinking, UncachedClip, build_cache  # noqa: E402
from masklet.training.checkpoint import write_checkpoint  # noqa: E402
from masklet.training.clip_loss import follow, objects_of  # noqa: E402
from masklet.training.config import LoopConfig  # noqa: E402
from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.loop import train  # noqa: E402
from masklet.training.recipes.masklet_s import Data, Settings, build  # noqa: E402
from masklet.training.tracker_clips import few_objects  # noqa: E402

SIDE = 64


def moving_square(frames, seed):
    """A bright square that moves over noise, and a second one behind it."""
    rng = np.random.default_rng(seed)
    for number in range(frames):
        image_HW3 = rng.integers(0, 90, (96, 128, 3), dtype=np.uint8)
        labels_HW = np.zeros((96, 128), np.uint8)
        for object_id, (y, x) in enumerate([(50, 70 - 3 * number), (20 + 2 * number, 20 + 3 * number)], start=1):
            image_HW3[y : y + 28, x : x + 28] = 60 * object_id + 120
            labels_HW[y : y + 28, x : x + 28] = object_id
        yield image_HW3, labels_HW


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache") / "clips"
    clips = [("video-a", 8), ("video-b", 6), ("still", 1)]
    build_cache(
        [
            [
                UncachedClip(
                    name=name,
                    frames=[image for image, _ in moving_square(count, seed)],
                    labels=[labels for _, labels in moving_square(count, seed)],
                    source="made up",
                    licence="none",
                )
                for seed, (name, count) in enumerate(clips)
            ]
        ],
        cache,
        shrinking=Shrinking(short_side=96),
    )
    data = Data(cache=cache, validation=("video-b",), size=SIDE, length=3)
    return Settings(data=data, loop=LoopConfig(steps=2, batch_size=2, workers=0, learning_rate=1e-3))


def test_a_sample_is_a_pure_function_of_its_number(settings):
    first, second, other = build(settings).sample(3), build(settings).sample(3), build(settings).sample(4)
    assert first["frames"].shape == (3, 3, SIDE, SIDE)
    assert torch.equal(first["frames"], second["frames"])
    assert torch.equal(first["labels"], second["labels"])
    assert not torch.equal(first["frames"], other["frames"])


@pytest.mark.parametrize("index", range(6))
def test_a_sample_begins_with_few_objects_numbered_from_one(settings, index):
    labels_THW = build(settings).sample(index)["labels"]
    ids = sorted(set(labels_THW[0].unique().tolist()) - {0, 255})
    assert ids
    assert ids == list(range(1, len(ids) + 1))[: settings.data.most_objects]
    assert set(labels_THW.unique().tolist()) <= {0, 255, *ids}


def test_an_object_of_which_the_first_frame_shows_a_sliver_is_not_followed():
    labels_THW = np.zeros((2, 40, 40), np.uint8)
    labels_THW[0, :20, :20], labels_THW[0, 30:33, :20], labels_THW[1, 10:40, :35] = 7, 9, 9
    few_THW = few_objects(labels_THW, np.random.default_rng(0), most=3)
    assert set(np.unique(few_THW)) == {0, 1}
    assert ((few_THW[0] == 1) == (labels_THW[0] == 7)).all()


def test_objects_that_are_too_small_to_learn_from_are_said(tmp_path):
    labels_HW = np.zeros((96, 128), np.uint8)
    labels_HW[40, 60] = 1
    speck = UncachedClip(
        name="speck",
        frames=[np.zeros((96, 128, 3), np.uint8)],
        labels=[labels_HW],
        source="made up",
        licence="none",
    )
    build_cache([[speck]], tmp_path / "clips", shrinking=Shrinking(short_side=96, least_share=0))
    with pytest.raises(TrainingError, match=r"more than 32 pixels, got 200 crops .* data\.size"):
        build(Settings(data=Data(cache=tmp_path / "clips", size=SIDE, length=2))).sample(0)


def test_stills_alone_are_enough_to_train_on(settings):
    data = replace(settings.data, validation=("video-a", "video-b"), synthetic=0.0)
    assert build(replace(settings, data=data)).sample(0)["frames"].shape == (3, 3, SIDE, SIDE)


@pytest.mark.parametrize(("validation", "error", "message"), [
    pytest.param(("video-c",), FormatError, "'video-c'", id="a clip that is not there"),
    pytest.param(("video-a", "video-b", "still"), TrainingError, "got none", id="all clips held back"),
])  # fmt: skip
def test_clips_that_cannot_be_held_back_are_named(settings, validation, error, message):
    with pytest.raises(error, match=message):
        build(replace(settings, data=replace(settings.data, validation=validation)))


def test_a_run_goes_on_from_earlier_weights(settings, tmp_path):
    task = build(settings)
    with torch.no_grad():
        for parameter in task.network.parameters():
            parameter.fill_(0.5)
    write_checkpoint(tmp_path / "before.pt", {"ema": task.network.state_dict()}, {})
    again = build(replace(settings, start_from=tmp_path / "before.pt"))
    assert all((parameter == 0.5).all() for parameter in again.network.parameters())


def test_weights_of_another_network_are_no_start(settings, tmp_path):
    write_checkpoint(tmp_path / "before.pt", {"ema": build(settings).network.state_dict()}, {})
    wider = replace(settings, network=replace(settings.network, value_dim=128), start_from=tmp_path / "before.pt")
    with pytest.raises(WeightsError, match=r"Expected weights of this network .* got others"):
        build(wider)


def test_objects_of_a_batch_are_rivals_within_their_clip():
    labels_BTHW = torch.zeros(2, 3, 4, 4, dtype=torch.uint8)
    labels_BTHW[0, 0, 0, 0], labels_BTHW[0, 0, 1, 1], labels_BTHW[1, 0, 2, 2] = 1, 3, 1
    labels_BTHW[1, 0, 3, 3], labels_BTHW[1, 1, 0, 0] = 255, 2
    objects = objects_of(labels_BTHW)
    assert (objects.clip_K.tolist(), objects.id_K.tolist()) == ([0, 0, 1], [1, 3, 1])
    assert objects.rivals_KK.tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    assert objects.masks(labels_BTHW[:, 0]).flatten(1).sum(dim=1).tolist() == [1, 1, 1]


def test_clips_of_a_batch_do_not_see_each_other(settings):
    task = build(settings)
    samples = [task.sample(index) for index in range(2)]
    frames_BT3HW = torch.stack([each["frames"] for each in samples]).float() / 255
    labels_BTHW = torch.stack([each["labels"] for each in samples])

    def followed(clips):
        objects = objects_of(labels_BTHW[clips])
        with torch.no_grad():
            return list(
                follow(task.network.eval(), frames_BT3HW[clips], objects.masks(labels_BTHW[clips, 0]), objects)
            )

    together, alone = followed([0, 1]), followed([0])
    for both_KHW, one_KHW in zip(together, alone, strict=True):
        torch.testing.assert_close(both_KHW[: len(one_KHW)], one_KHW, atol=1e-3, rtol=1e-3)


def test_the_recipe_trains_and_validates(settings, tmp_path):
    loop = LoopConfig(steps=2, batch_size=2, validate_every=2, precision="f32")
    result = train(build(replace(settings, loop=loop)), loop, tmp_path / "run")
    assert set(result.figures) == {"J", "J video-b"}
    assert 0 <= result.figures["J"] <= 1


def test_the_network_learns_a_batch(settings):
    data = replace(settings.data, hidden=0.0, torn=0.0)
    task = build(replace(settings, frozen_blocks=0, data=data))
    batch = {name: value[None] for name, value in task.sample(0).items()}
    optimiser = torch.optim.Adam(task.network.parameters(), 1e-3)
    losses = []
    for _ in range(12):
        loss = task.loss(batch, 0)["loss"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


def test_frozen_blocks_are_not_handed_to_the_optimiser(settings):
    groups = build(replace(settings, frozen_blocks=17)).parameter_groups()
    assert len(groups) == 1
    rest, backbone = build(settings).parameter_groups()
    assert backbone["lr_factor"] == settings.backbone_lr_factor
    assert {id(p) for p in rest["params"]}.isdisjoint({id(p) for p in backbone["params"]})
