"""What can be wrong with a CSV of boxes: one sentence, with its line and column."""

import pytest

from masklet.core.errors import FormatError
from masklet.formats.box_csv import read_box_csv, read_csv_detections, read_csv_prompts

HEAD = "frame,x1,y1,x2,y2,score,track_id\n"


def write(tmp_path, text):
    (tmp_path / "boxes.csv").write_text(text)
    return tmp_path / "boxes.csv"


@pytest.mark.parametrize("read", [read_box_csv, read_csv_detections, read_csv_prompts])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("frame,x1,y1,y2\n", "in line 1 .*none named x2", id="no such column"),
        pytest.param("image,x1,y1,x2,y2\n", "none named frame", id="the first column is another"),
        pytest.param("frame,x1,x1,y1,x2,y2\n", "once in line 1 .*x1 twice", id="a column twice"),
        pytest.param(f"{HEAD}0,1,2,nan,4,1,1\n", "as x2 in line 2 .*got nan", id="a corner that is NaN"),
        pytest.param(f"{HEAD}0,1,2,3,4,NaN,1\n", "as score in line 2 .*got NaN", id="a score that is NaN"),
        pytest.param(f"{HEAD}0,1,2,3,inf,1,1\n", "as y2 in line 2 .*got inf", id="without end"),
        pytest.param(f"{HEAD}0,1,2,3\n", "as y2 in line 2 .*got nothing", id="a line too short"),
        pytest.param(f"{HEAD}\n0.5,1,2,3,4,1,1\n", "as frame in line 3 .*got 0.5", id="half a frame"),
        pytest.param(f"{HEAD}-1,1,2,3,4,1,1\n", "from 0 on as frame in line 2", id="a frame before the first"),
        pytest.param(f"{HEAD}0,1,2,3,4,1,0\n", "from 1 on as track_id in line 2", id="track 0"),
        pytest.param(f"{HEAD}0,1,2,3,4,1,a\n", "as track_id in line 2 .*got a", id="a track that is no number"),
        pytest.param(f"{HEAD}0,3,2,1,4,1,1\n", "x2 > x1 .*line 2", id="inside out"),
        pytest.param(
            f"{HEAD}4,1,2,3,4,1,7\n5,1,2,3,4,1,7\n4,1,2,3,4,1,7\n",
            "each track_id once in a frame, got 7 in frame 4 in lines 2 and 4",
            id="a track twice in a frame",
        ),
        pytest.param('0,1,2,3,4,1,1,"' + "x" * 200_000, "line 1 .*field larger", id="a quote that never ends"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_column(tmp_path, read, text, reason):
    with pytest.raises(FormatError, match=reason) as error:
        list(read(write(tmp_path, text)))
    assert "boxes.csv" in str(error.value)


def test_numbers_as_tables_write_them_are_read(tmp_path):
    path = write(tmp_path, "frame,x1,y1,x2,y2,score,track_id,weather\n3.0,1,2,3,4,0.5,7.0,rain\n")
    tracks = read_box_csv(path)
    assert tracks.frames[3].object_ids == (7,)
    assert tracks.frames[3].scores_N.tolist() == [0.5]


def test_boxes_without_tracks_may_share_a_frame(tmp_path):
    path = write(tmp_path, "frame,x1,y1,x2,y2,score\n0,1,2,3,4,0.5\n0,1,2,3,4,0.9\n")
    assert read_csv_detections(path)[0].scores_N.tolist() == [0.9, 0.5]
    assert [box.object_id for box in read_csv_prompts(path)] == [1, 2]
