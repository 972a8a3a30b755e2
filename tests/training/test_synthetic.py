"""Clips made up from single pictures, and cut-outs on real clips."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ShapeError  # noqa: E402
from masklet.models.layers.filling import fill, grow, smooth_fill  # noqa: E402
from masklet.training import warp  # noqa: E402
from masklet.training.cast import CastConfig, blob, presence  # noqa: E402
from masklet.training.layers import Actor, cut_out, lay, smear, whole_cutouts  # noqa: E402
from masklet.training.motion import Motion, random_path, wander  # noqa: E402
from masklet.training.synthetic import Cutout, SyntheticConfig, paste, synthetic_clip  # noqa: E402
from masklet.training.transforms import ColourJitter  # noqa: E402

RED, BLUE = (230, 30, 30), (30, 30, 230)
ALONE = CastConfig(most_pasted=0, occluder=0, look_alike=0, late=0, gone=0)
STILL = replace(ALONE, motion=Motion())
DULL = SyntheticConfig(cast=ALONE, motion_blur=0, light=ColourJitter(per="frame", probability=0))


def generator(seed=0):
    return np.random.default_rng(seed)


def picture(size_HW=(72, 104)):
    """A grey picture of fine texture with a red object 3 and a blue object 7."""
    image = np.repeat(generator(5).integers(90, 120, (*size_HW, 1), dtype=np.uint8), 3, axis=-1)
    labels = np.zeros(size_HW, np.uint8)
    labels[15:40, 20:50] = 3
    labels[40:62, 66:86] = 7
    image[labels == 3], image[labels == 7] = RED, BLUE
    return image, labels


def green_cutout(size=30):
    image = np.full((size, size, 3), (30, 230, 30), np.uint8)
    mask = np.zeros((size, size), bool)
    mask[3:-3, 5:-5] = True
    return Cutout(image, mask)


def looks_like(frames_THW3, colour, near=90):
    return np.abs(frames_THW3.astype(int) - colour).sum(axis=-1) < near


def overlap(first, second):
    return (first & second).sum() / max((first | second).sum(), 1)


@pytest.mark.parametrize("seed", range(6))
def test_every_label_lies_on_its_object(seed):
    frames, labels = synthetic_clip(*picture(), generator(seed), replace(DULL, length=4))
    assert frames.shape == (4, 72, 104, 3)
    assert frames.dtype == labels.dtype == np.uint8
    for colour, object_id in ((RED, 3), (BLUE, 7)):
        for frame in range(4):
            truth = labels[frame] == object_id
            if truth.sum() > 200:
                assert overlap(looks_like(frames[frame], colour), truth) > 0.85


def test_nothing_moves_where_no_motion_is_allowed():
    image, labels = picture()
    config = replace(DULL, cast=STILL, camera=Motion())
    frames, moved = synthetic_clip(image, labels, generator(), config)
    assert (moved == labels).all()
    assert (frames == frames[:1]).all()
    inside = labels == 3
    assert np.abs(frames[0][inside].astype(int) - image[inside]).mean() < 8


def test_objects_and_ground_move_apart():
    image, labels = picture()
    config = replace(DULL, camera=Motion(), cast=replace(ALONE, motion=Motion(shift=0.15)))
    frames, moved = synthetic_clip(image, labels, generator(1), config)
    assert all((moved[0] == object_id).any() for object_id in (3, 7))
    assert (moved[0] != moved[2]).any()
    far = ~grow(torch.from_numpy(labels > 0), 6).numpy() & ~(
        grow(torch.from_numpy((moved > 0).any(axis=0)), 4).numpy()
    )
    assert (frames[:, far] == image[far]).all()


def test_the_same_seed_gives_the_same_clip():
    once, again, other = [
        synthetic_clip(*picture(), generator(seed), SyntheticConfig(), [green_cutout()]) for seed in (1, 1, 2)
    ]
    assert (once[0] == again[0]).all()
    assert (once[1] == again[1]).all()
    assert (once[0] != other[0]).any()


@pytest.mark.parametrize("seed", range(12))
def test_an_object_of_the_picture_is_seen_in_the_first_frame_and_only_known_ids_come_up(seed):
    busy = CastConfig(most_pasted=3, occluder=0.9, look_alike=0.5, late=0.5, gone=0.5, followed=0.5)
    config = SyntheticConfig(length=4, cast=busy)
    _, labels = synthetic_clip(*picture(), generator(seed), config, [green_cutout()] * 3)
    assert set(np.unique(labels)) <= {0, 3, 7, 8, 9, 10}
    assert max((labels[0] == 3).sum() / 750, (labels[0] == 7).sum() / 440) > 0.25


def test_void_stays_void_and_objects_left_resting_keep_their_labels():
    image, labels = picture()
    labels[:6] = 255
    config = replace(DULL, most_objects=0, camera=Motion())
    frames, moved = synthetic_clip(image, labels, generator(), config)
    assert (moved == labels).all()
    assert (frames == image).all()


def test_nothing_is_left_where_a_moving_object_was():
    image, labels = picture()
    for seed in range(6):
        config = replace(DULL, cast=replace(ALONE, motion=Motion(shift=0.4)), camera=Motion())
        frames, moved = synthetic_clip(image, labels, generator(seed), config)
        left = looks_like(frames, RED, near=200) & ~grow_all(moved == 3, 2)
        assert not left.any()


def grow_all(masks_THW, pixels):
    return np.stack([grow(torch.from_numpy(mask), pixels).numpy() for mask in masks_THW])


@pytest.mark.parametrize("seed", range(4))
def test_late_objects_come_after_the_first_frame(seed):
    config = replace(DULL, cast=replace(STILL, late=1.0), camera=Motion(), length=3)
    frames, labels = synthetic_clip(*picture(), generator(seed), config)
    first_ids, last_ids = set(np.unique(labels[0])), set(np.unique(labels[-1]))
    assert len(first_ids - {0}) == 1
    assert last_ids == {0, 3, 7}
    (late,) = last_ids - first_ids
    assert not looks_like(frames[0], RED if late == 3 else BLUE).any()


def test_objects_leave_and_some_return():
    leave = replace(ALONE, gone=1.0)
    presences = [presence(generator(seed), leave, 5, first=True) for seed in range(40)]
    assert all(present[0] and not all(present) for present in presences)
    assert any(present[-1] for present in presences)
    assert any(not present[-1] for present in presences)


def test_pasted_objects_get_new_ids_and_others_none():
    for followed, expected in ((1.0, {4}), (0.0, set())):
        cast = replace(STILL, most_pasted=1, followed=followed, pasted_side=(0.3, 0.3))
        config = replace(DULL, cast=cast, camera=Motion())
        image, labels = picture()
        labels[labels == 7] = 0
        clips = [synthetic_clip(image, labels, generator(seed), config, [green_cutout()]) for seed in range(8)]
        assert set(np.unique([labels for _, labels in clips])) - {0, 3} == expected
        assert any(looks_like(frames, (30, 230, 30)).sum() > 100 for frames, _ in clips)


def test_a_look_alike_is_there_twice_and_labelled_once():
    image, labels = picture()
    config = replace(DULL, cast=replace(STILL, look_alike=1.0), camera=Motion())
    frames, moved = synthetic_clip(image, labels, generator(3), config)
    beside = looks_like(frames[0], RED, near=160) & ~grow_all(moved[:1] == 3, 2)[0]
    assert beside.sum() > 200
    assert (moved[0][beside] != 3).all()


def test_an_occluder_cuts_the_label_of_what_it_covers():
    config = replace(DULL, cast=replace(STILL, occluder=1.0), camera=Motion())
    for seed in range(6):
        frames, labels = synthetic_clip(*picture(), generator(seed), config, [green_cutout()])
        green = looks_like(frames, (30, 230, 30), near=30)
        assert green.any()
        assert (labels[green] == 0).all()


def test_what_an_occluder_hides_in_the_first_frame_comes_into_view_later():
    def share_of_clips(from_the_first):
        cast = replace(STILL, occluder=1.0, occluder_side=(0.7, 0.7), from_the_first=from_the_first)
        moving = replace(cast, motion=Motion(shift=0.3))
        config = replace(DULL, length=5, cast=moving, camera=Motion())
        grown = []
        for seed in range(16):
            _, labels = synthetic_clip(*picture(), generator(seed), config, [green_cutout()])
            seen_T = (labels == 3).sum(axis=(1, 2))
            grown.append(seen_T[0] < 0.8 * seen_T.max())
        return np.mean(grown)

    assert share_of_clips(1.0) > share_of_clips(0.0) + 0.15


def test_without_cutouts_a_piece_of_the_picture_passes_in_front():
    config = replace(DULL, cast=replace(STILL, occluder=1.0), camera=Motion())
    labels = [synthetic_clip(*picture(), generator(seed), config)[1] for seed in range(6)]
    assert any((each == 3).sum() < 3 * 740 for each in labels)
    assert 0 < blob(picture()[0], generator()).mask_HW.mean() < 0.5


def test_pasting_on_a_real_clip_cuts_labels_and_adds_ids():
    image, labels = picture()
    frames_THW3, labels_THW = np.stack([image] * 3), np.stack([labels] * 3)
    config = replace(ALONE, most_pasted=2, occluder=0.5, followed=1.0)
    changed = 0
    for seed in range(8):
        given = frames_THW3.copy(), labels_THW.copy()
        frames, pasted = paste(*given, [green_cutout()], generator(seed), config)
        assert (given[0] == frames_THW3).all()
        assert (given[1] == labels_THW).all()
        assert set(np.unique(pasted)) <= {0, 3, 7, 8}
        assert all((pasted[0] == each).sum() >= 0.3 * (labels == each).sum() for each in (3, 7))
        untouched = (frames == frames_THW3).all(axis=-1)
        assert (pasted[untouched] == labels_THW[untouched]).all()
        changed += (~untouched).any()
    assert changed >= 4


def test_pasting_nothing_changes_nothing():
    image, labels = picture()
    frames, same = paste(image[None], labels[None], [], generator(), ALONE)
    assert (frames == image).all()
    assert (same == labels).all()


def test_an_object_away_in_some_frame_of_a_real_clip_is_no_hindrance():
    image, labels = picture()
    labels_THW = np.stack([labels, np.zeros_like(labels)])
    _, pasted = paste(np.stack([image] * 2), labels_THW, [], generator(), replace(ALONE, occluder=1.0))
    assert (pasted[1] == 0).all()


@pytest.mark.parametrize("seed", range(6))
def test_an_object_cut_by_the_border_does_not_come_in_with_its_cut_edge(seed):
    image, labels = picture()
    labels[:] = 0
    labels[30:60, 70:] = 3
    alive = replace(ALONE, motion=Motion(shift=0.2, degrees=10, scale=1.1))
    _, moved = synthetic_clip(image, labels, generator(seed), replace(DULL, cast=alive, camera=Motion()))
    for mask_HW in moved == 3:
        rows = np.flatnonzero(mask_HW.any(axis=1))[3:-3]
        assert mask_HW[rows, -1].mean() > 0.9 or len(rows) < 12
    assert (moved[0] != moved[2]).any()


def test_whole_cutouts_are_large_and_not_cut_by_the_border():
    image, labels = picture()
    labels[:20, 90:] = 9
    labels[70, 10] = 11
    (red, blue) = whole_cutouts(image, labels, least_pixels=100)
    assert red.mask_HW.shape == (25, 30)
    assert (red.image_HW3[red.mask_HW] == RED).all()
    assert blue.side == 22


@pytest.mark.parametrize("length", [1, 2, 8])
def test_clips_may_have_any_length(length):
    frames, labels = synthetic_clip(*picture(), generator(), SyntheticConfig(length=length), [green_cutout()])
    assert len(frames) == len(labels) == length


def test_a_picture_without_objects_gives_a_clip_of_what_is_pasted():
    image, labels = picture()
    config = SyntheticConfig(cast=replace(ALONE, most_pasted=3, followed=1.0))
    ids = [
        set(np.unique(synthetic_clip(image, 0 * labels, generator(seed), config, [green_cutout()])[1]))
        for seed in range(4)
    ]
    assert {0, 1} in ids


def test_a_cut_out_has_soft_edges_in_its_own_colours():
    layer = cut_out(*(lambda cutout: (cutout.image_HW3, cutout.mask_HW))(green_cutout()))
    coverage = layer.rgba_4hw[3].numpy()
    assert ((coverage > 0.05) & (coverage < 0.95)).any()
    assert coverage[15, 15] == pytest.approx(1)
    edge = (coverage > 0.2) & (coverage < 0.8)
    colours = (layer.rgba_4hw[:3] / layer.rgba_4hw[3:].clamp(min=1e-6)).numpy()[:, edge]
    assert colours == pytest.approx(np.broadcast_to([[30], [230], [30]], colours.shape), abs=2)


def test_a_layer_outside_the_frame_leaves_it_alone():
    layer = cut_out(green_cutout().image_HW3, green_cutout().mask_HW)
    canvas, labels = torch.zeros(3, 40, 40), torch.zeros(40, 40, dtype=torch.uint8)
    lay(canvas, labels, Actor(layer, 5, [warp.shift(-100, 20)]), 0, shutter=0)
    assert not canvas.any()
    lay(canvas, labels, Actor(layer, 5, [warp.shift(0, 20)]), 0, shutter=0)
    assert labels[20, 0] == 5
    assert labels.max() == 5


def test_fast_things_smear_along_their_way():
    image = torch.zeros(1, 21, 21)
    image[0, 10, 10] = 1.0
    moved = smear(image, np.array([6, 0]))
    assert (moved[0, 10] > 0).sum() == 7
    assert moved.sum() == pytest.approx(1)
    assert (moved[0].sum(dim=1) > 0).sum() == 1
    assert smear(image, np.array([1, 0])) is image


def test_a_hole_in_a_ramp_is_filled_along_it():
    ramp = torch.linspace(0, 250, 64).expand(3, 48, 64).contiguous()
    hole = torch.zeros(48, 64, dtype=torch.bool)
    hole[16:32, 24:40] = True
    broken = torch.where(hole, torch.tensor(0.0), ramp)
    assert (smooth_fill(broken, ~hole) - ramp).abs().max() < 30
    filled = fill(broken, hole, ~hole, generator())
    assert (filled[:, ~hole] == ramp[:, ~hole]).all()
    assert (filled - ramp).abs().max() < 40


def test_a_picture_that_is_all_hole_comes_back_grey():
    image = torch.zeros(3, 9, 13)
    assert smooth_fill(image, torch.zeros(9, 13, dtype=torch.bool)).numpy() == pytest.approx(127)


def test_a_way_is_smooth_and_stands_still_in_one_frame():
    bounds = np.array([10.0, 5.0, 2.0])
    values = wander(generator(), 12, bounds)
    assert (np.abs(np.diff(values, axis=0)) <= bounds + 1e-9).all()
    assert (values == 0).all(axis=1).sum() == 1
    path = random_path(generator(), 5, Motion(), side=10, frame_side=50)
    assert all((pose.linear_22 == np.eye(2)).all() and not pose.shift_2.any() for pose in path)


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        pytest.param(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), bool), id="empty mask"),
        pytest.param(np.zeros((8, 8, 3), np.uint8), np.ones((8, 9), bool), id="sizes differ"),
        pytest.param(np.zeros((8, 8, 3), np.float32), np.ones((8, 8), bool), id="float image"),
    ],
)
def test_what_is_no_cutout_is_refused(image, mask):
    with pytest.raises(ShapeError, match="not empty"):
        Cutout(image, mask)


def test_what_is_no_picture_is_refused():
    with pytest.raises(ShapeError, match="Expected a uint8 image"):
        synthetic_clip(np.zeros((8, 8, 3), np.uint8), np.zeros((9, 8), np.uint8), generator())
