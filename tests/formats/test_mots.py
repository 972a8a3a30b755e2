"""MOTS: ids that say the class, regions to ignore, and lines that are none."""

import numpy as np
import pytest
from PIL import Image

from masklet.core import rle
from masklet.core.errors import FormatError
from masklet.core.values import FrameMasks
from masklet.formats.mots import read_mots_png, read_mots_txt, write_mots_png, write_mots_txt
from masklet.formats.mots_ids import mots_ids
from masklet.masklets import Masklets
from samples import random_masklets

MASK = rle.encode(np.eye(4, dtype=bool)).counts
LINE = f"1 2001 2 4 4 {MASK}\n"


def one_frame(labels):
    """Objects 1, 2, ... with these labels, one row each."""
    masks_NHW = np.stack([np.arange(16).reshape(4, 4) // 4 == row for row in range(len(labels))])
    frame = FrameMasks(0, tuple(range(1, len(labels) + 1)), masks_NHW, np.ones(len(labels)), labels)
    return Masklets.from_frame_masks((4, 4), iter([frame]))


def test_trackeval_reads_what_is_written(tmp_path):
    trackeval = pytest.importorskip("trackeval")
    written = random_masklets(frames=5)
    write_mots_txt(written, tmp_path / "data.txt")
    read, _ = trackeval.datasets.MOTSChallenge._load_simple_text_file(
        str(tmp_path / "data.txt"), force_delimiters=" "
    )
    for index in written.frame_indices:
        rows = read.get(str(index + 1), [])
        assert {(int(row[1]), row[2]) for row in rows} == {
            (2000 + n, "2") for n in written.frame(index).object_ids
        }
        assert {row[5] for row in rows} == {item.rle.counts for item in written.objects(index)}


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param({1: "car", 2: "person"}, {1: (1001, 1), 2: (2002, 2)}, id="class and instance"),
        pytest.param({2007: "pedestrian"}, {2007: (2007, 2)}, id="an id that says its class stays"),
        pytest.param({1: "car", 1001: "car"}, {1: (1002, 1), 1001: (1001, 1)}, id="taken number"),
        pytest.param({5: "ignore"}, {5: (10000, 10)}, id="ignore"),
        pytest.param({1: "dog", 2: None}, {1: (3001, 3), 2: (4002, 4)}, id="classes MOTS does not know"),
        pytest.param({4000: "car"}, {4000: (1001, 1)}, id="number too high"),
    ],
)
def test_ids_say_the_class(labels, expected):
    assert mots_ids(labels) == expected


def test_a_thousand_objects_of_a_class_are_too_many():
    with pytest.raises(FormatError, match="999"):
        mots_ids(dict.fromkeys(range(1, 1002), "car"))


def test_several_regions_to_ignore_are_one_object(tmp_path):
    write_mots_txt(one_frame(("ignore", "ignore", "car")), tmp_path / "a.txt")
    back = read_mots_txt(tmp_path / "a.txt")
    assert back.labels == {1003: "car", 10000: "ignore"}
    assert back.masklet(10000).rles[0].area == 8


def test_pngs_hold_16_bit_ids(tmp_path):
    write_mots_png(one_frame(("car", "ignore")), tmp_path)
    with Image.open(tmp_path / "00000.png") as image:
        assert image.mode.startswith("I;16")
        assert set(np.asarray(image).ravel().tolist()) == {0, 1001, 10000}
    assert read_mots_png(tmp_path).labels == {1001: "car", 10000: "ignore"}


def test_8_bit_pngs_are_sent_to_davis(tmp_path):
    Image.fromarray(np.zeros((2, 2), np.uint8)).save(tmp_path / "0.png")
    with pytest.raises(FormatError, match=r"0\.png.*davis"):
        read_mots_png(tmp_path)


def test_frames_after_the_last_line_are_known_by_their_number(tmp_path):
    (tmp_path / "a.txt").write_text(LINE)
    assert read_mots_txt(tmp_path / "a.txt", frame_count=4).frame_indices == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "got none", id="empty"),
        pytest.param(LINE + "1 2002 2 4\n", "line 2 .*got '1 2002 2 4'", id="too few fields"),
        pytest.param("1 a 2 4 4 x\n", "line 1 ", id="no number"),
        pytest.param(LINE + f"2 2001 2 8 8 {MASK}\n", r"\(4, 4\).*line 2 .*\(8, 8\)", id="another size"),
        pytest.param(f"0 2001 2 4 4 {MASK}\n", "line 1 .*kitti-mots-txt", id="frame 0"),
        pytest.param("1 2001 2 4 4 zzz\n", "line 1 .*run-length", id="damaged mask"),
        pytest.param(LINE + LINE, "2001 again in line 2", id="object twice"),
    ],
)
def test_lines_that_are_none_are_named(tmp_path, text, reason):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(FormatError, match=reason):
        list(read_mots_txt(tmp_path / "a.txt"))
