"""Pictures of people by the layout of their folder."""

import pytest

from masklet.core.errors import FormatError
from masklet.datasets import OCHuman, PennFudan, YoloPersons, open_people
from tiny_penn_fudan import write_penn_fudan


def test_a_folder_is_recognised_by_what_lies_in_it(tmp_path):
    assert isinstance(open_people(write_penn_fudan(tmp_path / "penn")), PennFudan)
    (tmp_path / "yolo/labels").mkdir(parents=True)
    assert isinstance(open_people(tmp_path / "yolo"), YoloPersons)
    (tmp_path / "ochuman/images").mkdir(parents=True)
    (tmp_path / "ochuman/ochuman.json").write_text("{}")
    assert isinstance(open_people(tmp_path / "ochuman"), OCHuman)


def test_a_layout_that_is_named_is_taken(tmp_path):
    (tmp_path / "images").mkdir()
    assert isinstance(open_people(tmp_path, "yolo-persons"), YoloPersons)


@pytest.mark.parametrize(("layout", "got"), [(None, "none of them"), ("pets", "pets")])
def test_what_is_no_layout_is_refused(tmp_path, layout, got):
    with pytest.raises(FormatError, match=f"penn-fudan with PedMasks.*got {got}"):
        open_people(tmp_path, layout)
