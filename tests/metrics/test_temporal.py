import cv2
import numpy as np
import pytest

from masklet.core.errors import ShapeError
from masklet.core.label_space import VOID
from masklet.metrics.classes import pixel_accuracy
from masklet.metrics.neighbours import border_lengths, border_shares
from masklet.metrics.temporal import followed, optical_flow, seen_again, temporal_confusion

HEIGHT, WIDTH = 60, 80


def flow(x, y, size_HW=(HEIGHT, WIDTH)):
    return np.broadcast_to(np.array([x, y], dtype=np.float32), (*size_HW, 2)).copy()


def textured(seed=0, size_HW=(HEIGHT, WIDTH)):
    noise = np.random.default_rng(seed).integers(0, 255, (*size_HW, 3)).astype(np.uint8)
    return cv2.GaussianBlur(noise, (9, 9), 3)


def halves(left=40):
    label_map_HW = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    label_map_HW[:, left:] = 1
    return label_map_HW


def test_labels_that_move_with_the_picture_agree():
    first, then = halves(40), halves(45)
    counts = temporal_confusion(first, then, flow(5, 0), flow(-5, 0), 2)
    assert pixel_accuracy(counts) == 1
    assert counts.sum() == HEIGHT * (WIDTH - 5)


def test_labels_that_stay_while_the_picture_moves_do_not():
    counts = temporal_confusion(halves(), halves(), flow(5, 0), flow(-5, 0), 2)
    assert counts.tolist() == [[HEIGHT * 35, HEIGHT * 5, 0], [0, HEIGHT * 35, 0]]


def test_pixels_that_do_not_come_home_do_not_count():
    back = flow(-5, 0)
    back[:30] = [3, 0]
    seen_HW = seen_again(flow(5, 0), back)
    assert not seen_HW[:29].any()
    assert seen_HW[31:, :75].all()
    assert not seen_HW[:, 75:].any()


def test_a_small_miss_is_forgiven():
    assert seen_again(flow(20, 0), flow(-19, 0))[:, :60].all()
    assert not seen_again(flow(2, 0), flow(-1, 0))[:, :60].any()


def test_void_in_the_first_frame_does_not_count_and_in_the_next_one_is_disagreement():
    first, then = halves(), halves()
    first[:10] = VOID
    then[50:] = VOID
    counts = temporal_confusion(first, then, flow(0, 0), flow(0, 0), 2)
    assert counts.sum() == 50 * WIDTH
    assert counts[:, 2].sum() == 10 * WIDTH


def test_labels_are_fetched_from_where_pixels_go():
    then = halves(45)
    assert (followed(then, flow(5, 0))[:, :75] == halves(40)[:, :75]).all()
    assert (followed(then, flow(5, 0))[:, 75:] == VOID).all()


def test_flow_finds_a_shift():
    picture = textured(size_HW=(90, 120))
    moved = np.roll(picture, (2, 4), axis=(0, 1))
    found_HW2 = optical_flow(picture, moved)[10:-10, 10:-10]
    assert np.median(found_HW2.reshape(-1, 2), axis=0) == pytest.approx([4, 2], abs=0.2)


def test_a_hidden_part_is_found_by_the_flow_of_real_pictures():
    background, cover = textured(1, (90, 120)), textured(2, (30, 30))
    first, then = background.copy(), background.copy()
    first[30:60, 20:50] = cover
    then[30:60, 32:62] = cover
    there, back = optical_flow(first, then), optical_flow(then, first)
    seen_HW = seen_again(there, back)
    assert seen_HW[:25].mean() > 0.95
    assert seen_HW[35:55, 52:60].mean() < 0.5  # what the cover slides over


def test_other_sizes_are_refused():
    with pytest.raises(ShapeError):
        temporal_confusion(halves()[:5], halves(), flow(0, 0), flow(0, 0), 2)
    with pytest.raises(ShapeError):
        optical_flow(textured(), textured(size_HW=(10, 10)))


def test_borders_are_counted_both_ways():
    borders_LL = border_lengths(np.array([[0, 0], [1, 2]], dtype=np.uint8), 4)
    assert borders_LL.tolist() == [[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]]
    assert border_shares(borders_LL)[0].tolist() == [0, 0.5, 0.5, 0]
    assert border_shares(borders_LL)[3].tolist() == [0, 0, 0, 0]
