"""Prompts held against a video."""

import numpy as np
import pytest

from masklet.core.errors import PromptError
from masklet.core.values import MaskPrompt
from masklet.prompts import check_prompts, parse_box, parse_points
from masklet.sources.protocol import SourceInfo

VIDEO = SourceInfo(uri="video.mp4", size_HW=(20, 30), frame_count=5, frames_per_second=25)
LIVE = SourceInfo(uri="camera", size_HW=(20, 30), frame_count=None, frames_per_second=None)


def test_prompts_that_fit_pass():
    edges = [
        parse_points("4:1:0,0,+;29.9,19.9,-"),
        parse_box("0:2:0,0,30,20"),
        MaskPrompt(0, 3, np.ones((20, 30), bool)),
    ]
    check_prompts(edges, VIDEO)
    check_prompts([parse_box("99999:1:0,0,1,1")], LIVE)


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        pytest.param(parse_points("0:1:5,5;30,5"), "30x20 picture, got 30,5", id="point right of it"),
        pytest.param(parse_points("0:1:5,-1"), "got 5,-1", id="point above it"),
        pytest.param(parse_box("0:1:5,5,30.5,9"), "box inside the 30x20", id="box sticks out"),
        pytest.param(parse_box("5:1:0,0,1,1"), "from 0 to 4, got frame 5", id="past the last frame"),
        pytest.param(
            MaskPrompt(0, 1, np.ones((30, 20), bool)), "30x20 pixels, got 20x30", id="mask of another size"
        ),
        pytest.param(MaskPrompt(0, 1, np.zeros((20, 30), bool)), "empty", id="empty mask"),
        pytest.param(parse_points("0:1:5,5,-"), "positive point", id="nothing shows the object"),
    ],
)
def test_prompts_that_do_not_fit_are_named(prompt, message):
    good = parse_box("0:7:0,0,1,1")
    with pytest.raises(PromptError, match=rf"prompts\[1\]: .*{message}"):
        check_prompts([good, prompt], VIDEO)
    with pytest.raises(PromptError, match=rf"--flag x: .*{message}"):
        check_prompts([good, prompt], VIDEO, origins=["--flag y", "--flag x"])


@pytest.mark.parametrize("shown_by", [parse_points("3:1:9,9,+"), parse_box("0:1:0,0,9,9")], ids=["point", "box"])
def test_points_beside_an_object_that_another_prompt_shows_pass(shown_by):
    check_prompts([parse_points("0:1:5,5,-"), shown_by], VIDEO)


def test_points_beside_a_known_object_pass():
    check_prompts([parse_points("0:1:5,5,-")], VIDEO, known_ids=[1])
