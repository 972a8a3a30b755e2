"""Every format of masks gives back what it was given, and says what it cannot hold."""

import numpy as np
import pytest

from masklet.core.values import FrameMasks
from masklet.formats import FORMATS, Reading, read_masklets, read_tracks, write_masklets
from masklet.formats.change import renumbered
from masklet.masklets import BoxTracks, Masklets
from samples import assert_same_masks, random_masklets

MASK_FORMATS = [name for name, form in FORMATS.items() if form.holds == "masks"]
BOX_FORMATS = [name for name, form in FORMATS.items() if form.holds == "boxes"]
FORGET_GAPS = ("mots-txt", "kitti-mots-txt", "cvat")
FORGET_LABELS = ("davis", "sav-json", "sav-png")
FORGET_NAMES = ("mots-txt", "kitti-mots-txt", "cvat", "sav-json")
NAMES = [f"{index:05d}" for index in range(12)]
SIZE_HW = (12, 20)


def there_and_back(masklets, name, folder, *, names=None):
    path = folder / f"written{FORMATS[name].suffix}"
    write_masklets(masklets, path, name)
    back = read_masklets(path, name, about=Reading(names=names))
    return renumbered(back) if "mots" in name else back


def frame(index, masks, *, label="car"):
    """Masks of objects by id, each given as a slice of rows."""
    masks_NHW = np.zeros((len(masks), *SIZE_HW), dtype=bool)
    for mask_HW, rows in zip(masks_NHW, masks.values(), strict=True):
        mask_HW[rows, 3:9] = True
    scores_N = np.linspace(0.5, 0.9, len(masks))
    return FrameMasks(index, tuple(masks), masks_NHW, scores_N, (label,) * len(masks))


def collect(*frames):
    return Masklets.from_frame_masks(SIZE_HW, iter(frames))


@pytest.mark.parametrize("name", MASK_FORMATS)
def test_masks_come_back_as_they_went(tmp_path, name):
    written = random_masklets(frames=8)
    assert_same_masks(there_and_back(written, name, tmp_path), written)


@pytest.mark.parametrize("name", MASK_FORMATS)
def test_absent_objects_and_empty_frames_come_back(tmp_path, name):
    written = collect(
        frame(0, {1: slice(0, 3), 2: slice(5, 7)}),
        frame(1, {}),
        frame(2, {2: slice(5, 6)}),
        frame(3, {1: slice(0, 1)}),
    )
    back = there_and_back(written, name, tmp_path)
    assert_same_masks(back, written)
    assert back.frame_indices == (0, 1, 2, 3)
    assert back.objects(1) == ()


@pytest.mark.parametrize("name", [name for name in MASK_FORMATS if name not in FORGET_GAPS])
def test_frames_that_were_never_looked_at_stay_so(tmp_path, name):
    written = collect(
        frame(0, {1: slice(0, 3)}), frame(3, {1: slice(1, 4)}), frame(8, {}), frame(9, {1: slice(0, 2)})
    )
    back = there_and_back(written, name, tmp_path, names=NAMES)
    assert back.frame_indices == (0, 3, 8, 9)
    assert_same_masks(back, written)


@pytest.mark.parametrize("name", MASK_FORMATS)
def test_overlapping_objects_stay_so_or_go_to_the_better_score(tmp_path, name):
    written = collect(frame(0, {1: slice(0, 6), 2: slice(4, 9)}))
    resolved = collect(frame(0, {1: slice(0, 4), 2: slice(4, 9)}))
    expected = written if FORMATS[name].overlap else resolved
    assert_same_masks(there_and_back(written, name, tmp_path), expected)


@pytest.mark.parametrize("name", MASK_FORMATS)
def test_a_video_without_objects_comes_back(tmp_path, name):
    if name in ("mots-txt", "kitti-mots-txt", "sav-png"):
        pytest.skip("holds nothing of a frame without objects")
    back = there_and_back(collect(frame(0, {}), frame(1, {})), name, tmp_path)
    assert (back.object_ids, back.frame_indices) == ((), (0, 1))


@pytest.mark.parametrize("name", [name for name in MASK_FORMATS if name not in FORGET_LABELS])
def test_labels_come_back(tmp_path, name):
    written = collect(frame(0, {1: slice(0, 3)}, label="car"), frame(1, {2: slice(5, 8)}, label=None))
    back = there_and_back(written, name, tmp_path)
    assert back.labels == {1: "car", 2: None}


@pytest.mark.parametrize("name", [name for name in MASK_FORMATS if name not in FORGET_NAMES])
def test_frame_names_come_back(tmp_path, name):
    written = Masklets(SIZE_HW, {0: collect(frame(0, {1: slice(0, 3)})).objects(0)}, {0: "frame_000000"})
    assert there_and_back(written, name, tmp_path).frame_name(0) == "frame_000000"


@pytest.mark.parametrize("name", MASK_FORMATS)
def test_every_format_is_recognised(tmp_path, name):
    path = tmp_path / f"written{FORMATS[name].suffix}"
    write_masklets(random_masklets(), path, name)
    assert_same_masks(renumbered(read_masklets(path)), random_masklets())


@pytest.mark.parametrize("name", BOX_FORMATS)
def test_boxes_come_back_as_they_went(tmp_path, name):
    written = BoxTracks.from_masklets(random_masklets())
    write_masklets(written, tmp_path / "boxes", name)
    back = read_tracks(tmp_path / "boxes")
    assert [index for index, boxes in written.frames.items() if len(boxes)] == list(back.frames)
    for index, boxes in back.frames.items():
        assert boxes.object_ids == written.frames[index].object_ids
        np.testing.assert_allclose(boxes.boxes_N4, written.frames[index].boxes_N4)
        np.testing.assert_allclose(boxes.scores_N, written.frames[index].scores_N)
