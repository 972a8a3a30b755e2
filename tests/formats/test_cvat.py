"""CVAT for video: polygons and masks of tracks, and XML that is something else."""

import numpy as np
import pytest

from masklet.core.errors import FormatError
from masklet.formats.cvat import read_cvat

TASK = "<meta><task><size>4</size><original_size><width>6</width><height>5</height></original_size></task></meta>"
MASK = '<mask frame="1" outside="0" rle="0, 2, 1, 1" left="2" top="1" width="2" height="2"/>'


def save(path, *tracks, meta=TASK):
    listed = "".join(f'<track id="{number}" label="car">{shapes}</track>' for number, shapes in enumerate(tracks))
    path.write_text(f"<annotations><version>1.1</version>{meta}{listed}</annotations>")
    return path


def test_runs_go_along_the_rows_of_the_box_zeros_first(tmp_path):
    masklets = read_cvat(save(tmp_path / "a.xml", MASK))
    assert masklets.frame_indices == (0, 1, 2, 3)
    assert np.argwhere(masklets.frame(1).masks_NHW[0]).tolist() == [[1, 2], [1, 3], [2, 3]]
    assert masklets.labels == {1: "car"}


def test_polygons_are_filled_and_joined_with_masks(tmp_path):
    polygon = '<polygon frame="1" outside="0" points="0.0,3.0;2.0,3.0;2.0,5.0;0.0,5.0"/>'
    masklets = read_cvat(save(tmp_path / "a.xml", MASK + polygon))
    assert masklets.masklet(1).rles[1].area == 3 + 4


def test_shapes_outside_are_absent_and_boxes_are_no_masks(tmp_path):
    gone = MASK.replace('frame="1" outside="0"', 'frame="2" outside="1"')
    box = '<box frame="1" xtl="0" ytl="0" xbr="3" ybr="3"/>'
    masklets = read_cvat(save(tmp_path / "a.xml", MASK + gone, box))
    assert masklets.object_ids == (1,)
    assert masklets.masklet(1).frame_indices == (1,)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        pytest.param(
            MASK.replace("0, 2, 1, 1", "0, x"), r"rle=.*frame 1 of track 0 of .*a\.xml", id="damaged runs"
        ),
        pytest.param(
            MASK.replace('left="2"', 'left="5"'), r"inside 6x5 pixels in frame 1 of track 0", id="outside"
        ),
        pytest.param(MASK.replace("0, 2, 1, 1", "0, 3"), r"run lengths of 3 pixels", id="half a row"),
        pytest.param(MASK.replace('left="2" ', ""), r"left=\"NUMBER\" in <mask>", id="missing attribute"),
        pytest.param('<polygon frame="0" points="1,2;3,4"/>', r"points=.*frame 0 of track 0", id="half a polygon"),
        pytest.param('<mask rle="0"/>', r"frame=\"NUMBER\" in <mask> in track 0", id="no frame"),
    ],
)
def test_wrong_shapes_are_named(tmp_path, shape, reason):
    with pytest.raises(FormatError, match=reason):
        list(read_cvat(save(tmp_path / "a.xml", shape)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("<annotations>\n<track", r"a\.xml, got an error in line 2", id="malformed"),
        pytest.param("<annotation/>", r"got <annotation>", id="another XML"),
        pytest.param("<annotations><image id='0'/></annotations>", r"CVAT for images", id="for images"),
        pytest.param("<annotations/>", r"original_size", id="without size"),
    ],
)
def test_other_xml_is_refused(tmp_path, text, reason):
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(FormatError, match=reason):
        read_cvat(tmp_path / "a.xml")
