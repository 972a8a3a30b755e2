"""All that is sure in a picture is found once; all that is not is turned away and counted with its reason."""

import numpy as np
import pytest

from fakes import BLUE, GREEN, RED, PaintedDetector, PaintedSegmenter, paint
from masklet.core.errors import PromptError
from masklet.core.values import Box, Frame, FrameMasks, Points
from masklet.pipelines.everything import EverythingConfig, everything, grid_points, windows
from masklet.pipelines.sureness import inner_parts, probes, touches_inner_edge

SIZE_HW = (60, 80)
Y_HW, X_HW = np.mgrid[: SIZE_HW[0], : SIZE_HW[1]]


def disk(x, y, radius):
    return (X_HW - x) ** 2 + (Y_HW - y) ** 2 < radius**2


LEFT, RIGHT = disk(20, 25, 12), disk(58, 35, 13)


def scene(*painted):
    """A frame of masks in colours, later ones on top."""
    image_HW3 = paint([])
    for colour, mask_HW in painted:
        image_HW3[mask_HW] = colour
    return Frame(3, 0.12, image_HW3)


TWO = scene((RED, LEFT), (GREEN, RIGHT))


class Scripted:
    """A segmenter that answers whatever the function of a prompt says: a mask and a score."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def segment(self, frame, prompts):
        self.asked += prompts
        masks, scores = zip(*(self.answer(frame, prompt) for prompt in prompts), strict=True)
        ids = tuple(prompt.object_id for prompt in prompts)
        return FrameMasks(frame.index, ids, np.stack(masks), np.array(scores))


def always(mask_HW, score=0.9):
    return Scripted(lambda frame, prompt: (mask_HW, score))


def test_every_object_is_found_once():
    found = everything(TWO, PaintedSegmenter())
    np.testing.assert_array_equal(found.masks.masks_NHW, [LEFT, RIGHT])
    assert (found.masks.frame_index, found.masks.object_ids, found.masks.labels_N) == (3, (1, 2), ())
    assert found.stability_N.tolist() == [1.0, 1.0]


def test_every_prompt_is_accounted_for():
    found = everything(TWO, PaintedSegmenter())
    assert found.prompts == 64
    assert found.dropped == {"empty": 64 - 2 - found.covered}
    assert found.questions == 64 - found.covered + 2  # and one probe for each mask kept


def test_what_a_detector_finds_is_named_and_comes_first():
    found = everything(TWO, PaintedSegmenter(), EverythingConfig(grid=0), detector=PaintedDetector())
    assert found.prompts == 2
    assert found.masks.labels_N == ("thing", "thing")
    found = everything(
        scene((RED, LEFT), (BLUE, RIGHT)),
        PaintedSegmenter(),
        detector=PaintedDetector(ground=((90, 90, 90), RED)),
    )
    assert found.masks.labels_N == ("thing", None)
    np.testing.assert_array_equal(found.masks.masks_NHW, [RIGHT, LEFT])


@pytest.mark.parametrize(
    ("mask_HW", "score", "reason"),
    [
        pytest.param(np.zeros(SIZE_HW, dtype=bool), 0.0, "empty", id="nothing there"),
        pytest.param(disk(20, 20, 1), 0.9, "small", id="one pixel"),
        pytest.param(disk(40, 30, 45), 0.9, "large", id="nearly everything"),
        pytest.param(LEFT, 0.5, "score", id="unsure segmenter"),
        pytest.param(X_HW < 40, 0.9, "cut", id="ends along a column of pixels"),
        pytest.param((Y_HW < 15) | (disk(40, 0, 20)) | (abs(X_HW - 40) > 38), 0.9, "border", id="a frame"),
    ],
)
def test_a_mask_is_turned_away_with_its_reason(mask_HW, score, reason):
    found = everything(TWO, always(mask_HW, score), EverythingConfig(grid=2))
    assert found.masks.object_ids == ()
    assert found.dropped == {reason: 4}


def test_a_mask_that_its_own_points_do_not_give_back_is_unstable():
    """Each answer is a disk around the point asked at, except that the probe's is elsewhere."""

    def answer(frame, prompt):
        x, y = prompt.xy_P2[0]
        return (disk(20, 30, 9) if (x, y) == (20, 15) else disk(60, 30, 9)), 0.9

    found = everything(TWO, Scripted(answer), EverythingConfig(grid=2, parts=True))
    assert found.dropped["unstable"] == 1
    np.testing.assert_array_equal(found.masks.masks_NHW, [disk(60, 30, 9)])
    unprobed = everything(TWO, Scripted(answer), EverythingConfig(grid=2, parts=True, probes=0))
    assert len(unprobed.masks.object_ids) == 2
    assert unprobed.dropped["unstable"] == 0


def test_the_same_mask_from_another_point_is_a_duplicate():
    far_from_points = disk(40, 30, 8)  # covers no point of a 2x2 grid
    found = everything(TWO, always(far_from_points), EverythingConfig(grid=2))
    assert found.masks.object_ids == (1,)
    assert found.dropped == {"duplicate": 3}


def test_parts_are_kept_when_asked_for():
    frame = scene((RED, disk(40, 30, 24)), (BLUE, disk(40, 30, 8)))
    whole_HW = disk(40, 30, 24)

    def answer(frame, prompt):
        x, y = prompt.xy_P2[0].astype(int)
        return (disk(40, 30, 8) if disk(40, 30, 8)[y, x] else whole_HW), 0.9

    alone = everything(frame, Scripted(answer), EverythingConfig(grid=7, probes=0))
    with_parts = everything(frame, Scripted(answer), EverythingConfig(grid=7, probes=0, parts=True))
    np.testing.assert_array_equal(alone.masks.masks_NHW, [whole_HW])
    assert len(with_parts.masks.object_ids) == 2
    assert with_parts.covered == 0


def test_a_part_that_was_found_first_goes_when_the_whole_comes():
    small_HW, whole_HW = disk(20, 15, 8), disk(35, 30, 24)
    segmenter = Scripted(lambda frame, prompt: (small_HW if prompt.xy_P2[0, 0] < 30 else whole_HW, 0.9))
    found = everything(TWO, segmenter, EverythingConfig(grid=2, probes=0, part_from=0.5))
    np.testing.assert_array_equal(found.masks.masks_NHW, [whole_HW])
    assert found.dropped == {"part": 1, "duplicate": 1}


def test_zoomed_parts_find_what_the_grid_steps_over():
    between = disk(44, 20, 5)
    frame = scene((RED, between))
    assert everything(frame, PaintedSegmenter(), EverythingConfig(grid=2)).masks.object_ids == ()
    zoomed = everything(frame, PaintedSegmenter(), EverythingConfig(grid=3, crops=2, crop_overlap=0.5))
    np.testing.assert_array_equal(zoomed.masks.masks_NHW, [between])


def test_what_a_zoomed_part_cuts_off_is_no_mask():
    frame = scene((RED, disk(28, 15, 14)))
    config = EverythingConfig(grid=1, crops=2, crop_overlap=0.0)
    assert everything(frame, PaintedSegmenter(), config).dropped["cut"] == 1


def test_the_picture_is_one_object_for_all_its_prompts():
    """A segmenter that keeps the embedding of the frame it saw last is not made to start anew."""
    seen = []
    segmenter = Scripted(lambda frame, prompt: (seen.append(frame) or LEFT, 0.9))
    everything(TWO, segmenter, EverythingConfig(grid=3, probes=2))
    assert all(frame is TWO for frame in seen)


@pytest.mark.parametrize(
    "wrong",
    [{"grid": -1}, {"probes": -1}, {"crops": 0}, {"least_score": 1.5}, {"most_area": -0.1}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_settings_out_of_range_are_named(wrong):
    with pytest.raises(PromptError, match=next(iter(wrong))):
        EverythingConfig(**wrong)


def test_a_grid_of_none_has_no_points():
    assert grid_points(0, SIZE_HW).shape == (0, 2)


@pytest.mark.parametrize("overlap", [0.0, 0.25, 0.5])
def test_windows_cover_the_picture(overlap):
    whole, *parts = windows(SIZE_HW, 3, overlap)
    assert whole.size_HW == SIZE_HW
    assert len(parts) == 9
    seen_HW = np.zeros(SIZE_HW, dtype=bool)
    for part in parts:
        seen_HW |= part.put_back(np.ones(part.size_HW, dtype=bool), SIZE_HW)
    assert seen_HW.all()


@pytest.mark.parametrize(("crops", "overlap"), [(1, 0.25), (2, 1.0)], ids=["one", "all in common"])
def test_a_part_that_is_all_of_the_picture_is_not_asked_again(crops, overlap):
    assert len(list(windows(SIZE_HW, crops, overlap))) == 1


@pytest.mark.parametrize("xyxy", [(10, 10, 30, 40), (0, 0, 80, 60), (79.5, 59.5, 80, 60)], ids=str)
def test_boxes_that_probe_stay_in_the_picture(xyxy):
    asked = probes(Box(3, 7, xyxy), LEFT, 4)
    assert [box.object_id for box in asked] == [1, 2, 3, 4]
    for box in asked:
        x1, y1, x2, y2 = box.xyxy
        assert 0 <= x1 < x2 <= 80
        assert 0 <= y1 < y2 <= 60


def test_points_that_probe_are_on_the_frame_of_their_prompt():
    (probe,) = probes(Points(3, 7, np.array([[15.0, 20.0]]), np.array([1])), LEFT, 1)
    assert (probe.frame_index, probe.xy_P2.tolist(), probe.labels_P.tolist()) == (3, [[20.0, 25.0]], [1])


def test_no_masks_have_no_parts():
    assert inner_parts(np.zeros((0, 3, 3), dtype=bool), 0.5).shape == (0,)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param((0, 0, 80, 60), False, id="all of the picture"),
        pytest.param((0, 0, 32, 60), True, id="ends at the disk's right"),
        pytest.param((0, 0, 33, 60), False, id="a pixel further"),
        pytest.param((9, 0, 80, 60), True, id="begins at its left"),
        pytest.param((0, 14, 80, 60), True, id="begins at its top"),
    ],
)
def test_masks_at_the_edge_of_a_window(window, expected):
    assert touches_inner_edge(LEFT, window) is expected
