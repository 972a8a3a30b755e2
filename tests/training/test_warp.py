"""Geometry of training clips."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.training import warp  # noqa: E402

POINTS = np.array([[0.0, 0.0], [10.0, -4.0], [-7.0, 3.0], [2.5, 8.0], [-9.0, -9.0]])


def source(size_HW=(40, 56), frames=1, seed=0):
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (frames, *size_HW, 3), dtype=np.uint8)


def middle(size_HW):
    return warp.shift((size_HW[1] - 1) / 2, (size_HW[0] - 1) / 2)


@pytest.mark.parametrize(
    "each",
    [
        pytest.param(warp.shift(3, -2), id="shift"),
        pytest.param(warp.stretch(-1, 0.5), id="stretch"),
        pytest.param(warp.turn(30), id="turn"),
        pytest.param(warp.shear(20), id="shear"),
        pytest.param(warp.turn(30).after(warp.shift(5, 1)), id="turn after shift"),
    ],
)
def test_the_inverse_undoes_a_map(each):
    assert each.inverse()(each(POINTS)) == pytest.approx(POINTS)


def test_maps_after_each_other_are_the_map_of_both():
    both = warp.turn(20).after(warp.shear(5)).after(warp.shift(1, 2))
    assert both(POINTS) == pytest.approx(warp.turn(20)(warp.shear(5)(warp.shift(1, 2)(POINTS))))
    assert both(POINTS) == pytest.approx(warp.chain([warp.shift(1, 2), warp.shear(5), warp.turn(20)])(POINTS))


def test_four_quarter_turns_change_nothing_and_one_is_a_turn_by_ninety_degrees():
    assert (warp.quarter_turns(4)(POINTS) == POINTS).all()
    assert warp.quarter_turns(1)(POINTS) == pytest.approx(warp.turn(90)(POINTS))


def test_a_thin_plate_moves_its_anchors_as_told():
    moves_P2 = np.random.default_rng(0).normal(0, 2, POINTS.shape)
    assert warp.ThinPlate(POINTS, moves_P2)(POINTS) == pytest.approx(POINTS + moves_P2)


def test_a_thin_plate_moved_by_an_affine_map_is_that_map_everywhere():
    affine = warp.turn(10).after(warp.shift(4, 1))
    plate = warp.ThinPlate(POINTS, affine(POINTS) - POINTS)
    elsewhere_P2 = np.random.default_rng(1).uniform(-20, 20, (30, 2))
    assert plate(elsewhere_P2) == pytest.approx(affine(elsewhere_P2))


@pytest.mark.parametrize("size_HW", [(40, 56), (33, 33), (1, 5), (7, 300)])
def test_the_identity_returns_every_pixel_as_it_was(size_HW):
    images = source(size_HW)
    grid = warp.sampling_grid([middle(size_HW)], size_HW, size_HW)
    assert (warp.to_uint8(warp.sample_images(warp.planar(images), grid)) == images).all()
    assert (warp.sample_labels(images[..., 0], grid, outside=9).numpy() == images[..., 0]).all()


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        pytest.param(warp.stretch(-1, 1), lambda image: image[:, ::-1], id="horizontal flip"),
        pytest.param(warp.stretch(1, -1), lambda image: image[::-1], id="vertical flip"),
        pytest.param(warp.quarter_turns(1), lambda image: np.rot90(image, 1), id="quarter turn"),
        pytest.param(warp.quarter_turns(2), lambda image: np.rot90(image, 2), id="half turn"),
    ],
)
def test_flips_and_quarter_turns_are_those_of_arrays(each, expected):
    images = source((41, 41))
    grid = warp.sampling_grid([middle((41, 41)).after(each)], (41, 41), (41, 41))
    assert (warp.to_uint8(warp.sample_images(warp.planar(images), grid))[0] == expected(images[0])).all()


def test_beyond_the_border_pixels_go_on_and_the_label_is_the_one_given():
    images, labels = source((20, 30)), np.full((1, 20, 30), 4, np.uint8)
    grid = warp.sampling_grid([warp.shift(-5, 0).after(middle((20, 30)))], (20, 30), (20, 30))
    shifted = warp.to_uint8(warp.sample_images(warp.planar(images), grid))
    assert (shifted[:, :, 5:] == images[:, :, :-5]).all()
    assert (shifted[:, :, :5] == images[:, :, :1]).all()
    sampled = warp.sample_labels(labels, grid, outside=255).numpy()
    assert (sampled[:, :, :5] == 255).all()
    assert (sampled[:, :, 5:] == 4).all()


def test_labels_are_never_blended_where_they_meet():
    labels = np.full((1, 40, 56), 1, np.uint8)
    labels[:, :, 20:] = 9
    labels[:, 25:, :] = 200
    grid = warp.sampling_grid(
        [middle((40, 56)).after(warp.turn(17)).after(warp.stretch(0.3, 0.3))], (90, 90), (40, 56)
    )
    assert set(np.unique(warp.sample_labels(labels, grid, outside=0))) == {1, 9, 200}


def test_each_frame_takes_its_own_map():
    images = source((20, 30), frames=2)
    maps_T = [middle((20, 30)), warp.shift(1, 0).after(middle((20, 30)))]
    sampled = warp.to_uint8(
        warp.sample_images(warp.planar(images), warp.sampling_grid(maps_T, (20, 30), (20, 30)))
    )
    assert (sampled[0] == images[0]).all()
    assert (sampled[1, :, :-1] == images[1, :, 1:]).all()
