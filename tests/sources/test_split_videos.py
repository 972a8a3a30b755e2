"""Dealing videos to training, validation and test."""

import pytest

from masklet.core.errors import SourceError
from masklet.sources.split import parse_shares, split_videos

VIDEOS = [f"video_{number:02d}" for number in range(53)]


def test_every_video_is_in_exactly_one_part():
    parts = split_videos(VIDEOS, (80, 10, 10), seed=0)
    assert {part: len(names) for part, names in parts.items()} == {"train": 43, "val": 5, "test": 5}
    assert sorted(name for names in parts.values() for name in names) == VIDEOS


def test_a_seed_decides_and_the_order_of_names_does_not():
    first = split_videos(VIDEOS, (80, 10, 10), seed=0)
    assert split_videos(VIDEOS[::-1], (80, 10, 10), seed=0) == first
    assert split_videos(VIDEOS, (80, 10, 10), seed=1) != first


@pytest.mark.parametrize("text", ["80/20", "80/10/20", "a/b/c", "80/10/10/0", "100/-5/5", ""])
def test_shares_that_do_not_make_a_whole_are_refused(text):
    with pytest.raises(SourceError, match="that make 100"):
        parse_shares(text)
