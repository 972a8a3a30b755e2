"""EISeg without its weights: a network of the tests' own answers by colour."""

import numpy as np
import pytest

from masklet.core.errors import PromptError
from masklet.core.masks import mask_iou
from masklet.core.values import Box, Frame, MaskPrompt, Points
from masklet.models.eiseg import EISeg, EISegConfig
from masklet.models.eiseg.box_clicks import clicks_of_box, fit
from masklet.models.eiseg.clicks import Clicks, coordinate_features, disks
from masklet.models.eiseg.crop import CropBox, crop_around
from masklet.models.layers.gathered import gather

GREY, RED, BLUE = (100, 100, 100), (220, 40, 40), (40, 60, 220)
NO_POINTS_02 = np.zeros((0, 2))


class ColourNetwork:
    """Logits are high where the colour is that under the middle of the first positive disk, low elsewhere."""

    def __init__(self):
        self.asked = []

    def __call__(self, image, coord_features):
        self.asked.append((image, coord_features))
        rows, columns = np.nonzero(coord_features[0, 1])
        if not len(rows):
            return (np.full((1, 1, *image.shape[2:]), -5.0, np.float32),)
        colour_3 = image[0, :, int(np.median(rows)), int(np.median(columns))]
        far_hw = np.abs(image[0] - colour_3[:, None, None]).max(axis=0)
        return (np.where(far_hw < 0.4, 5.0, -5.0).astype(np.float32)[None, None],)


@pytest.fixture
def frame():
    """A red rectangle, and a blue one right of it."""
    image_HW3 = np.full((90, 160, 3), GREY, np.uint8)
    image_HW3[20:70, 20:50] = RED
    image_HW3[30:60, 100:140] = BLUE
    return Frame(3, 0.12, image_HW3)


RED_BOX, BLUE_BOX = (20.0, 20.0, 50.0, 70.0), (100.0, 30.0, 140.0, 60.0)


def area_of(box):
    mask_HW = np.zeros((90, 160), bool)
    x1, y1, x2, y2 = map(int, box)
    mask_HW[y1:y2, x1:x2] = True
    return mask_HW


def iou(mask_HW, box):
    return float(mask_iou(mask_HW[None], area_of(box)[None])[0, 0])


def points(*clicks, object_id=1):
    xy_P2 = np.array([click[:2] for click in clicks], dtype=float)
    return Points(3, object_id, xy_P2, np.array([click[2] for click in clicks]))


@pytest.mark.parametrize("side", [96, 200, 400])
@pytest.mark.parametrize(
    "prompt",
    [pytest.param(Box(3, 1, RED_BOX), id="box"), pytest.param(points((30, 30, 1)), id="click")],
)
def test_the_mask_lies_where_the_object_lies_at_any_resolution(frame, prompt, side):
    masks = EISeg(ColourNetwork(), EISegConfig(first_side=side, long_side=side)).segment(frame, [prompt])
    assert iou(masks.masks_NHW[0], RED_BOX) > 0.9
    assert masks.scores_N[0] == pytest.approx(1, abs=0.05)


def test_a_click_is_looked_at_whole_and_then_closely(frame):
    network = ColourNetwork()
    EISeg(network).segment(frame, [points((120, 45, 1))])
    shapes = [image.shape[2:] for image, _ in network.asked]
    assert shapes[0] == shapes[1] == (192, 320)  # the whole picture, 16:9
    assert shapes[2] == shapes[3] == (256, 320)  # 40x30 with a quarter more on each side


def test_the_mask_before_is_handed_on(frame):
    network = ColourNetwork()
    EISeg(network).segment(frame, [points((120, 45, 1))])
    before = [features[0, 0] for _, features in network.asked]
    assert not before[0].any()
    assert before[1].max() > 0.9


def test_a_mask_with_points_is_where_the_network_starts(frame):
    network = ColourNetwork()
    masks = EISeg(network).segment(frame, [MaskPrompt(3, 1, area_of(RED_BOX)), points((48, 22, 1))])
    assert network.asked[0][1][0, 0].mean() == pytest.approx(1 / 1.5**2, abs=0.05)
    assert iou(masks.masks_NHW[0], RED_BOX) > 0.9


def test_a_box_bounds_its_mask(frame):
    masks = EISeg(ColourNetwork()).segment(frame, [Box(3, 1, (20.0, 20.0, 35.0, 70.0))])
    assert iou(masks.masks_NHW[0], (20, 20, 35, 70)) > 0.9


def test_an_object_that_is_not_found_has_an_empty_mask_and_no_score(frame):
    class Nothing(ColourNetwork):
        def __call__(self, image, coord_features):
            return (np.full((1, 1, *image.shape[2:]), -5.0, np.float32),)

    masks = EISeg(Nothing()).segment(frame, [Box(3, 1, RED_BOX), points((30, 30, 1), object_id=2)])
    assert not masks.masks_NHW.any()
    assert masks.scores_N.tolist() == [0, 0]


def test_another_click_is_tried_where_the_first_misses_the_object(frame):
    frame.image_HW3[37:53, 27:43] = GREY  # a hole in the red one's middle
    masks = EISeg(ColourNetwork()).segment(frame, [Box(3, 1, RED_BOX)])
    assert masks.masks_NHW[0][25, 35]
    assert not masks.masks_NHW[0][45, 35]


def test_a_click_given_with_a_box_is_the_one_that_counts(frame):
    network = ColourNetwork()
    EISeg(network).segment(frame, [Box(3, 1, RED_BOX), points((22, 22, 1))])
    assert len(network.asked) == 3
    for _, features in network.asked:
        rows, columns = np.nonzero(features[0, 1])
        share_y, share_x = rows.mean() / features.shape[2], columns.mean() / features.shape[3]
        assert (share_x, share_y) == pytest.approx(((22 - 12) / 46, (22 - 7) / 76), abs=0.03)


def test_prompts_of_one_object_count_together():
    given = gather([points((1, 2, 1), (3, 4, 0)), Box(3, 1, RED_BOX), points((5, 6, 1)), Box(3, 1, BLUE_BOX)])
    assert given.positive_P2.tolist() == [[1, 2], [5, 6]]
    assert given.negative_Q2.tolist() == [[3, 4]]
    assert given.box_xyxy == (20, 20, 140, 70)


def test_points_beside_an_object_alone_are_refused():
    with pytest.raises(PromptError, match="object 5"):
        gather([points((1, 2, 0), object_id=5)])


@pytest.mark.parametrize(
    ("box", "edges", "size_hw"),
    [
        pytest.param((40, 40, 80, 60), (30, 35, 90, 65), (32, 64), id="with its margin"),
        pytest.param((0, 0, 100, 100), (0, 0, 125, 100), (64, 64), id="ends where the picture ends"),
        pytest.param((99, 99, 99.5, 99.5), (98, 98, 100, 100), (64, 64), id="less than a pixel"),
        pytest.param((300, 300, 310, 310), (199, 99, 200, 100), (64, 64), id="beside the picture"),
        pytest.param((0, 50, 200, 51), (0, 49, 200, 52), (32, 64), id="thin"),
    ],
)
def test_a_crop_is_a_part_of_the_picture(box, edges, size_hw):
    crop = crop_around(box, (100, 200), margin=0.25, long_side=64)
    assert (crop.left, crop.top, crop.right, crop.bottom) == edges
    assert (crop.height, crop.width) == size_hw


def test_what_is_taken_out_of_a_picture_goes_back_where_it_was():
    crop = crop_around((40, 20, 120, 100), (120, 160), margin=0, long_side=160)
    image_HW3 = np.zeros((120, 160, 3), np.uint8)
    image_HW3[50:70, 60:90] = 255
    back_HW = crop.put_back(crop.take(image_HW3)[..., 0].astype(np.float32), (120, 160), outside=-1)
    assert ((back_HW > 127) == (image_HW3[..., 0] > 127)).mean() > 0.995
    assert back_HW[0, 0] == -1


def test_disks_have_radius_five_and_are_cut_at_the_edge():
    map_hw = disks(np.array([[10.0, 20.0], [-2.0, 0.0]]), (40, 40))
    assert map_hw[20, [5, 15]].tolist() == [1, 1]
    assert map_hw[20, [4, 16]].tolist() == [0, 0]
    assert map_hw[0, 0:5].tolist() == [1, 1, 1, 1, 0]
    assert set(np.unique(map_hw)) == {0, 1}


def test_the_networks_second_input_is_previous_mask_positive_and_negative_disks():
    previous_hw = np.full((30, 40), 0.25, np.float32)
    features = coordinate_features(previous_hw, Clicks(np.array([[10.0, 10.0]]), np.array([[30.0, 20.0]])))
    assert features.shape == (1, 3, 30, 40)
    assert features[0, 0, 0, 0] == 0.25
    assert (features[0, 1, 10, 10], features[0, 1, 20, 30]) == (1, 0)
    assert (features[0, 2, 10, 10], features[0, 2, 20, 30]) == (0, 1)


BOX = CropBox(20, 10, 60, 90)
"""Of a crop of 100 rows and 80 columns."""


def logits(x1, y1, x2, y2):
    logits_hw = np.full((100, 80), -5.0, np.float32)
    logits_hw[y1:y2, x1:x2] = 5
    return logits_hw


def test_a_boxs_first_clicks_are_its_middle_and_beyond_its_corners():
    clicks = clicks_of_box(BOX, Clicks(NO_POINTS_02, NO_POINTS_02))[0]
    assert clicks.positive_P2.tolist() == [[40, 50]]
    assert sorted(clicks.negative_Q2.tolist()) == [[18, 6], [18, 94], [62, 6], [62, 94]]


def test_given_clicks_stay():
    given = Clicks(np.array([[30.0, 30.0]]), np.array([[50.0, 80.0]]))
    (clicks,) = clicks_of_box(BOX, given)
    assert clicks.positive_P2.tolist() == [[30, 30]]
    assert [50, 80] in clicks.negative_Q2.tolist()


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        pytest.param((20, 10, 60, 90), 1.0, id="the same"),
        pytest.param((20, 10, 60, 50), 0.5, id="half"),
        pytest.param((0, 0, 0, 0), 0.0, id="empty"),
    ],
)
def test_fit_compares_the_masks_own_box(mask, expected):
    assert fit(logits(*mask), BOX) == pytest.approx(expected)
