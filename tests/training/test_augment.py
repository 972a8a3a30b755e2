"""Paired augmentation of training clips."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ShapeError  # noqa: E402
from masklet.training.augment import (  # noqa: E402
    PLAIN,
    PRESETS,
    TRACKER,
    AugmentConfig,
    at_size,
    augment,
)
from masklet.training.crop import Crop  # noqa: E402
from masklet.training.transforms import (  # noqa: E402
    ColourJitter,
    Flip,
    Quality,
    QuarterTurn,
    ThinPlate,
    Tilt,
)

SIZE = (64, 64)
GREEN = (20, 230, 20)


def textured_clip(*, frames=3, size_HW=(72, 128), equal=True, seed=0):
    """A smooth random picture with two painted objects and a strip of void."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 120, (1 if equal else frames, 9, 16, 3), dtype=np.uint8)
    frames_THW3 = coarse.repeat(8, axis=1).repeat(8, axis=2)[:, : size_HW[0], : size_HW[1]]
    frames_THW3 = np.tile(frames_THW3, (frames if equal else 1, 1, 1, 1))
    labels_THW = np.zeros((frames, *size_HW), np.uint8)
    labels_THW[:, 20:45, 30:62] = 3
    labels_THW[:, 40:60, 80:95] = 7
    labels_THW[:, :3, :] = 255
    frames_THW3[labels_THW == 3] = GREEN
    return frames_THW3, labels_THW


def generator(seed=0):
    return np.random.default_rng(seed)


def only(**parts):
    """A crop that stays and one thing that happens."""
    fixed = Crop(fill=(0.5, 0.5), jitter=0.0, all_objects=0.0)
    return AugmentConfig(size_HW=SIZE, crop=fixed, **parts)


def test_a_crop_at_scale_one_is_a_piece_of_the_source():
    frames, labels = textured_clip(equal=False)
    config = AugmentConfig(size_HW=SIZE, crop=Crop(scale=(1, 1), all_objects=0.0))
    cropped, cropped_labels = augment(frames, labels, generator(), config)
    windows = np.lib.stride_tricks.sliding_window_view(frames[0, ..., 0], SIZE)
    tops, lefts = np.nonzero((windows == cropped[0, ..., 0]).all(axis=(2, 3)))
    assert len(tops) == 1
    inside = np.s_[:, tops[0] : tops[0] + SIZE[0], lefts[0] : lefts[0] + SIZE[1]]
    assert (cropped == frames[inside]).all()
    assert (cropped_labels == labels[inside]).all()


def test_a_crop_of_the_frame_s_size_at_scale_one_is_the_frame():
    frames, labels = textured_clip()
    config = AugmentConfig(size_HW=labels.shape[1:], crop=Crop(scale=(1, 1)))
    same, same_labels = augment(frames, labels, generator(), config)
    assert (same == frames).all()
    assert (same_labels == labels).all()


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("seed", range(4))
def test_image_and_labels_move_together(preset, seed):
    frames, labels = textured_clip()
    config = replace(at_size(PRESETS[preset], (128, 128)), colours=(), quality=None)
    moved, moved_labels = augment(frames, labels, generator(seed), config)
    real = moved_labels != 255
    green = (np.abs(moved.astype(int) - GREEN).sum(axis=-1) < 150) & real
    truth = (moved_labels == 3) & real
    if truth.sum() > 200:
        assert (green & truth).sum() / (green | truth).sum() > 0.9


@pytest.mark.parametrize("preset", PRESETS)
def test_the_same_seed_gives_the_same_clip_and_another_one_another(preset):
    frames, labels = textured_clip()
    config = at_size(PRESETS[preset], SIZE)
    once, again, other = [augment(frames, labels, generator(seed), config) for seed in (1, 1, 2)]
    assert (once[0] == again[0]).all()
    assert (once[1] == again[1]).all()
    assert (once[0] != other[0]).any()


@pytest.mark.parametrize(
    "transform",
    [
        pytest.param({"tilts": Tilt(degrees=30, shear_degrees=10, scale=1.3, shift=0.1)}, id="tilt"),
        pytest.param({"flips": Flip(vertical=0.5)}, id="flip"),
        pytest.param({"flips": QuarterTurn()}, id="quarter turn"),
        pytest.param({"bends": ThinPlate(probability=1)}, id="thin plate"),
        pytest.param({"colours": ColourJitter(probability=1, brightness=0.4)}, id="brightness"),
        pytest.param({"colours": ColourJitter(probability=1, gamma=0.4)}, id="gamma"),
        pytest.param({"colours": ColourJitter(probability=1, hue_degrees=90, saturation=0.5)}, id="hue"),
        pytest.param({"quality": Quality(blur=0.5, jpeg=0.5)}, id="quality"),
        pytest.param({"crop": Crop()}, id="crop"),
    ],
)
def test_equal_frames_stay_equal_when_shared_and_differ_when_not(transform):
    frames, labels = textured_clip(frames=6)
    ((part, value),) = transform.items()
    for per, equal in (("clip", True), ("frame", False)):
        drawn = replace(value, per=per)
        config = replace(only(), **{part: drawn if part in ("crop", "quality") else (drawn,)})
        changed, _ = augment(frames, labels, generator(3), config)
        assert (changed == changed[:1]).all() == equal, per


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("seed", range(5))
def test_no_label_comes_up_that_was_not_there_and_an_object_is_in_the_first_frame(preset, seed):
    frames, labels = textured_clip()
    _, changed = augment(frames, labels, generator(seed), at_size(PRESETS[preset], SIZE))
    assert set(np.unique(changed)) <= {0, 3, 7, 255}
    assert np.isin(changed[0], (3, 7)).sum() > 30


def test_a_small_object_at_the_border_stays_in_the_crop_however_it_is_turned():
    frames, labels = textured_clip()
    labels[:] = 0
    labels[:, :4, -4:] = 1
    config = AugmentConfig(size_HW=SIZE, tilts=(Tilt(degrees=180, shear_degrees=20),), flips=(Flip(),))
    for seed in range(30):
        _, changed = augment(frames, labels, generator(seed), config)
        assert (changed[0] == 1).sum() > 4, seed


def test_placed_by_any_frame_an_object_comes_into_view_and_leaves():
    frames, labels = textured_clip(frames=2)
    labels[:] = 0
    labels[0, 20:40, 4:24], labels[1, 20:40, 100:120] = 3, 3
    crop = Crop(scale=(1.6, 1.6), jitter=0.0, any_frame=1.0)
    seen_K2 = np.array(
        [
            (augment(frames, labels, generator(seed), AugmentConfig(size_HW=SIZE, crop=crop))[1] == 3).any(
                axis=(1, 2)
            )
            for seed in range(12)
        ]
    )
    assert {tuple(each) for each in seen_K2.tolist()} == {(True, False), (False, True)}


def test_a_clip_without_objects_is_cropped_anywhere():
    frames, labels = textured_clip(frames=1)
    changed, changed_labels = augment(frames, np.zeros_like(labels), generator(), at_size(TRACKER, SIZE))
    assert changed.shape == (1, *SIZE, 3)
    assert set(np.unique(changed_labels)) <= {0, 255}


def test_the_object_takes_its_share_of_the_crop():
    frames, labels = textured_clip(frames=1)
    labels[labels == 7] = 0
    config = AugmentConfig(size_HW=(128, 128), crop=Crop(fill=(0.5, 0.5), frame_share=(0.1, 4), scale=(0.1, 9)))
    _, changed = augment(frames, labels, generator(), config)
    assert (changed[0] == 3).any(axis=0).sum() == pytest.approx(64, abs=2)


def test_beyond_the_frame_the_label_is_the_one_set():
    frames, labels = textured_clip()
    labels[labels == 255] = 0
    wide = Crop(scale=(0.5, 0.5))
    _, void = augment(frames, labels, generator(), AugmentConfig(size_HW=SIZE, crop=wide))
    _, zero = augment(frames, labels, generator(), AugmentConfig(size_HW=SIZE, crop=wide, outside_label=0))
    assert (void == 255).any()
    assert (np.where(void == 255, 0, void) == zero).all()


def test_grey_pictures_have_no_colours():
    frames, labels = textured_clip()
    changed, _ = augment(frames, labels, generator(), only(colours=(ColourJitter(grey=1, gamma=0.2),)))
    assert np.ptp(changed.astype(int), axis=-1).max() <= 1


def test_noise_differs_between_frames_though_its_strength_is_shared():
    frames, labels = textured_clip()
    changed, _ = augment(frames, labels, generator(), only(quality=Quality(per="clip", noise=1)))
    assert (changed[0] != changed[1]).any()


@pytest.mark.parametrize(
    ("frames", "labels"),
    [
        pytest.param(np.zeros((2, 8, 8, 3), np.uint8), np.zeros((2, 8, 9), np.uint8), id="sizes differ"),
        pytest.param(np.zeros((2, 8, 8, 3), np.float32), np.zeros((2, 8, 8), np.uint8), id="float frames"),
        pytest.param(np.zeros((2, 8, 8), np.uint8), np.zeros((2, 8, 8), np.uint8), id="no colours"),
        pytest.param(np.zeros((0, 8, 8, 3), np.uint8), np.zeros((0, 8, 8), np.uint8), id="no frames"),
    ],
)
def test_what_is_no_clip_is_refused_by_name(frames, labels):
    with pytest.raises(ShapeError, match="Expected uint8 frames"):
        augment(frames, labels, generator(), PLAIN)
