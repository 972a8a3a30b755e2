"""Objects over time, in memory and on disk."""

import json

import numpy as np
import pytest

from masklet.core.errors import FormatError, ShapeError
from masklet.core.values import FrameMasks
from masklet.masklets import Masklets, MaskletWriter, open_masklets
from samples import assert_same_masks, random_masklets


def written(path, masklets):
    with MaskletWriter(path) as writer:
        for masks in masklets:
            writer.append(masks, seconds=masks.frame_index / 25, name=f"f{masks.frame_index}")
    return path


def test_lines_come_back_as_they_went(tmp_path):
    masklets = random_masklets(overlap=True)
    back = open_masklets(written(tmp_path / "m.jsonl", masklets))
    assert_same_masks(back, masklets)
    assert back.labels == {1: "person", 2: "person", 3: "person"}
    assert back.frame_name(2) == "f2"
    assert back.frame(0).scores_N == pytest.approx(masklets.frame(0).scores_N)


def test_a_frame_without_objects_is_a_frame(tmp_path):
    masklets = Masklets.from_frame_masks((4, 4), iter([FrameMasks.empty(0, (4, 4))]))
    back = open_masklets(written(tmp_path / "m.jsonl", masklets))
    assert back.frame_indices == (0,)
    assert back.object_ids == ()
    assert 1 not in back


def test_half_a_line_counts_as_not_written(tmp_path):
    masklets = random_masklets(frames=4)
    path = written(tmp_path / "m.jsonl", masklets)
    path.write_bytes(path.read_bytes()[:-20])
    assert len(open_masklets(path)) == 3
    written(path, [masklets.frame(3)])
    assert_same_masks(open_masklets(path), masklets)


def test_a_last_line_of_many_megabytes_is_cut_off_whole(tmp_path):
    path = written(tmp_path / "m.jsonl", random_masklets(frames=2))
    length = path.stat().st_size
    with path.open("ab") as file:
        file.write(b'{"frame": 2, "objects": [' + b" " * 200_000)
    MaskletWriter(path).close()
    assert path.stat().st_size == length


@pytest.mark.parametrize("line", [b"no json", b"[]", b'{"frame": 1}'], ids=["no json", "a list", "keys missing"])
def test_a_foreign_line_is_named(tmp_path, line):
    path = written(tmp_path / "m.jsonl", random_masklets(frames=1))
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(FormatError, match=r"line 2 of .*m\.jsonl"):
        open_masklets(path)


def test_a_frame_of_another_size_is_named(tmp_path):
    path = written(tmp_path / "m.jsonl", random_masklets(frames=1))
    line = json.loads(path.read_text())
    path.write_text(path.read_text() + json.dumps({**line, "frame": 1, "size": [3, 3]}) + "\n")
    with pytest.raises(FormatError, match=r"\(3, 3\)"):
        open_masklets(path)


def test_an_object_without_its_code_is_named(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_text('{"frame":0,"name":"0","seconds":0,"size":[4,4],"objects":[{"id":1}]}\n')
    with pytest.raises(FormatError, match="id, score and rle"):
        open_masklets(path).frame(0)


def test_a_damaged_middle_of_a_line_is_named_when_it_is_read(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_text('{"frame":7,"name":"7","seconds":0,"size":[4,4],"objects":[{"id":1,,}]}\n')
    masklets = open_masklets(path)
    with pytest.raises(FormatError, match="frame 7 as JSON"):
        masklets.frame(7)


def test_lines_of_other_hands_are_read_as_well(tmp_path):
    path = written(tmp_path / "m.jsonl", random_masklets(frames=3))
    lines = [json.dumps(json.loads(line), indent=None) for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines) + "\n")
    assert_same_masks(open_masklets(path), random_masklets(frames=3))


def test_boxes_of_a_file_are_those_of_the_masks(tmp_path):
    masklets = open_masklets(written(tmp_path / "m.jsonl", random_masklets(frames=2)))
    for item in masklets.objects(1):
        assert item.known_box_xyxy == item.rle.box_xyxy == item.box_xyxy


def test_an_empty_file_has_no_frame(tmp_path):
    (tmp_path / "m.jsonl").write_bytes(b"")
    with pytest.raises(FormatError, match="at least one"):
        open_masklets(tmp_path / "m.jsonl")


def test_looking_up_by_object_gives_the_frames_where_it_is_seen():
    masklets = random_masklets(seed=3, frames=9)
    for masklet in masklets.masklets():
        seen = [m.frame_index for m in masklets if masklet.object_id in m.object_ids]
        assert list(masklet.frame_indices) == seen


def test_an_unknown_object_is_a_key_error():
    with pytest.raises(KeyError):
        random_masklets().masklet(99)


def test_frames_of_two_sizes_are_refused():
    frames = [FrameMasks.empty(0, (4, 4)), FrameMasks.empty(1, (4, 5))]
    with pytest.raises(ShapeError, match="every frame"):
        Masklets.from_frame_masks((4, 4), iter(frames))


def test_nothing_is_decoded_until_asked_for(tmp_path):
    path = written(tmp_path / "m.jsonl", random_masklets(frames=3))
    masklets = open_masklets(path)
    path.unlink()
    assert masklets.frame_indices == (0, 1, 2)
    with pytest.raises(FileNotFoundError):
        masklets.frame(1)


def test_masks_in_memory_are_codes():
    masklets = random_masklets()
    assert all(isinstance(item.rle.counts, str) for item in masklets.objects(0))
    assert masklets.objects(99) == ()
    assert not np.any(masklets.frame(99).masks_NHW)
