import pytest

from masklet.core.errors import FormatError
from masklet.formats.yolo_polygons import read_yolo_polygons


def test_each_line_is_a_class_and_a_polygon(tmp_path):
    (tmp_path / "a.txt").write_text("0 0 0 0.5 0 0.5 1\n\n17 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8\n")
    found = read_yolo_polygons(tmp_path / "a.txt")
    assert [class_id for class_id, _ in found] == [0, 17]
    assert found[0][1].tolist() == [[0, 0], [0.5, 0], [0.5, 1]]


def test_a_picture_without_text_has_no_objects(tmp_path):
    assert read_yolo_polygons(tmp_path / "a.txt") == []


@pytest.mark.parametrize("line", ["0 0 0 1 1", "0 0 0 1 0 1 1 1", "person 0 0 1 0 1 1", "0 0 0 1 0 1 nan", "0"])
def test_a_line_that_is_none_is_named(tmp_path, line):
    (tmp_path / "a.txt").write_text(f"0 0 0 1 0 1 1\n{line}\n")
    with pytest.raises(FormatError, match=r"line 2 of .*a\.txt"):
        read_yolo_polygons(tmp_path / "a.txt")
