"""Cuts are found, a passing object and a flicker are not taken for one."""

import numpy as np
import pytest

from fakes import BLUE, GREEN, RED, paint
from masklet.core.values import Frame
from masklet.pipelines.shots import ShotDetector


def scene(seed, *, light=1.0):
    """A picture of many colours, as real ones are."""
    random = np.random.default_rng(seed)
    base = random.integers(40, 200, 3)
    noise = random.integers(0, 40, (60, 80, 3))
    return ((base + noise) * light).clip(0, 255).astype(np.uint8)


def cuts(pictures):
    detector = ShotDetector()
    return [index for index, image in enumerate(pictures) if detector.is_cut(Frame(index, 0.0, image))]


def test_the_first_frame_begins_a_shot():
    assert cuts([scene(1)] * 3) == [0]


def test_another_scene_is_a_cut():
    assert cuts([scene(1)] * 5 + [scene(2)] * 5 + [scene(3)] * 2) == [0, 5, 10]


@pytest.mark.parametrize("colour", [RED, GREEN, BLUE], ids=["red", "green", "blue"])
def test_something_large_passing_is_no_cut(colour):
    pictures = [paint([(colour, max(0, 10 * i - 60), 0, max(0, min(80, 10 * i)), 60)]) for i in range(15)]
    assert cuts(pictures) == [0]


def test_light_that_changes_slowly_is_no_cut():
    assert cuts([scene(1, light=1 - 0.01 * i) for i in range(30)]) == [0]


def test_a_restored_detector_sees_the_same_cuts():
    pictures = [scene(1)] * 3 + [scene(2)] * 3
    detector = ShotDetector()
    for index in range(3):
        detector.is_cut(Frame(index, 0.0, pictures[index]))
    restored = ShotDetector.restore(detector.state())
    assert [restored.is_cut(Frame(index, 0.0, pictures[index])) for index in (3, 4)] == [True, False]
