"""Videos drawn with their masks."""

import cv2
import numpy as np
import pytest

from masklet.core.errors import OutputError, ShapeError
from masklet.render import colour_of, masks_only, render_sheet, render_video, write_picture
from masklet.sources import open_source
from samples import random_masklets

FRAMES = np.full((6, 40, 56, 3), 90, dtype=np.uint8)
MASKLETS = random_masklets(frames=6, objects=2)


def test_a_video_shows_every_mask_on_its_frame(tmp_path):
    source = open_source(FRAMES, frames_per_second=5)
    assert render_video(source, MASKLETS, tmp_path / "masks.mp4", draw=masks_only) == 6
    written = open_source(tmp_path / "masks.mp4")
    assert written.info.frame_count == 6
    for frame in written.read():
        assert frame.seconds == pytest.approx(frame.index / 5, abs=1e-3)
        label_map_HW = MASKLETS.frame(frame.index).label_map()
        inside = cv2.erode((label_map_HW == 1).astype(np.uint8), np.ones((5, 5))).astype(bool)
        if inside.any():
            np.testing.assert_allclose(frame.image_HW3[inside].mean(axis=0), colour_of(1), atol=40)
        assert frame.image_HW3[label_map_HW == 0].mean() < 40


def test_frames_without_masks_stay_as_they_are(tmp_path):
    render_video(open_source(FRAMES), random_masklets(frames=3), tmp_path / "overlay.mp4")
    *_, last = open_source(tmp_path / "overlay.mp4").read()
    np.testing.assert_allclose(last.image_HW3, 90, atol=6)


def test_a_sheet_reads_only_the_frames_it_shows(tmp_path):
    source = open_source(FRAMES)
    read = []
    original = source.read
    source.read = lambda start=0, stop=None: read.append((start, stop)) or original(start, stop)
    render_sheet(source, MASKLETS, tmp_path / "sheet.png", tiles=3, columns=3)
    assert read == [(0, 1), (2, 3), (5, 6)]
    assert cv2.imread(str(tmp_path / "sheet.png")).shape[1] == 12 + 3 * 492


@pytest.mark.parametrize("make", [render_video, render_sheet])
def test_masks_of_another_size_are_refused_and_leave_no_file(tmp_path, make):
    with pytest.raises(ShapeError, match=r"56x40 pixels .* got 60x40"):
        make(open_source(FRAMES), random_masklets(size_HW=(40, 60)), tmp_path / "out.mp4")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", [render_video, render_sheet])
def test_masks_of_frames_that_are_not_there_are_refused(tmp_path, make):
    with pytest.raises(ShapeError, match=r"the 6 frames .* got some of frame 8"):
        make(open_source(FRAMES), random_masklets(frames=9), tmp_path / "out.mp4")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["sheet.gif", "nowhere/sheet.png"])
def test_pictures_that_cannot_be_written_are_named(tmp_path, name):
    with pytest.raises(OutputError, match="sheet"):
        write_picture(tmp_path / name, FRAMES[0])
