import pytest

from masklet.core.errors import FormatError, SourceError
from masklet.datasets.penn_fudan import PennFudan
from tiny_penn_fudan import write_penn_fudan


@pytest.fixture
def root(tmp_path):
    return write_penn_fudan(tmp_path / "PennFudanPed")


def test_pictures_come_with_their_peoples_boxes_and_masks(root):
    data = PennFudan(root)
    assert len(data) == 2
    pictures = list(data)
    assert [picture.name for picture in pictures] == ["FudanPed00002", "PennPed00001"]
    assert pictures[0].image_HW3[0, 0].tolist() == [200, 10, 30]
    assert pictures[0].boxes_N4.tolist() == [[2, 1, 6, 9], [9, 0, 12, 8]]
    for (x1, y1, x2, y2), mask_HW in zip(pictures[0].boxes_N4.astype(int), pictures[0].masks_NHW, strict=True):
        assert mask_HW[y1:y2, x1:x2].all()
        assert mask_HW.sum() == (x2 - x1) * (y2 - y1)


def test_another_folder_is_named(tmp_path):
    with pytest.raises(SourceError, match="folder PNGImages in"):
        PennFudan(tmp_path)


@pytest.mark.parametrize("missing", ["PedMasks/PennPed00001_mask.png", "Annotation/PennPed00001.txt"])
def test_a_missing_file_is_named(root, missing):
    (root / missing).unlink()
    with pytest.raises(SourceError, match=missing):
        list(PennFudan(root))


def test_an_annotation_without_boxes_is_named(root):
    (root / "Annotation/PennPed00001.txt").write_text("nothing")
    with pytest.raises(FormatError, match=r"PennPed00001\.txt"):
        list(PennFudan(root))


@pytest.mark.shared
def test_the_data_set_is_read_whole(shared):
    pictures = list(PennFudan(shared / "PennFudanPed"))
    assert len(pictures) == 46
    assert sum(len(picture.boxes_N4) for picture in pictures) == 128
    assert all(mask_HW.any() for picture in pictures for mask_HW in picture.masks_NHW)
