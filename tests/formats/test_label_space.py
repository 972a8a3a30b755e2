"""Label spaces by name or from files."""

import json

import pytest

from masklet.core.errors import FormatError
from masklet.core.label_spaces import CAMVID
from masklet.formats.label_space import label_space_named, write_label_space


def test_a_name_of_the_field_goes_before_a_file_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "camvid").write_text("ground\n")
    assert label_space_named("camvid") is CAMVID


@pytest.mark.parametrize("name", ["space.json", "run.json", "classes.txt", "classes"])
def test_files_say_what_values_mean(tmp_path, name):
    path = tmp_path / name
    write_label_space(CAMVID, tmp_path / "space.json")
    (tmp_path / "run.json").write_text(json.dumps({"label_space": CAMVID.to_json()}))
    for text in ("classes.txt", "classes"):
        (tmp_path / text).write_text("\n".join(CAMVID.names) + "\n")
    assert label_space_named(str(path)).names == CAMVID.names


@pytest.mark.parametrize(
    ("text", "says"),
    [("camvids", r"the name of a label space \(cityscapes,"), ("missing.json", "missing.json")],
)
def test_what_is_neither_is_one_sentence(text, says):
    with pytest.raises(FormatError, match=says):
        label_space_named(text)
