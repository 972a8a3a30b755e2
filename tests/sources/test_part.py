"""A part of a source is a source of its own."""

import numpy as np
import pytest

from masklet.core.errors import SourceError
from masklet.sources import Part, open_source


@pytest.fixture
def whole():
    video_THW3 = np.zeros((10, 4, 6, 3), dtype=np.uint8)
    video_THW3 += np.arange(10, dtype=np.uint8)[:, None, None, None]
    return open_source(video_THW3, frames_per_second=5)


def seen(frames):
    return [(frame.index, int(frame.image_HW3[0, 0, 0])) for frame in frames]


def test_frames_are_counted_from_the_first_of_the_part(whole):
    part = Part(whole, range(3, 7))
    assert part.info.frame_count == 4
    assert seen(part.read()) == [(0, 3), (1, 4), (2, 5), (3, 6)]
    assert seen(part.read(2, 9)) == [(2, 5), (3, 6)]


def test_it_is_walked_backward_to_its_own_first_frame(whole):
    assert seen(Part(whole, range(3, 7)).read_backward(2)) == [(2, 5), (1, 4), (0, 3)]


def test_times_and_names_are_those_of_the_whole(whole):
    part = Part(whole, range(3, 7))
    assert next(iter(part.read())).seconds == pytest.approx(0.6)
    assert part.frame_name(0) == "00003"


@pytest.mark.parametrize("span", [range(3, 3), range(8, 11), range(-1, 2), range(0, 8, 2)])
def test_a_part_that_is_none_is_refused(whole, span):
    with pytest.raises(SourceError, match="Expected frames of"):
        Part(whole, span)


def test_a_first_frame_beyond_the_part_is_refused(whole):
    with pytest.raises(SourceError, match="has 4 frames"):
        list(Part(whole, range(3, 7)).read(5))
