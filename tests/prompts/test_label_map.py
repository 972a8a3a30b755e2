"""Label maps as prompts."""

import numpy as np
import pytest

from masklet.core.errors import PromptError
from masklet.prompts import mask_prompts, only_mask


@pytest.mark.parametrize(
    ("label_map", "expected"),
    [
        pytest.param([[0, 3], [7, 3]], {3: 2, 7: 1}, id="ids"),
        pytest.param([[0, 3], [7, 255]], {3: 1, 7: 1}, id="void beside ids"),
        pytest.param([[0, 255], [255, 255]], {1: 3}, id="black and white"),
        pytest.param([[0, 255], [2001, 2002]], {255: 1, 2001: 1, 2002: 1}, id="more than 255 ids have no void"),
    ],
)
def test_every_id_becomes_a_prompt(label_map, expected):
    prompts = mask_prompts(np.array(label_map), frame_index=4)
    assert {prompt.object_id: prompt.mask_HW.sum() for prompt in prompts} == expected
    assert {prompt.frame_index for prompt in prompts} == {4}


@pytest.mark.parametrize("value", [1, 6, 255])
def test_the_only_mask_of_a_picture_may_have_any_value(value):
    np.testing.assert_array_equal(only_mask(np.array([[0, value]])), [[False, True]])


@pytest.mark.parametrize("read", [only_mask, lambda label_map: mask_prompts(label_map, 0)])
def test_an_empty_picture_is_refused(read):
    with pytest.raises(PromptError, match="empty"):
        read(np.zeros((3, 4), dtype=np.uint8))


def test_a_picture_of_several_objects_is_no_mask_of_one():
    with pytest.raises(PromptError, match=r"values 1, 2, 3, 4, 5, \.\.\."):
        only_mask(np.arange(9).reshape(3, 3))
