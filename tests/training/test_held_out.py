"""Which pictures a run leaves out."""

import json

import pytest

from masklet.training.errors import TrainingError
from masklet.training.held_out import left_out, part_of

NAMES = [str(number) for number in range(2000)]


def test_the_shares_are_about_what_was_asked_for_and_the_same_every_time():
    parts = [part_of(name, held_out=0.25, test=0.1) for name in NAMES]
    assert 0.22 < parts.count("held out") / len(NAMES) < 0.28
    assert 0.08 < parts.count("test") / len(NAMES) < 0.12
    assert parts == [part_of(name, held_out=0.25, test=0.1) for name in NAMES]


def test_without_shares_everything_is_learnt():
    assert {part_of(name, held_out=0.0) for name in NAMES} == {"learnt"}


@pytest.mark.parametrize(("settings", "part"), [
    pytest.param({"data.held_out": 0.25}, "held out", id="no part for the end"),
    pytest.param({"data.held_out": 0.25, "data.test": 0.5}, "test", id="a part for the end"),
])  # fmt: skip
def test_a_run_tells_what_it_left_out(settings, part, tmp_path):
    (tmp_path / "settings.json").write_text(json.dumps({"settings": settings}))
    shares = {name.removeprefix("data."): share for name, share in settings.items()}
    found = [name for name in NAMES if left_out(tmp_path, name)]
    assert found == [name for name in NAMES if part_of(name, **shares) == part]


@pytest.mark.parametrize("text", [None, "[]", '{"settings": {}}', "half"])
def test_a_folder_without_such_a_run_is_named(text, tmp_path):
    if text is not None:
        (tmp_path / "settings.json").write_text(text)
    with pytest.raises(TrainingError, match=r"a run with a setting data\.held_out"):
        left_out(tmp_path, "picture")
