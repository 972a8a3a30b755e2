import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from masklet.core.errors import ShapeError
from masklet.metrics.boundary import boundary_f, boundary_map, boundary_similarity, boundary_tolerance


def naive_outline(mask_HW):
    """The rule pixel by pixel: does it differ from its right, lower or lower right neighbour."""
    height, width = mask_HW.shape
    return {
        (y, x)
        for y in range(height)
        for x in range(width)
        if any(
            mask_HW[y, x] != mask_HW[min(y + dy, height - 1), min(x + dx, width - 1)]
            for dy, dx in ((0, 1), (1, 0), (1, 1))
        )
    }


def naive_f(predicted_HW, truth_HW, tolerance):
    """Every pair of outline pixels is measured."""

    def share_near(outline, other):
        near = sum(any((y - v) ** 2 + (x - u) ** 2 <= tolerance**2 for v, u in other) for y, x in outline)
        return near / len(outline)

    predicted, truth = naive_outline(predicted_HW), naive_outline(truth_HW)
    if not predicted or not truth:
        return float(predicted == truth)
    precision, recall = share_near(predicted, truth), share_near(truth, predicted)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@st.composite
def pairs_of_masks(draw):
    """Specks, blobs and noise of any small size."""
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    seed = draw(st.integers(0, 10_000))
    shares = draw(st.tuples(*[st.sampled_from([0, 0.02, 0.1, 0.5, 0.95, 1])] * 2))
    random = np.random.default_rng(seed)
    return tuple(random.random(shape) < share for share in shares)


@settings(deadline=None)
@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_the_outline_is_that_of_the_rule(mask_HW):
    assert {tuple(pixel) for pixel in np.argwhere(boundary_map(mask_HW))} == naive_outline(mask_HW)


@settings(deadline=None)
@given(masks=pairs_of_masks(), tolerance=st.integers(0, 5))
def test_f_is_that_of_comparing_all_pairs_of_pixels(masks, tolerance):
    assert boundary_f(*masks, tolerance=tolerance) == naive_f(*masks, tolerance)


@pytest.mark.parametrize("most", [0, 10**9], ids=["by distance", "by lookup"])
def test_both_ways_of_measuring_agree_with_all_pairs(most, monkeypatch):
    monkeypatch.setattr("masklet.metrics.boundary.MOST_LOOKUPS", most)
    random = np.random.default_rng(0)
    predicted, truth = random.random((30, 40)) < 0.03, random.random((30, 40)) < 0.005
    assert boundary_f(predicted, truth, tolerance=7) == naive_f(predicted, truth, 7)


SQUARE = np.zeros((40, 40), dtype=bool)
SQUARE[10:20, 10:20] = True
EMPTY = np.zeros_like(SQUARE)


@pytest.mark.parametrize(
    ("predicted", "truth", "expected"),
    [
        pytest.param(SQUARE, SQUARE, 1.0, id="same"),
        pytest.param(SQUARE, np.roll(SQUARE, 2, axis=1), 1.0, id="moved within the tolerance"),
        pytest.param(SQUARE, np.roll(SQUARE, 15, axis=1), 0.0, id="moved out of reach"),
        pytest.param(EMPTY, EMPTY, 1.0, id="neither has an outline"),
        pytest.param(EMPTY, SQUARE, 0.0, id="object missed"),
        pytest.param(SQUARE, EMPTY, 0.0, id="object only predicted"),
        pytest.param(~EMPTY, EMPTY, 1.0, id="a full picture has no outline either"),
    ],
)
def test_boundary_f(predicted, truth, expected):
    assert boundary_f(predicted, truth, tolerance=2) == expected


@pytest.mark.parametrize(
    ("size_HW", "pixels"), [((480, 854), 8), ((240, 432), 4), ((1080, 1920), 18), ((1, 1), 1)], ids=str
)
def test_the_tolerance_grows_with_the_diagonal(size_HW, pixels):
    assert boundary_tolerance(size_HW) == pixels


def test_the_tolerance_of_the_picture_is_taken_unless_given():
    video, moved = SQUARE[None], np.roll(SQUARE, 2, axis=1)[None]
    assert boundary_similarity(video, moved)[0] < boundary_similarity(video, moved, tolerance=2)[0] == 1


def test_masks_of_different_sizes_are_refused():
    with pytest.raises(ShapeError, match=r"\(40, 40\).*\(40, 39\)"):
        boundary_f(SQUARE, SQUARE[:, 1:], tolerance=1)
