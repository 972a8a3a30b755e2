"""Where videos are cut: the arithmetic alone."""

import numpy as np
import pytest

from masklet.core.errors import SourceError
from masklet.sources.cut import clip_times, frames_between


def test_ten_minutes_make_120_clips_of_five_seconds_and_53_videos_6360():
    clips = clip_times(600, seconds=5)
    assert (len(clips), clips[0], clips[-1]) == (120, (0, 5), (595, 600))
    assert 53 * len(clips) == 6360


def test_ten_minutes_at_ntsc_rate_make_120_clips_too():
    step = 1001 / 30000
    total = 17982 * step  # 599.9994 s
    assert len(clip_times(total, seconds=5, slack=step / 2)) == 120
    spans = [
        frames_between(np.arange(17982) * step, *clip) for clip in clip_times(total, seconds=5, slack=step / 2)
    ]
    assert [index for span in spans for index in span] == list(range(17982))


@pytest.mark.parametrize(
    ("total", "settings", "expected"),
    [
        pytest.param(12, {}, [(0, 5), (5, 10)], id="a rest is left out"),
        pytest.param(12, {"keep_rest": True}, [(0, 5), (5, 10), (10, 12)], id="a rest is kept on demand"),
        pytest.param(11, {"overlap": 3}, [(0, 5), (2, 7), (4, 9), (6, 11)], id="overlapping"),
        pytest.param(10, {"overlap": 2.5, "keep_rest": True}, [(0, 5), (2.5, 7.5), (5, 10)], id="no rest to keep"),
        pytest.param(3, {}, [], id="too short"),
        pytest.param(3, {"keep_rest": True}, [(0, 3)], id="too short but kept"),
    ],
)
def test_clip_times(total, settings, expected):
    assert clip_times(total, seconds=5, **settings) == expected


@pytest.mark.parametrize(("seconds", "overlap"), [(0, 0), (5, 5), (5, 6), (5, -1)])
def test_an_overlap_that_leads_nowhere_is_refused(seconds, overlap):
    with pytest.raises(SourceError, match="Expected clips longer than 0 s"):
        clip_times(60, seconds=seconds, overlap=overlap)
