"""Clips that go on in the next one, as the released pairs do."""

import numpy as np
import pytest

from masklet.training.cache import Shrinking, UncachedClip, build_cache
from masklet.training.crossing import places_across, read_across

SIZES = {"one": (24, 32), "two": (24, 48)}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Clip one has object 1 in 3 frames, clip two objects 4 and 7 in 2 frames."""
    labels = {name: np.zeros(size_HW, np.uint8) for name, size_HW in SIZES.items()}
    labels["one"][:, :16] = 1
    labels["two"][:12], labels["two"][12:] = 4, 7
    uncached = [
        UncachedClip(
            name=name,
            frames=[np.full((*SIZES[name], 3), 40 * number, np.uint8) for number in range(count)],
            labels=[labels[name]] * count,
            source="made up",
            licence="none",
        )
        for name, count in (("one", 3), ("two", 2))
    ]
    return build_cache([uncached], tmp_path_factory.mktemp("cache") / "clips", shrinking=Shrinking(short_side=24))


def test_all_frames_stand_in_one_list_and_pairs_are_neighbours_in_it(clips):
    rng = np.random.default_rng(0)
    pairs = {
        tuple((clip.name, number) for clip, number in places_across(clips, rng, length=2, most_gap=1))
        for _ in range(200)
    }
    listed = [("one", 0), ("one", 1), ("one", 2), ("two", 0), ("two", 1)]
    assert pairs == set(zip(listed, [*listed[1:], listed[0]], strict=True))


def test_of_the_next_clip_the_first_object_is_taken_for_the_first_at_the_size_of_the_first(clips):
    frames_THW3, labels_THW = read_across([(clips[0], 2), (clips[1], 0)])
    assert frames_THW3.shape == (2, 24, 32, 3)
    assert frames_THW3.mean(axis=(1, 2, 3)) == pytest.approx([80, 0], abs=2)
    assert (labels_THW[0][:, :16] == 1).all()
    assert (labels_THW[1][:12] == 1).all()
    assert (labels_THW[1][12:] == 0).all()
