"""What every segmenter keeps to, whatever its network: an orange disk on grey is within anybody's reach."""

import numpy as np
import pytest

from masklet.core.errors import PromptError
from masklet.core.masks import mask_iou
from masklet.core.values import Box, Frame, FrameMasks, MaskPrompt, Points
from masklet.models.protocols import Segmenter
from networks import loaded, names_of

pytestmark = pytest.mark.weights

HEIGHT, WIDTH = 150, 200
Y_HW, X_HW = np.mgrid[:HEIGHT, :WIDTH]


@pytest.fixture(params=names_of("segmenter"))
def segmenter(request):
    return loaded(request.param)


def disk(x, y, radius):
    return (X_HW - x) ** 2 + (Y_HW - y) ** 2 < radius**2


LEFT, RIGHT = disk(55, 70, 30), disk(150, 80, 25)
LEFT_BOX, RIGHT_BOX = (25.0, 40.0, 86.0, 101.0), (125.0, 55.0, 176.0, 106.0)


@pytest.fixture(scope="module")
def frame():
    image_HW3 = np.random.default_rng(0).normal(105, 6, (HEIGHT, WIDTH, 3))
    image_HW3[LEFT] += [110, 40, -60]
    image_HW3[RIGHT] += [-60, 0, 110]
    return Frame(7, 0.28, image_HW3.clip(0, 255).astype(np.uint8))


def click(x, y, *, object_id=1, label=1):
    return Points(7, object_id, np.array([[x, y]], dtype=float), np.array([label]))


def iou(masks, position, truth_HW):
    return float(mask_iou(masks.masks_NHW[position : position + 1], truth_HW[None])[0, 0])


def test_it_is_a_segmenter(segmenter):
    assert isinstance(segmenter, Segmenter)


@pytest.mark.parametrize(
    "prompt",
    [pytest.param(click(55, 70), id="click"), pytest.param(Box(7, 1, LEFT_BOX), id="box")],
)
def test_a_prompt_gives_its_object(segmenter, frame, prompt):
    masks = segmenter.segment(frame, [prompt])
    assert isinstance(masks, FrameMasks)
    assert (masks.frame_index, masks.object_ids, masks.size_HW) == (7, (1,), frame.size_HW)
    assert 0 < masks.scores_N[0] <= 1
    assert iou(masks, 0, LEFT) > 0.85


def test_objects_come_in_order_of_first_mention(segmenter, frame):
    prompts = [Box(7, 9, RIGHT_BOX), Box(7, 2, LEFT_BOX), click(150, 80, object_id=9)]
    masks = segmenter.segment(frame, prompts)
    assert masks.object_ids == (9, 2)
    assert iou(masks, 0, RIGHT) > 0.85
    assert iou(masks, 1, LEFT) > 0.85


def test_objects_do_not_depend_on_each_other(segmenter, frame):
    alone = segmenter.segment(frame, [Box(7, 2, LEFT_BOX)])
    together = segmenter.segment(frame, [Box(7, 9, RIGHT_BOX), Box(7, 2, LEFT_BOX)])
    np.testing.assert_array_equal(alone.masks_NHW[0], together.masks_NHW[1])


def test_a_box_bounds_its_mask_but_for_some_room(segmenter, frame):
    masks = segmenter.segment(frame, [Box(7, 1, (25.0, 40.0, 55.0, 101.0))])
    assert not masks.masks_NHW[0][:, 55 + 3 :].any()


def test_a_mask_alone_is_its_own_answer(segmenter, frame):
    masks = segmenter.segment(frame, [MaskPrompt(7, 1, RIGHT)])
    np.testing.assert_array_equal(masks.masks_NHW[0], RIGHT)


def test_a_click_beside_the_object_takes_something_away(segmenter, frame):
    both = [click(55, 70), click(150, 80)]
    wide = segmenter.segment(frame, both).masks_NHW[0]
    narrow = segmenter.segment(frame, [click(55, 70), click(150, 80, label=0)]).masks_NHW[0]
    assert wide[80, 150]
    assert not narrow[80, 150]
    assert narrow[70, 55]


def test_the_same_prompts_give_the_same_bits(segmenter, frame):
    prompts = [Box(7, 1, LEFT_BOX), click(150, 80, object_id=2)]
    first, second = segmenter.segment(frame, prompts), segmenter.segment(frame, prompts)
    np.testing.assert_array_equal(first.masks_NHW, second.masks_NHW)
    np.testing.assert_array_equal(first.scores_N, second.scores_N)


def test_no_prompts_give_no_masks(segmenter, frame):
    masks = segmenter.segment(frame, [])
    assert (masks.object_ids, masks.masks_NHW.shape) == ((), (0, HEIGHT, WIDTH))


def test_points_beside_an_object_do_not_say_what_it_is(segmenter, frame):
    with pytest.raises(PromptError, match="object 4"):
        segmenter.segment(frame, [click(55, 70, object_id=4, label=0)])


@pytest.mark.parametrize("size_HW", [(1, 1), (2, 700), (701, 33)], ids=str)
def test_any_size_of_picture_will_do(segmenter, size_HW):
    frame = Frame(0, 0.0, np.full((*size_HW, 3), 128, dtype=np.uint8))
    height, width = size_HW
    prompts = [
        Points(0, 1, np.array([[width - 1, height - 1]], dtype=float), np.array([1])),
        Box(0, 2, (0.0, 0.0, float(width), float(height))),
        Box(0, 3, (0.0, 0.0, 0.5, 0.5)),
    ]
    assert segmenter.segment(frame, prompts).masks_NHW.shape == (3, *size_HW)


def test_the_frame_is_left_as_it_is(segmenter, frame):
    before = frame.image_HW3.copy()
    segmenter.segment(frame, [Box(7, 1, LEFT_BOX)])
    np.testing.assert_array_equal(frame.image_HW3, before)
