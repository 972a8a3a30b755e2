import numpy as np
import pytest

from masklet.core.errors import PromptError
from masklet.core.values import Frame, MaskPrompt
from masklet.models.label_propagation import LabelPropagation, LabelPropagationConfig
from masklet.models.label_propagation.backbone import CELL, unit_vectors
from masklet.models.label_propagation.memory import Memory, remember, shares_by_matches
from masklet.models.label_propagation.readout import Readout
from masklet.models.label_propagation.view import Place, View, magnification, places_of, view_of
from masklet.models.layers.still_needed import still_needed
from models.contracts.tracker_contract import BOX, POINT, TrackerContract, begun, disk, iou, scene

SMALL = LabelPropagationConfig(canvas_pixels=128 * 192, zoom=1.5, reach=6, margin=3)
WHOLE = View(0, 0, 160, 80, (80, 160))


def colours(canvas_HW3):
    """A backbone that knows colours only: unit vectors of each cell's mean colour."""
    height, width, _ = canvas_HW3.shape
    cells = canvas_HW3.reshape(height // CELL, CELL, width // CELL, CELL, 3).mean(axis=(1, 3)) - 120
    grey = np.full((*cells.shape[:2], 1), 30.0)
    return unit_vectors(np.concatenate([cells, grey], axis=-1).astype(np.float32))


@pytest.fixture(scope="module")
def tracker():
    return LabelPropagation(colours, SMALL, threads=1, precision="f32")


class TestOnColours(TrackerContract):
    """The whole contract, without trained weights."""


@pytest.mark.parametrize("given", [POINT, BOX], ids=["points", "box"])
def test_points_and_boxes_name_the_way_through_a_segmenter(tracker, given):
    with pytest.raises(PromptError, match="segmenter"):
        tracker.start().step(scene(0), [given])


def test_a_lost_object_is_found_again_elsewhere(tracker):
    session = begun(tracker, 1, frames=3)
    for index in range(3, 15):
        session.step(scene(index, present=()))
    found = [session.step(scene(60)) for _ in range(3)][-1]
    assert iou(found, 1, disk(1, 60)) > 0.6


def test_an_object_smaller_than_a_cell_is_not_lost(tracker):
    image_HW3 = np.full((400, 600, 3), 120, np.uint8)
    image_HW3[200:203, 300:304] = (250, 20, 20)
    mask_HW = np.zeros((400, 600), bool)
    mask_HW[200:203, 300:304] = True
    session = tracker.start()
    session.step(Frame(0, 0.0, image_HW3), [MaskPrompt(0, 1, mask_HW)])
    assert session.step(Frame(1, 0.04, image_HW3)).masks_NHW[0, 201, 302]


@pytest.mark.parametrize(
    ("size_HW", "box", "zoom", "expected"),
    [
        pytest.param((480, 854), (0, 0, 854, 480), 1, (0, 0, 854, 480, (384, 672)), id="the whole of 480p"),
        pytest.param((854, 480), (0, 0, 480, 854), 1, (0, 0, 480, 854, (672, 384)), id="upright"),
        pytest.param((1, 1), (0, 0, 1, 1), 1, (0, 0, 1, 1, (16, 16)), id="one pixel"),
        pytest.param((10, 10_000), (0, 0, 10_000, 10), 1, (0, 0, 10_000, 10, (16, 16064)), id="a strip"),
        pytest.param((480, 854), (400, 200, 440, 240), 1, (380, 180, 461, 261, (64, 64)), id="small"),
        pytest.param((480, 854), (400, 200, 440, 240), 2, (400, 200, 440, 240, (64, 64)), id="closer"),
        pytest.param((480, 854), (0, 0, 20, 20), 1, (0, 0, 81, 81, (64, 64)), id="in a corner"),
    ],
)
def test_a_view_is_as_close_as_the_zoom_and_the_pixels_allow(size_HW, box, zoom, expected):
    place = Place((0,), box)
    scale = magnification([place], size_HW, pixels=384 * 672, zoom=zoom)
    view = view_of(place, size_HW, scale)
    assert (view.left, view.top, view.right, view.bottom, view.canvas_HW) == expected


@pytest.mark.parametrize("seed", range(5))
def test_views_hold_their_boxes_and_share_the_pixels(seed):
    random = np.random.default_rng(seed)
    corners_N2 = random.uniform(0, 400, (6, 2))
    boxes_N4 = np.concatenate([corners_N2, corners_N2 + random.uniform(2, 90, (6, 2))], axis=1)
    places = places_of(boxes_N4, (480, 640), margin=0.4, at_least=3)
    scale = magnification(places, (480, 640), pixels=384 * 512, zoom=2)
    assert sorted(number for place in places for number in place.members) == list(range(6))
    assert not any(a.touches(b) for a in places for b in places if a is not b)
    for place in places:
        view = view_of(place, (480, 640), scale)
        for number in place.members:
            x1, y1, x2, y2 = boxes_N4[number]
            assert view.left <= x1
            assert view.top <= y1
            assert view.right >= min(x2, 640)
            assert view.bottom >= min(y2, 480)


def test_objects_far_apart_are_looked_at_one_by_one(tracker):
    image_HW3 = np.full((200, 600, 3), 120, np.uint8)
    image_HW3[20:60, 20:60], image_HW3[140:180, 540:580] = (250, 20, 20), (20, 20, 250)
    masks_2HW = np.zeros((2, 200, 600), bool)
    masks_2HW[0, 20:60, 20:60] = masks_2HW[1, 140:180, 540:580] = True
    session = tracker.start()
    session.step(Frame(0, 0.0, image_HW3), [MaskPrompt(0, n + 1, masks_2HW[n]) for n in (0, 1)])
    found = session.step(Frame(1, 0.04, image_HW3))
    assert len([name for name in session.state() if name.startswith("recent.1.") and "view" in name]) == 2
    assert iou(found, 1, masks_2HW[0]) > 0.7
    assert iou(found, 2, masks_2HW[1]) > 0.7


def test_a_mask_comes_back_through_the_grid():
    mask_HW = np.zeros((80, 160), bool)
    mask_HW[24:56, 40:80] = True
    again_HW = WHOLE.mask(WHOLE.shares(mask_HW) - 0.5, (80, 160))
    differs_HW = again_HW ^ mask_HW
    assert differs_HW.sum() == 24  # each corner loses a few pixels, no side moves
    assert not differs_HW[32:48].any()


def test_views_agree_on_where_things_are():
    closer = View(40, 20, 120, 60, (80, 160))
    bump_hw = np.zeros(WHOLE.grid_hw, np.float32)
    bump_hw[5, 10] = 1
    row, column = np.argwhere(closer.seen_from(WHOLE, bump_hw) > 0.5).mean(axis=0)
    np.testing.assert_allclose(closer.cells_from(WHOLE, np.array([[5, 10]])), [[row, column]])


def test_the_read_finds_the_likest_cell_within_reach():
    readout = Readout(matches=2, temperature=0.01, threads=1, precision="f32")
    query = np.array([[1.0, 0.0]])
    keys = np.array([[0.0, 1.0], [1.0, 0.0], [0.9, np.sqrt(1 - 0.81)]])
    cells, reach = np.array([[0, 1], [0, 9], [3, 3]]), np.array([4, 4, 4])
    weight_QT, index_QT = readout(query, np.array([[0, 0]]), keys, cells, reach)
    assert index_QT.tolist() == [[2, 0]]
    np.testing.assert_allclose(weight_QT, [[1, 0]], atol=1e-6)


def test_a_cell_without_anything_in_reach_is_nobodys():
    readout = Readout(matches=2, temperature=0.1, threads=1, precision="f32")
    weight_QT, _ = readout(np.eye(2), np.zeros((2, 2)), np.eye(2), np.full((2, 2), 50), np.ones(2))
    assert not weight_QT.any()


def memory(**shares):
    """A memory of two cells; shares of both by object, as o1=(1, 0)."""
    ids = tuple(int(name[1:]) for name in shares)
    shares_KN = np.array(list(shares.values()), np.float32).T.reshape(2, len(ids))
    return Memory(WHOLE, ids, np.zeros((2, 2), np.int16), np.zeros((2, 4), np.float16), shares_KN)


def test_matches_in_frames_that_know_nothing_of_an_object_do_not_count():
    memories = (memory(o1=(1, 0)), memory(o1=(0, 0), o2=(1, 1)))
    weight_QT, index_QT = np.array([[0.5, 0.5]], np.float32), np.array([[0, 2]])
    shares_NQ = shares_by_matches(memories, weight_QT, index_QT, (1, 2, 3))
    assert shares_NQ.ravel().tolist() == [0.5, 1, 0]


def test_the_first_and_the_latest_prompted_frame_of_each_object_are_kept():
    memories = [memory(o1=(1, 1)), memory(o1=(1, 1)), memory(o1=(1, 1)), memory(o2=(1, 1))]
    assert still_needed(memories, limit=8) == (memories[0], memories[2], memories[3])


def test_of_too_many_prompted_frames_an_object_keeps_its_only_one():
    memories = [memory(o2=(1, 1)), memory(o1=(1, 1)), memory(o1=(1, 1))]
    assert still_needed(memories, limit=2) == (memories[0], memories[2])


def test_what_is_remembered_lies_around_the_objects():
    shares_Nhw = np.zeros((1, *WHOLE.grid_hw), np.float32)
    shares_Nhw[0, 5, 10] = 1
    kept = remember(WHOLE, np.zeros((*WHOLE.grid_hw, 4), np.float32), shares_Nhw, (1,), margin=1)
    assert len(kept.cells_K2) == 9
    np.testing.assert_array_equal(kept.shares_hw(1), shares_Nhw[0])


def test_an_object_that_nothing_is_left_of_stays_unseen():
    forgetful = LabelPropagation(colours, LabelPropagationConfig(prompted=0), threads=1, precision="f32")
    session = begun(forgetful, 1)
    session.step(scene(1), [MaskPrompt(1, 1, np.zeros_like(disk(1, 1)))])
    assert not session.step(scene(2)).masks_NHW.any()
