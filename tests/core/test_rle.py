"""Run-length codes hold a mask exactly and say its area, box and overlap without unpacking it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from masklet.core import rle
from masklet.core.errors import FormatError, ShapeError
from masklet.core.masks import mask_iou
from masklet.core.rle import Rle

MASKS = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12))


@given(MASKS)
def test_masks_come_back_as_they_went(mask_HW):
    code = rle.encode(mask_HW)
    assert (rle.decode(code) == mask_HW).all()
    assert code.area == mask_HW.sum()


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_overlap_is_that_of_the_masks(n, m, seed):
    random = np.random.default_rng(seed)
    first_NHW, second_MHW = random.random((n, 7, 9)) > 0.4, random.random((m, 7, 9)) > 0.4
    first_NHW[:, 0, 0] = second_MHW[:, 0, 0] = True  # none is empty
    iou_NM = rle.iou_matrix([rle.encode(mask) for mask in first_NHW], [rle.encode(mask) for mask in second_MHW])
    assert iou_NM == pytest.approx(mask_iou(first_NHW, second_MHW))


def test_overlap_with_nobody_has_no_columns():
    assert rle.iou_matrix([rle.encode(np.ones((2, 2), bool))], []).shape == (1, 0)


@settings(deadline=None)
@given(arrays(bool, array_shapes(min_dims=3, max_dims=3, max_side=9)))
def test_the_runs_of_many_are_those_of_each(masks_NHW):
    codes = [rle.encode(mask_HW) for mask_HW in masks_NHW]
    runs_K2, first_M1 = rle.runs_of_many(codes)
    for code, start, stop in zip(codes, first_M1[:-1], first_M1[1:], strict=True):
        runs = rle.run_lengths(code.counts)
        padded = runs_K2[start:stop].ravel()
        assert padded.tolist() == [*runs.tolist(), *[0] * (padded.size - runs.size)]


def test_the_boxes_of_many_are_those_of_each():
    codes = [rle.encode(mask_HW) for mask_HW in np.random.default_rng(0).random((4, 6, 7)) > 0.8]
    assert rle.boxes(codes).tolist() == [list(code.box_xyxy) for code in codes]
    assert rle.boxes([]).shape == (0, 4)


def test_the_union_has_what_any_mask_has():
    masks_NHW = np.random.default_rng(1).random((3, 6, 7)) > 0.7
    codes = [rle.encode(mask_HW) for mask_HW in masks_NHW]
    assert (rle.decode(rle.union(codes, (6, 7))) == masks_NHW.any(axis=0)).all()
    assert rle.union([], (6, 7)).area == 0


def test_the_box_ends_after_the_last_pixel():
    mask_HW = np.zeros((6, 8), bool)
    mask_HW[2:4, 3:7] = True
    assert rle.encode(mask_HW).box_xyxy == (3, 2, 7, 4)


def test_uncompressed_counts_begin_with_zeros():
    code = rle.from_uncompressed([1, 2, 1], (2, 2))
    assert rle.decode(code).tolist() == [[False, True], [True, False]]


@pytest.mark.parametrize("counts", [[1, 2], [5, -1], []], ids=["too few", "negative", "none"])
def test_uncompressed_counts_must_fill_the_mask(counts):
    with pytest.raises(FormatError, match="add up"):
        rle.from_uncompressed(counts, (2, 2))


def test_damaged_counts_are_refused():
    with pytest.raises(FormatError):
        rle.decode(Rle((4, 4), "0000000000"))


def test_only_a_single_mask_is_encoded():
    with pytest.raises(ShapeError, match=r"\(H, W\)"):
        rle.encode(np.zeros((1, 2, 2), bool))


@pytest.mark.parametrize("change", [
    pytest.param(lambda mask_HW: mask_HW[::2, ::-1], id="a view"),
    pytest.param(lambda mask_HW: mask_HW.T, id="turned"),
    pytest.param(lambda mask_HW: mask_HW.astype(np.int32), id="numbers"),
    pytest.param(lambda mask_HW: mask_HW[:0], id="no pixels"),
])  # fmt: skip
def test_a_mask_is_encoded_however_it_lies_in_memory(change):
    mask_HW = change(np.random.default_rng(0).random((9, 14)) > 0.5)
    assert np.array_equal(rle.decode(rle.encode(mask_HW)), mask_HW)
