import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.models.masklet_s.evidence import evidence
from masklet.models.masklet_s.view import View, canvas_of, view_of

SIZES = st.tuples(st.integers(1, 900), st.integers(1, 900))


def looking(box, size_HW, margin=0.5, zoom=2.0, pixels=256 * 256):
    return view_of(box, size_HW, canvas_HW=canvas_of(size_HW, pixels), margin=margin, zoom=zoom)


@given(SIZES)
def test_a_canvas_has_whole_cells_and_no_more_pixels_than_asked_for(size_HW):
    height, width = canvas_of(size_HW, 256 * 256)
    assert (height % 16, width % 16) == (0, 0)
    assert height * width <= 1.5 * 256 * 256 or min(size_HW) < 16


@given(SIZES, st.tuples(*[st.floats(0, 1)] * 4))
def test_a_view_lies_in_the_frame_and_holds_its_box(size_HW, corners):
    (y1, y2), (x1, x2) = (
        sorted(side * corner for corner in corners[n : n + 2]) for n, side in ((0, size_HW[0]), (2, size_HW[1]))
    )
    view = looking((x1, y1, x2, y2), size_HW)
    assert 0 <= view.left < view.right <= size_HW[1]
    assert 0 <= view.top < view.bottom <= size_HW[0]
    assert view.left - 1 <= x1 <= x2 <= view.right + 1
    assert view.top - 1 <= y1 <= y2 <= view.bottom + 1


@pytest.mark.parametrize(
    ("box", "width"),
    [
        pytest.param((0, 0, 400, 200), 400, id="the whole frame"),
        pytest.param((190, 95, 210, 105), 200, id="as close as it may"),
        pytest.param((120, 60, 260, 130), 283, id="with room around it"),
    ],
)
def test_a_view_is_as_close_as_its_objects_allow(box, width):
    view = looking(box, (200, 400))
    assert view.right - view.left == width


def test_small_frames_are_not_looked_at_through_a_microscope():
    view = looking((10, 10, 12, 12), (40, 60))
    assert (view.right - view.left, view.canvas_HW) == (60, (80, 128))


def test_shares_and_masks_are_each_others_way_back():
    view = View(20, 10, 148, 138, (128, 128))
    mask_HW = np.zeros((200, 200), bool)
    mask_HW[42:102, 60:120] = True
    shares_hw = view.shares(mask_HW)
    assert shares_hw.shape == (32, 32)
    assert shares_hw.sum() * 16 == pytest.approx(mask_HW.sum(), rel=0.02)
    found_HW = view.spread(shares_hw - 0.5) > 0
    assert (found_HW ^ mask_HW[10:138, 20:148]).sum() < 100


def test_cells_move_between_views():
    wide, close = View(0, 0, 256, 256, (128, 128)), View(64, 64, 192, 192, (128, 128))
    mask_HW = np.zeros((256, 256), bool)
    mask_HW[96:160, 96:160] = True
    moved_hw = close.seen_from(wide, wide.shares(mask_HW))
    np.testing.assert_allclose(moved_hw, close.shares(mask_HW), atol=0.51)


def test_beyond_a_view_there_is_nothing():
    wide, close = View(0, 0, 256, 256, (128, 128)), View(64, 64, 192, 192, (128, 128))
    assert wide.seen_from(close, np.ones((32, 32), np.float32))[0, 0] == 0


def test_friends_may_have_the_same_place():
    log_p = np.log(np.full((2, 1, 1), 0.9))
    log_background = np.log(np.full((2, 1, 1), 0.1))
    assert (evidence(log_p, log_background, np.eye(2)) > 0).all()


@given(st.integers(1, 5), st.integers(0, 10))
def test_no_place_goes_to_two_rivals_and_none_is_left_out(objects, seed):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(objects + 1), size=20).T
    log_p = np.log(shares[:-1])[:, :, None]
    log_background = np.broadcast_to(np.log(shares[-1])[None, :, None], log_p.shape)
    won = evidence(log_p, log_background, np.ones((objects, objects))) > 0
    best = shares.argmax(axis=0)
    np.testing.assert_array_equal(won.sum(axis=0).ravel(), best < objects)
    assert all(won[winner, place] for place, winner in enumerate(best) if winner < objects)


def test_places_are_those_of_the_view_that_asks():
    view = View(0, 0, 128, 64, (64, 128))
    own_P4 = view.place(view)
    assert own_P4[0].tolist() == [-3.5, -1.5, 1, 14.5]
    assert own_P4[-1].tolist() == [3.5, 1.5, 1, 14.5]
    closer = View(64, 32, 128, 64, (64, 128))
    seen_P4 = view.place(closer)
    # the first cell of the closer view is half as large and lies just right of and below the middle
    assert seen_P4[0].tolist() == pytest.approx([0.25, 0.25, 1, 0.125])
    assert View.from_numbers(view.numbers) == view
