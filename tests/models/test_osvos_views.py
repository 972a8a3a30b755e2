"""Views of annotated frames that OSVOS learns from."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from masklet.core.values import Frame
from masklet.models.osvos.config import OnlineConfig
from masklet.models.osvos.views import OBJECT, OTHERS, VOID, draw_view, picture_of, view_size
from masklet.models.protocols import Example

SIZE = (96, 160)
DREAM = OnlineConfig(augmentation="dream", dreamt=1.0)


def example(*, others=False):
    image_HW3 = np.full((*SIZE, 3), (40, 90, 40), np.uint8)
    mask_HW = np.zeros(SIZE, bool)
    mask_HW[30:70, 60:90] = True
    image_HW3[mask_HW] = (220, 30, 30)
    others_HW = np.zeros(SIZE, bool)
    others_HW[40:60, 120:140] = True
    return Example(frame=Frame(0, 0.0, image_HW3), mask_HW=mask_HW, others_HW=others_HW if others else None)


@pytest.mark.parametrize("augmentation", ["none", "flip", "dream"])
def test_a_view_is_a_pure_function_of_the_generator(augmentation):
    config = replace(DREAM, augmentation=augmentation)
    picture = picture_of(example(), SIZE, rim=0)
    first, second = (draw_view([picture], np.random.default_rng(3), config) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
    assert first[1].shape == view_size(SIZE, config)


def test_without_augmentation_the_frame_itself_is_learned():
    picture = picture_of(example(), SIZE, rim=0)
    image_HW3, labels_HW = draw_view([picture], np.random.default_rng(0), replace(DREAM, augmentation="none"))
    np.testing.assert_array_equal(image_HW3, example().frame.image_HW3)
    np.testing.assert_array_equal(labels_HW == OBJECT, example().mask_HW)


def test_behind_the_object_is_what_surrounds_it():
    picture = picture_of(example(), SIZE, rim=0)
    assert np.abs(picture.backdrop_HW3.astype(int) - (40, 90, 40)).max() <= 1


@pytest.mark.parametrize("augmentation", ["flip", "dream"])
def test_labels_lie_on_what_they_name(augmentation):
    picture = picture_of(example(), SIZE, rim=0)
    config = replace(DREAM, augmentation=augmentation)
    for seed in range(20):
        image_HW3, labels_HW = draw_view([picture], np.random.default_rng(seed), config)
        redness_HW = image_HW3[..., 0].astype(int) - image_HW3[..., 1]
        inside_HW = labels_HW == OBJECT
        if inside_HW.sum() > 50:
            assert (redness_HW[inside_HW] > 0).mean() > 0.9
        assert (redness_HW[labels_HW == 0] > 60).mean() < 0.03


def test_dreams_move_the_object_against_its_background():
    picture = picture_of(example(others=True), SIZE, rim=0)
    apart = set()
    for seed in range(10):
        _, labels_HW = draw_view([picture], np.random.default_rng(seed), DREAM)
        if (labels_HW == OBJECT).any() and (labels_HW == OTHERS).any():
            middles = [np.argwhere(labels_HW == each).mean(axis=0) for each in (OBJECT, OTHERS)]
            apart.add(round(float(np.hypot(*(middles[0] - middles[1])))))
    assert len(apart) > 3


def test_others_are_kept_apart_from_background_and_the_rim_is_void():
    labels_HW = picture_of(example(others=True), SIZE, rim=2).labels_HW
    assert (labels_HW[50, 130], labels_HW[50, 75], labels_HW[5, 5]) == (OTHERS, OBJECT, 0)
    assert (labels_HW[50, 59], labels_HW[50, 60], labels_HW[50, 57]) == (VOID, OBJECT, 0)


def test_an_object_of_one_pixel_is_not_lost_at_half_the_size():
    tiny = example()
    mask_HW = np.zeros(SIZE, bool)
    mask_HW[51, 77] = True
    labels_HW = picture_of(replace(tiny, mask_HW=mask_HW), (48, 80), rim=0).labels_HW
    assert (labels_HW == OBJECT).sum() == 1
